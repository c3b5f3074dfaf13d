// Where the log's lines go: a descriptor whose reader may be slower than we are, or gone.

import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";

/** What waits for the log's reader, in bytes: a minute of a busy server's lines. What is beyond it is lost. */
const WAITING_MAX = 4 * 1024 * 1024;
/** How soon a reader that was too slow is tried again: 64 KiB a time, a pipe full, are 3 MB/s. */
const RETRY_MS = 20;
/** How long the end of the process waits for a reader that is late. */
const LAST_WAIT_MS = 500;

const LINE_FEED = 0x0a;
/** pipe(7), PIPE_BUF: so many bytes of one write stay together. */
const PIECE_SIZE_PIPE = 4096;
/** Linux puts so many bytes of one write to a Unix socket into one buffer (net/unix/af_unix.c). */
const PIECE_SIZE_SOCKET = 32 * 1024;

/** What one write may have, in bytes, where other processes write to the same: nobody's line comes between then. */
export function sharedPieceSize(fd: number): number {
  try {
    const kind = fstatSync(fd);
    if (kind.isFIFO()) return PIECE_SIZE_PIPE;
    return kind.isSocket() ? PIECE_SIZE_SOCKET : Infinity; // what goes to the end of a file stays together
  } catch {
    return Infinity; // it is closed
  }
}

export interface LogSinkOptions {
  /** Words the line that stands for those that nobody took. */
  readonly lostLine: (count: number) => string;
  /** No more goes into one write, and no line is longer. Default: as much as there is. */
  readonly pieceSizeMax?: number;
}

/** A log that nobody reads, or whose reader is slower than we are, must neither end nor stop the server. */
export class LogSink {
  #fd: number;
  readonly #lostLine: (count: number) => string;
  #pieceSizeMax: number;
  #waiting: Buffer[] = [];
  #waitingSize = 0;
  #linesLost = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #hasWaited = false;

  /** `fd` is 1, 2, or a file's. */
  constructor(fd: number, { lostLine, pieceSizeMax = Infinity }: LogSinkOptions) {
    this.#fd = openAgain(fd);
    this.#lostLine = lostLine;
    this.#pieceSizeMax = pieceSizeMax;
  }

  /** Writes a line, its end included, now or later. */
  put(line: string): void {
    if (this.#waitingSize > WAITING_MAX) {
      this.#linesLost++;
      return;
    }
    let bytes = Buffer.from(line);
    if (this.#waitingSize === 0) {
      const lost = this.#linesLost;
      const taken = this.#write(bytes);
      if (taken === bytes.length) {
        if (lost > 0 && lost === this.#linesLost) this.#tellLost();
        return;
      }
      bytes = bytes.subarray(taken);
    }
    this.#waiting.push(bytes);
    this.#waitingSize += bytes.length;
    if (this.#timer === null) this.#flush();
  }

  /** See LogSinkOptions; what waits by now may have longer lines. */
  share(pieceSizeMax: number): void {
    this.#pieceSizeMax = pieceSizeMax;
  }

  /** What waits, and what comes, goes to `fd` from now on; the file before is closed. */
  change(fd: number): void {
    closeSync(this.#fd);
    this.#fd = fd;
  }

  #flush(): void {
    while (this.#waitingSize > 0 && this.#writePiece());
    this.#timer = this.#waitingSize > 0 ? setTimeout(() => this.#retry(), RETRY_MS) : null;
    if (this.#timer === null || this.#hasWaited) return;
    this.#hasWaited = true;
    process.once("exit", () => this.#finish());
  }

  /** As many lines as go into one write. False when not all was taken. */
  #writePiece(): boolean {
    let [count, size] = [0, 0];
    for (const { length } of this.#waiting) {
      if (count > 0 && size + length > this.#pieceSizeMax) break;
      size += length;
      count++;
    }
    const lines = this.#waiting.splice(0, count);
    const bytes = count === 1 ? lines[0]! : Buffer.concat(lines);
    const taken = this.#write(bytes);
    if (taken < size) this.#waiting.unshift(bytes.subarray(taken));
    this.#waitingSize -= taken;
    return taken === size;
  }

  #finish(): void {
    for (let waitedMs = 0; this.#waitingSize > 0 && waitedMs < LAST_WAIT_MS; waitedMs++) {
      Bun.sleepSync(1);
      this.#flush();
    }
  }

  #retry(): void {
    this.#timer = null;
    this.#flush();
    if (this.#linesLost > 0 && this.#waitingSize === 0) this.#tellLost();
  }

  #tellLost(): void {
    const lost = this.#linesLost;
    this.#linesLost = 0;
    this.put(this.#lostLine(lost));
    if (this.#linesLost > 0) this.#linesLost = lost; // nor was that taken
  }

  /** Returns the bytes that need no further care: those written, or all when nobody will ever take them. */
  #write(bytes: Buffer): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      this.#linesLost += bytes.filter((byte) => byte === LINE_FEED).length; // EPIPE; ENOSPC, until there is room again
      return bytes.length;
    }
  }
}

/** A pipe is opened anew: O_NONBLOCK on fd 2 itself would bind all who share it, the shell that started us, too. */
function openAgain(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    const { O_WRONLY, O_NONBLOCK } = constants;
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK);
  } catch {
    return fd; // closed, no reader, no /proc, another user's pipe
  }
}

// The log: one line an event on stderr, its control bytes escaped, so that nobody outside writes lines of their own.

import { constants, fstatSync, openSync, writeSync } from "node:fs";

/** websocketd's levels, the most talkative first. */
export const LOG_LEVELS = ["debug", "trace", "access", "info", "error", "fatal", "none"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFields = Readonly<Record<string, string | number | undefined>>;

export interface Log {
  /** Writes `message` and its fields when `level` is logged. */
  write(level: LogLevel, message: string, fields?: LogFields): void;
  /** Writes a line as it is, whatever the level: what a person or a script waits for. */
  announce(line: string): void;
}

const STDERR = 2;
/** What waits for the log's reader, in bytes: a minute of a busy server's lines. What is beyond it is lost. */
const WAITING_MAX = 4 * 1024 * 1024;
/** How soon a reader that was too slow is tried again: 64 KiB a time, a pipe full, are 3 MB/s. */
const RETRY_MS = 20;
/** How long the end of the process waits for a reader that is late. */
const LAST_WAIT_MS = 500;

export function createLog(level: LogLevel): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  const sink = new Sink();
  const write: Log["write"] = (at, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(at) < threshold) return;
    const pairs = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}=${quote(String(value))}`);
    sink.put(
      `${new Date().toISOString()} ${at.toUpperCase().padEnd(6)} ${escape(message)}${pairs.join("")}\n`,
    );
  };
  return { write, announce: (line) => sink.put(line + "\n") };
}

/** stderr. A log that nobody reads, or whose reader is slower than we are, must neither end nor stop the server. */
class Sink {
  readonly #fd = openStderr();
  #waiting: Buffer[] = [];
  #waitingSize = 0;
  #linesLost = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #hasWaited = false;

  put(line: string): void {
    if (this.#waitingSize > WAITING_MAX) {
      this.#linesLost++;
      return;
    }
    const bytes = Buffer.from(line);
    this.#waiting.push(bytes);
    this.#waitingSize += bytes.length;
    if (this.#timer === null) this.#flush();
  }

  #flush(): void {
    const bytes = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting);
    const rest = bytes.subarray(this.#write(bytes));
    this.#waiting = rest.length > 0 ? [rest] : [];
    this.#waitingSize = rest.length;
    this.#timer = rest.length > 0 ? setTimeout(() => this.#retry(), RETRY_MS) : null;
    if (this.#timer === null || this.#hasWaited) return;
    this.#hasWaited = true;
    process.once("exit", () => this.#finish());
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
    if (this.#linesLost === 0 || this.#waitingSize > 0) return;
    const lost = this.#linesLost;
    this.#linesLost = 0;
    this.put(`${new Date().toISOString()} ERROR  ${lost} log lines lost: the reader is too slow\n`);
  }

  /** Returns the bytes that need no further care: those written, or all when nobody will ever take them. */
  #write(bytes: Buffer): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EAGAIN" ? 0 : bytes.length; // EPIPE, ENOSPC
    }
  }
}

/** A pipe is opened anew: O_NONBLOCK on fd 2 itself would bind all who share it, the shell that started us, too. */
function openStderr(): number {
  try {
    if (!fstatSync(STDERR).isFIFO()) return STDERR;
    const { O_WRONLY, O_NONBLOCK } = constants;
    return openSync("/proc/self/fd/2", O_WRONLY | O_NONBLOCK);
  } catch {
    return STDERR; // closed, no reader, no /proc, another user's pipe
  }
}

function quote(value: string): string {
  return /^[^\s"=\\\x00-\x1f\x7f-\x9f]+$/.test(value) ? value : JSON.stringify(escape(value));
}

/** C0, DEL and C1 as \xNN, so that no terminal obeys what a client or a program wrote. */
function escape(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\x9f]/g,
    (character) => "\\x" + character.charCodeAt(0).toString(16).padStart(2, "0"),
  );
}

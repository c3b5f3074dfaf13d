// The two ends of a service's pipes that are ours: one that reads chunks, one that writes what waits.

import type { Kernel } from "../kernel/kernel.ts";
import type { FrameQueue } from "../session/frame-queue.ts";
import { closeDescriptor, growPipe, machineAddress, setNonBlocking, write } from "./posix.ts";

/** pipe(7): a pipe that polls as writable takes this much whole. The piece that the FileSink waits with. */
const PIPE_BUF = 4096;
/** Asked for when a pipe of the default 64 KiB was found full: a service that moves this much gains by it. */
const PIPE_SIZE_LARGE = 256 * 1024;
const PIPE_SIZE = 64 * 1024;

export interface PipeReaderHandler {
  /** The view is the handler's: nobody else will write to it. */
  chunk(bytes: Uint8Array): void;
  /** End of file, or an error, which means the same: nothing more will come. Comes once. */
  finished(): void;
}

/** What is used of a ReadableStreamDefaultReader. */
interface ChunkSource {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** Reads a pipe, one read under way at a time, and none while paused: what is not read stays in the pipe. */
export class PipeReader {
  readonly #fd: number;
  readonly #handler: PipeReaderHandler;
  readonly #reader: ChunkSource;
  #reading = false;
  #paused = false;
  #closed = false;

  /** Takes over `fd`, the read end of a pipe. */
  constructor(fd: number, handler: PipeReaderHandler) {
    this.#fd = fd;
    this.#handler = handler;
    this.#reader = Bun.file(fd).stream().getReader();
    this.#read();
  }

  /** True while it waits for bytes and there are none. */
  get waiting(): boolean {
    return this.#reading;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#read();
  }

  /** Stops reading; `finished` will not be called. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Takes the descriptor out of Bun's poll at once, so that it can be closed. It rejects only when already ended.
    this.#reader.cancel().catch(() => {});
    closeDescriptor(this.#fd);
  }

  #read(): void {
    if (this.#reading || this.#paused || this.#closed) return;
    this.#reading = true;
    this.#reader.read().then(this.#received, this.#failed);
  }

  readonly #received = (result: { done: boolean; value?: Uint8Array | undefined }): void => {
    this.#reading = false;
    if (this.#closed) return;
    if (result.done) return this.#failed();
    if (result.value !== undefined && result.value.length > 0) {
      if (result.value.length >= PIPE_SIZE) growPipe(this.#fd, PIPE_SIZE_LARGE);
      this.#handler.chunk(result.value);
    }
    this.#read();
  };

  readonly #failed = (): void => {
    if (this.#closed) return;
    this.close();
    this.#handler.finished();
  };
}

export interface PipeWriterOptions {
  readonly kernel: Kernel;
  /** What waits for the pipe; whoever owns the writer owns it too. */
  readonly queue: FrameQueue;
  /** The queue has fallen below its low mark. */
  readonly drained: () => void;
  /** Nobody reads the pipe any more: what waits is dropped, and so is what comes. */
  readonly broken: () => void;
}

/**
 * Writes kernel memory to a pipe with write(2), and what it does not take with the help of a FileSink, which knows
 * when the pipe can take more: it gets one piece to wait with, and the rest goes by write(2) again.
 */
export class PipeWriter {
  readonly #fd: number;
  readonly #options: PipeWriterOptions;
  /** The machine address of the kernel's memory. */
  readonly #base: number;
  #sink: ReturnType<ReturnType<typeof Bun.file>["writer"]> | null = null;
  /** The FileSink holds a piece. */
  #waiting = false;
  #grown = false;
  /** `end` was called: the pipe closes when nothing waits. */
  #ending = false;
  #closed = false;

  /** Takes over `fd`, the write end of a pipe. */
  constructor(fd: number, options: PipeWriterOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#base = machineAddress(options.kernel.bytes);
    setNonBlocking(fd);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Writes kernel memory [begin, end); what the pipe does not take waits. False: nor could it wait, slabs are used up. */
  send(begin: number, end: number): boolean {
    if (this.#ending || this.#closed) return true;
    const { queue, kernel } = this.#options;
    if (queue.length === 0 && !this.#waiting) {
      begin += this.#write(begin, end - begin);
      if (begin === end) return true;
    }
    if (!queue.push(begin, end)) return false;
    if (!this.#waiting) this.#wait(kernel.bytes);
    return true;
  }

  /** Closes the pipe when all that waits is written: the reader then sees the end of file. */
  end(): void {
    this.#ending = true;
    if (!this.#waiting) this.#close();
  }

  /** Drops what waits and closes the pipe as soon as no piece is under way. */
  abandon(): void {
    this.#options.queue.clear();
    this.end();
  }

  #write(address: number, length: number): number {
    const taken = write(this.#fd, this.#base + address, length);
    return taken < 0 ? 0 : taken;
  }

  /** Gives the FileSink the next piece of the queue (it copies it) and goes on when it is written. */
  #wait(bytes: Uint8Array): void {
    const { queue } = this.#options;
    this.#waiting = true;
    if (!this.#grown) growPipe(this.#fd, PIPE_SIZE_LARGE);
    this.#grown = true;
    const length = Math.min(queue.frontLength, PIPE_BUF);
    const sink = (this.#sink ??= Bun.file(this.#fd).writer());
    const written = sink.write(bytes.subarray(queue.front, queue.front + length));
    const flushed = sink.flush();
    const drained = queue.consume(length);
    Promise.all([written, flushed]).then(this.#goOn, this.#broken);
    if (drained) this.#options.drained();
  }

  readonly #goOn = (): void => {
    this.#waiting = false;
    if (this.#closed) return;
    const { queue, kernel } = this.#options;
    let drained = false;
    while (queue.length > 0) {
      const length = queue.frontLength;
      const taken = this.#write(queue.front, length);
      if (taken > 0 && queue.consume(taken)) drained = true;
      if (taken < length) {
        this.#wait(kernel.bytes);
        break;
      }
    }
    if (drained) this.#options.drained();
    if (this.#ending && !this.#waiting) this.#close();
  };

  readonly #broken = (): void => {
    this.#waiting = false;
    this.#ending = true;
    this.#options.queue.clear();
    this.#close();
    this.#options.broken();
  };

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeDescriptor(this.#fd);
  }
}

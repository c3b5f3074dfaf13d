// The two ends of a service's pipes that are ours: one that is read into kernel memory, one that writes what waits.

import { CHUNK_SIZE_MAX, type Kernel } from "../kernel/kernel.ts";
import type { FrameQueue } from "../session/frame-queue.ts";
import {
  closeDescriptor,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  growPipe,
  machineAddress,
  read,
  setNonBlocking,
  write,
} from "../descriptors/posix.ts";
import type { Readiness, ReadyHandler } from "../descriptors/readiness.ts";

/** pipe(7): what a pipe holds unless it is asked to hold more. */
const PIPE_SIZE = 64 * 1024;
/** Asked for when a pipe was found full: a service that moves this much gains by it. */
const PIPE_SIZE_LARGE = 256 * 1024;

/** What both ends are made of. */
export interface PipeContext {
  readonly kernel: Kernel;
  readonly readiness: Readiness;
  /** Bytes of one read; default: CHUNK_SIZE_MAX, all that a pipe holds. */
  readonly readSizeMax?: number;
}

export interface PipeReaderHandler {
  /** What the pipe brought, in kernel memory [begin, end): it dies on return. */
  chunk(begin: number, end: number): void;
  /** End of file: nothing more will come. Comes once. */
  finished(): void;
  /** A handler threw: the pipe is read, or written, no more. */
  failed(): void;
}

/** Reads a pipe when it has something, and not while paused: what is not read stays in the pipe. */
export class PipeReader implements ReadyHandler {
  readonly #fd: number;
  readonly #context: PipeContext;
  readonly #handler: PipeReaderHandler;
  #state: "WATCHING" | "PAUSED" | "CLOSED" = "WATCHING";
  #grown = false;

  /** Takes over `fd`, the read end of a pipe. */
  constructor(fd: number, context: PipeContext, handler: PipeReaderHandler) {
    this.#fd = fd;
    this.#context = context;
    this.#handler = handler;
    setNonBlocking(fd);
    context.readiness.watch(fd, EPOLLIN, this);
  }

  get paused(): boolean {
    return this.#state === "PAUSED";
  }

  pause(): void {
    if (this.#state !== "WATCHING") return;
    this.#state = "PAUSED";
    this.#context.readiness.unwatch(this.#fd);
  }

  resume(): void {
    if (this.#state !== "PAUSED") return;
    this.#state = "WATCHING";
    this.#context.readiness.watch(this.#fd, EPOLLIN, this);
  }

  /** Stops reading; `finished` will not be called. */
  close(): void {
    if (this.#state === "CLOSED") return;
    if (this.#state === "WATCHING") this.#context.readiness.unwatch(this.#fd);
    this.#state = "CLOSED";
    closeDescriptor(this.#fd);
  }

  failed(): void {
    this.#handler.failed();
  }

  ready(): void {
    if (this.#state === "WATCHING") this.#read();
  }

  /** Reads what the pipe holds, or until it is paused, and no more than a pipe can hold: it may be filled for ever. */
  readRest(): void {
    let left = PIPE_SIZE_LARGE;
    while (left > 0 && this.#state === "WATCHING") {
      const length = this.#read();
      if (length <= 0) return;
      left -= length;
    }
  }

  /** What read(2) returns: 0 at the end of file, less when there is nothing yet. */
  #read(): number {
    const { kernel, readSizeMax = CHUNK_SIZE_MAX } = this.#context;
    const begin = kernel.outgoing;
    const length = read(this.#fd, machineAddress(kernel.bytes) + begin, readSizeMax);
    if (length < 0) return length;
    if (length === 0) {
      this.close();
      this.#handler.finished();
      return 0;
    }
    if (length >= PIPE_SIZE && !this.#grown) {
      this.#grown = true;
      growPipe(this.#fd, PIPE_SIZE_LARGE);
    }
    this.#handler.chunk(begin, begin + length);
    return length;
  }
}

export interface PipeWriterHandler {
  /** What waits for the pipe; whoever owns the writer owns it too. */
  readonly queue: FrameQueue;
  /** The queue has fallen below its low mark. */
  drained(): void;
  /** As PipeReaderHandler has it. */
  failed(): void;
}

/** Writes kernel memory to a pipe; what it does not take waits in the queue until it does. */
export class PipeWriter implements ReadyHandler {
  readonly #fd: number;
  readonly #context: PipeContext;
  readonly #handler: PipeWriterHandler;
  #watching = false;
  #grown = false;
  /** OPEN; ENDING: closes when nothing waits; CLOSED: what comes is dropped. */
  #state: "OPEN" | "ENDING" | "CLOSED" = "OPEN";

  /** Takes over `fd`, the write end of a pipe. */
  constructor(fd: number, context: PipeContext, handler: PipeWriterHandler) {
    this.#fd = fd;
    this.#context = context;
    this.#handler = handler;
    setNonBlocking(fd);
  }

  /** Writes kernel memory [begin, end), or lets it wait. False: nor could it wait, the slabs are used up. */
  send(begin: number, end: number): boolean {
    if (this.#state !== "OPEN") return true;
    const { queue } = this.#handler;
    if (queue.length === 0) {
      begin += this.#write(begin, end - begin);
      if (begin === end) return true;
    }
    if (!queue.push(begin, end)) return false;
    this.#watch();
    return true;
  }

  /** Closes the pipe when all that waits is written: the reader then sees the end of file. */
  end(): void {
    if (this.#state === "CLOSED") return;
    this.#state = "ENDING";
    if (this.#handler.queue.length === 0) this.close();
  }

  /** Drops what waits and closes the pipe. */
  close(): void {
    if (this.#state === "CLOSED") return;
    this.#state = "CLOSED";
    this.#handler.queue.clear();
    if (this.#watching) this.#context.readiness.unwatch(this.#fd);
    closeDescriptor(this.#fd);
  }

  failed(): void {
    this.#handler.failed();
  }

  ready(events: number): void {
    const { queue } = this.#handler;
    if ((events & EPOLLERR) !== 0) {
      // The program closed its stdin: what the client sends is for nobody now, and must not stop the client.
      this.close();
      this.#handler.drained();
      return;
    }
    let flowing = false;
    while (queue.length > 0) {
      const length = queue.frontLength;
      const taken = this.#write(queue.front, length);
      if (queue.consume(taken)) flowing = true;
      if (taken < length) break;
    }
    if (queue.length === 0) {
      this.#watching = false;
      this.#context.readiness.unwatch(this.#fd);
      if (this.#state === "ENDING") this.close();
    }
    if (flowing) this.#handler.drained();
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#context.readiness.watch(this.#fd, EPOLLOUT, this);
    if (this.#grown) return;
    this.#grown = true;
    growPipe(this.#fd, PIPE_SIZE_LARGE);
  }

  #write(address: number, length: number): number {
    const taken = write(this.#fd, machineAddress(this.#context.kernel.bytes) + address, length);
    return taken < 0 ? 0 : taken;
  }
}

// The master of a pseudo-terminal: read into kernel memory as a pipe is, and written from what waits.

import { CHUNK_SIZE_MAX } from "../kernel/kernel.ts";
import {
  closeDescriptor,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  machineAddress,
  read,
  write,
} from "../descriptors/posix.ts";
import {
  endOfFileCharacter,
  foregroundGroup,
  resizePty,
  type PtySize,
} from "../descriptors/pty.ts";
import type { ReadyHandler } from "../descriptors/readiness.ts";
import type { PipeContext } from "./pipes.ts";
import type { OutputEnd, TerminalHandler } from "./service-parts.ts";

/** What one read(2) of a master gives at most; a chunk is made of as many as a pipe holds. */
const READ_SIZE = 4096;
const GATHERED_MAX = 64 * 1024;
/** A read that gave less has emptied it: the next would say that there is nothing. */
const READ_FULL = 2048;
/** More cannot have been in it at once. */
const REST_MAX = 256 * 1024;

/** What is done with the terminal from our side; one descriptor for both ways, and one handler for it. */
export class Terminal implements ReadyHandler, OutputEnd {
  readonly #fd: number;
  readonly #context: PipeContext;
  readonly #handler: TerminalHandler;
  /** What is watched for; 0: nothing, and then nobody hears of a slave that is closed either. */
  #watched = 0;
  #isPaused = false;
  #isClosed = false;
  #takesInput = true;

  /** Takes over `fd`, which must not block. */
  constructor(fd: number, context: PipeContext, handler: TerminalHandler) {
    this.#fd = fd;
    this.#context = context;
    this.#handler = handler;
    this.#watch();
  }

  get paused(): boolean {
    return this.#isPaused && !this.#isClosed;
  }

  pause(): void {
    this.#isPaused = true;
    this.#watch();
  }

  resume(): void {
    this.#isPaused = false;
    this.#watch();
  }

  close(): void {
    if (this.#isClosed) return;
    this.closeInput();
    this.#isClosed = true;
    this.#watch();
    closeDescriptor(this.#fd);
  }

  /** Whoever has the terminal is sent SIGHUP by the kernel, and what they write fails from now. */
  hangUp(): void {
    if (this.#isClosed) return;
    this.close();
    this.#handler.finished();
  }

  closeInput(): void {
    this.#takesInput = false;
    this.#handler.queue.clear();
    this.#watch();
  }

  failed(): void {
    this.#handler.failed();
  }

  ready(events: number): void {
    if ((events & EPOLLIN) !== 0 && !this.#isPaused) this.#read();
    if (this.#isClosed) return;
    if ((events & EPOLLOUT) !== 0) this.#flush();
    if ((events & EPOLLHUP) === 0 || this.#isClosed) return;
    // Nobody has the slave any more. What it still holds comes with EPOLLIN; what waits for it is for nobody.
    const isCongested = this.#handler.queue.state === "PAUSED";
    this.closeInput();
    if (isCongested) this.#handler.drained();
    if ((events & EPOLLIN) === 0 && !this.#isPaused) this.hangUp();
  }

  readRest(): void {
    let left = REST_MAX;
    while (left > 0 && !this.#isPaused && !this.#isClosed) {
      const length = this.#read();
      if (length === 0) return;
      left -= length;
    }
  }

  /** As InputEnd.send. */
  write(begin: number, end: number): boolean {
    if (!this.#takesInput) return true;
    const { queue } = this.#handler;
    if (queue.length === 0) {
      begin += this.#take(begin, end - begin);
      if (begin === end) return true;
    }
    if (!queue.push(begin, end)) return false;
    this.#watch();
    return true;
  }

  /** The same for bytes that lie nowhere yet: in the memory for frames, of which nobody makes any meanwhile. */
  writeBytes(...values: readonly number[]): boolean {
    const { bytes, frames } = this.#context.kernel;
    bytes.set(values, frames);
    return this.write(frames, frames + values.length);
  }

  /** As if its user typed Ctrl-D. */
  typeEndOfFile(): void {
    const character = this.#isClosed ? 0 : endOfFileCharacter(this.#fd);
    if (character !== 0) this.writeBytes(character);
  }

  resize(size: PtySize): void {
    if (!this.#isClosed) resizePty(this.#fd, size);
  }

  /** Signals the group in front, if there is one. */
  signal(signal: NodeJS.Signals): void {
    const group = this.#isClosed ? 0 : foregroundGroup(this.#fd);
    if (group <= 1) return;
    try {
      process.kill(-group, signal);
    } catch {
      // It has gone just now, or is another user's.
    }
  }

  /** Returns how many bytes there were. */
  #read(): number {
    const { kernel, readSizeMax = CHUNK_SIZE_MAX } = this.#context;
    const begin = kernel.outgoing;
    const address = machineAddress(kernel.bytes) + begin;
    const max = Math.min(readSizeMax, GATHERED_MAX);
    let length = 0;
    for (let last = READ_FULL; last >= READ_FULL && length < max;) {
      last = read(this.#fd, address + length, Math.min(READ_SIZE, max - length));
      if (last > 0) length += last;
    }
    if (length > 0) this.#handler.chunk(begin, begin + length);
    return length;
  }

  #flush(): void {
    const { queue } = this.#handler;
    let flowing = false;
    while (queue.length > 0) {
      const length = queue.frontLength;
      const taken = this.#take(queue.front, length);
      if (queue.consume(taken)) flowing = true;
      if (taken < length) break;
    }
    this.#watch();
    if (flowing) this.#handler.drained();
  }

  #take(address: number, length: number): number {
    const { kernel } = this.#context;
    return Math.max(0, write(this.#fd, machineAddress(kernel.bytes) + address, length));
  }

  #watch(): void {
    const { readiness } = this.#context;
    const input = this.#isPaused ? 0 : EPOLLIN;
    const output = this.#handler.queue.length > 0 ? EPOLLOUT : 0;
    const wanted = this.#isClosed ? 0 : input | output;
    if (wanted === this.#watched) return;
    if (this.#watched === 0) readiness.watch(this.#fd, wanted, this);
    else if (wanted === 0) readiness.unwatch(this.#fd);
    else readiness.change(this.#fd, wanted);
    this.#watched = wanted;
  }
}

// The master of a pseudo-terminal: read into kernel memory as a pipe is, and written from what waits.

import { CHUNK_SIZE_MAX } from "../kernel/kernel.ts";
import {
  closeDescriptor,
  EPOLLET,
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
  /** Nobody has the slave open, and it is read empty. A program that lives may open it again, as /dev/tty. */
  #isVacant = false;
  /** The program has exited, or is to be killed: nobody reads any more. */
  #isForNobody = false;

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
    this.#isClosed = true;
    this.#handler.queue.clear();
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
    this.#isForNobody = true;
    this.#handler.queue.clear();
    this.#watch();
    if (this.#isVacant) this.hangUp();
  }

  failed(): void {
    this.#handler.failed();
  }

  ready(events: number): void {
    const hasOutput = (events & EPOLLIN) !== 0;
    if (hasOutput) this.#isVacant = false;
    if (hasOutput && !this.#isPaused) this.#read();
    if (this.#isClosed) return;
    if ((events & EPOLLHUP) !== 0) this.#vacated(hasOutput);
    else if ((events & EPOLLOUT) !== 0) this.#flush();
    if (!this.#isClosed) this.#watch();
  }

  /**
   * What the slave still holds comes with EPOLLIN; what waits for it is for nobody. A program may close all that it has
   * before it exits: a hang-up would kill it, and be its exit.
   */
  #vacated(hasOutput: boolean): void {
    const { queue } = this.#handler;
    const isCongested = queue.state === "PAUSED";
    queue.clear();
    if (isCongested) this.#handler.drained();
    if (hasOutput || this.#isPaused || this.#isClosed) return;
    this.#isVacant = true;
    if (this.#isForNobody) this.hangUp();
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
    if (this.#isForNobody || this.#isVacant) return true;
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
    // A slave that nobody has is said again and again, unless only news is to be told.
    const edge = this.#isVacant && input !== 0 ? EPOLLET : 0;
    const wanted = this.#isClosed ? 0 : (input | output | edge) >>> 0;
    if (wanted === this.#watched) return;
    if (this.#watched === 0) readiness.watch(this.#fd, wanted, this);
    else if (wanted === 0) readiness.unwatch(this.#fd);
    else readiness.change(this.#fd, wanted);
    this.#watched = wanted;
  }
}

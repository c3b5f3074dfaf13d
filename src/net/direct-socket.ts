// A client's plain socket whose bytes go to and from kernel memory without Bun between, until its end.

import { CHUNK_SIZE_MAX, type Kernel } from "../kernel/kernel.ts";
import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  machineAddress,
  receive,
  send,
} from "../descriptors/posix.ts";
import type { Readiness, ReadyHandler } from "../descriptors/readiness.ts";
import type { ClientSocket, FlowSocket } from "./socket-user.ts";

export interface DirectSocketOptions {
  readonly kernel: Kernel;
  readonly readiness: Readiness;
}

export interface DirectSocketUser {
  /** So many bytes from the peer, at `kernel.incoming`: they die on return. */
  arrived(length: number): void;
  /** The socket takes bytes again after a short write. */
  drained(): void;
}

/** Chunks and writes that are left to Bun: a session of one message has four, and is over before more would pay. */
const FEW = 8;

/**
 * From `take` on Bun's socket is paused; it is Bun's again, and for good, when anything but bytes is to be told or done: the
 * peer's FIN, an error, our own end. So there is one way in which a connection ends.
 */
export class DirectSocket implements FlowSocket, ReadyHandler {
  readonly #socket: ClientSocket;
  readonly #options: DirectSocketOptions;
  readonly #user: DirectSocketUser;
  /** -1: it is Bun's. */
  #fd = -1;
  #isForGood = false;
  /** Chunks and writes so far. */
  #uses = 0;
  /** What is watched: EPOLLIN unless paused, EPOLLOUT after a short write. */
  #events = EPOLLIN;
  #paused = false;
  #wasShort = false;
  #tookSome = false;

  constructor(socket: ClientSocket, options: DirectSocketOptions, user: DirectSocketUser) {
    this.#socket = socket;
    this.#options = options;
    this.#user = user;
  }

  /** Bun has brought a chunk, or is to write one. */
  used(): void {
    if (this.#uses < FEW && ++this.#uses === FEW) this.take();
  }

  /** From now bytes go without Bun. Nothing once it was given back, or is over. */
  take(): void {
    if (this.#fd >= 0 || this.#isForGood || this.#socket.readyState <= 0) return;
    const { fd } = this.#socket;
    this.#events = this.#paused ? 0 : EPOLLIN;
    if (!this.#options.readiness.watch(fd, this.#events, this)) return; // Bun can do it, too
    this.#fd = fd;
    if (!this.#paused) this.#socket.pause();
  }

  get fd(): number {
    return this.#socket.fd;
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  write(bytes: Uint8Array, begin: number, length: number): number {
    this.used();
    if (this.#fd < 0) return this.#socket.write(bytes, begin, length);
    const taken = Math.max(0, send(this.#fd, machineAddress(bytes) + begin, length));
    if (taken > 0) this.#tookSome = true;
    if (taken === length) return taken;
    this.#wasShort = true;
    this.#watch(this.#events | EPOLLOUT);
    return taken;
  }

  pause(): void {
    this.#paused = true;
    if (this.#fd < 0) this.#socket.pause();
    else this.#watch(this.#events & ~EPOLLIN);
  }

  resume(): void {
    this.#paused = false;
    if (this.#fd < 0) this.#socket.resume();
    else this.#watch(this.#events | EPOLLIN);
  }

  shutdown(): void {
    this.#giveBack();
    this.#socket.shutdown();
  }

  end(): void {
    this.release();
    this.#socket.end();
  }

  terminate(): void {
    this.release();
    this.#socket.terminate();
  }

  ready(events: number): void {
    if ((events & EPOLLOUT) !== 0) {
      this.#wasShort = false;
      this.#tookSome = false;
      this.#user.drained();
      // The peer of a Unix socket may read no more and stay: such a socket can be written for ever, and takes nothing.
      if (this.#wasShort && !this.#tookSome) return this.#giveBack();
      if (!this.#wasShort) this.#watch(this.#events & ~EPOLLOUT);
    }
    if ((this.#events & EPOLLIN) !== 0 && this.#fd >= 0 && events !== EPOLLOUT) {
      const { kernel } = this.#options;
      const address = machineAddress(kernel.bytes) + kernel.incoming;
      const length = receive(this.#fd, address, CHUNK_SIZE_MAX);
      if (length > 0) this.#user.arrived(length);
      else if (length === 0) this.#giveBack();
      else if ((events & EPOLLERR) !== 0) this.terminate(); // the error is told once: Bun would take it for a FIN
    } else if ((events & (EPOLLERR | EPOLLHUP)) !== 0) {
      this.#giveBack();
    }
  }

  /** `ready` threw. */
  failed(): void {
    this.terminate();
  }

  /** It is watched no more: the connection is gone, or Bun is to tell of its end. */
  release(): void {
    this.#isForGood = true;
    if (this.#fd < 0) return;
    this.#options.readiness.unwatch(this.#fd);
    this.#fd = -1;
  }

  #giveBack(): void {
    const wasOurs = this.#fd >= 0;
    this.release();
    if (wasOurs && !this.#paused) this.#socket.resume();
  }

  #watch(events: number): void {
    if (events === this.#events || this.#fd < 0) return;
    this.#events = events;
    this.#options.readiness.change(this.#fd, events);
  }
}

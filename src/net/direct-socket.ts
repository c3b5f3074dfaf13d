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

/**
 * Bun's socket is paused, and is Bun's again when anything but bytes is to be told or done: the peer's FIN, an error,
 * our own end. So there is one way in which a connection ends.
 */
export class DirectSocket implements FlowSocket, ReadyHandler {
  readonly #socket: ClientSocket;
  readonly #options: DirectSocketOptions;
  readonly #user: DirectSocketUser;
  /** -1: it is Bun's. */
  #fd: number;
  /** What is watched: EPOLLIN unless paused, EPOLLOUT after a short write. */
  #events = EPOLLIN;
  #paused = false;
  #wasShort = false;

  constructor(socket: ClientSocket, options: DirectSocketOptions, user: DirectSocketUser) {
    this.#socket = socket;
    this.#options = options;
    this.#user = user;
    this.#fd = socket.fd;
    socket.pause();
    options.readiness.watch(this.#fd, EPOLLIN, this);
  }

  get fd(): number {
    return this.#socket.fd;
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  write(bytes: Uint8Array, begin: number, length: number): number {
    if (this.#fd < 0) return this.#socket.write(bytes, begin, length);
    const taken = Math.max(0, send(this.#fd, machineAddress(bytes) + begin, length));
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
      this.#user.drained();
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

  /** It is watched no more: the connection is gone, or will be. */
  release(): void {
    if (this.#fd < 0) return;
    this.#options.readiness.unwatch(this.#fd);
    this.#fd = -1;
  }

  #giveBack(): void {
    if (this.#fd < 0) return;
    this.release();
    if (!this.#paused) this.#socket.resume();
  }

  #watch(events: number): void {
    if (events === this.#events || this.#fd < 0) return;
    this.#events = events;
    this.#options.readiness.change(this.#fd, events);
  }
}

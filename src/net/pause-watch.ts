// Notices that the peer of a paused socket has left: what it sent is not read, and so its end behind that is not, either.

import { hasPeerLeft } from "./socket-state.ts";

export interface PauseWatchOptions {
  /** The socket's descriptor. */
  readonly fd: number;
  /** How long one pause must last until a peer that has left is taken for gone, in milliseconds. */
  readonly timeoutMs: number;
  /** The peer has left, and nothing of what it sent last was read for that long. */
  readonly left: () => void;
}

/** One timer at most, and none for a pause that ends before it: pausing is a matter of microseconds under load. */
export class PauseWatch {
  readonly #options: PauseWatchOptions;
  #paused = false;
  /** Counts pauses, so that a later one is not taken for the one that was timed. */
  #pauses = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: PauseWatchOptions) {
    this.#options = options;
  }

  paused(): void {
    this.#paused = true;
    this.#pauses++;
    if (this.#timer === null) this.#arm();
  }

  resumed(): void {
    this.#paused = false;
  }

  close(): void {
    this.#paused = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(): void {
    const pause = this.#pauses;
    this.#timer = setTimeout(() => this.#look(pause), this.#options.timeoutMs);
  }

  #look(pause: number): void {
    this.#timer = null;
    if (!this.#paused) return;
    if (pause === this.#pauses && hasPeerLeft(this.#options.fd)) this.#options.left();
    else this.#arm();
  }
}

// The time that a peer has for its part in the end: a slow one that takes what waits for it gets more, a silent one does not.

/** How often a peer that reads, however slowly, gets more time: 5 minutes of 5 s. */
const RENEWALS_MAX = 60;

export interface FarewellOptions {
  /** Milliseconds for the peer to close when it has everything. */
  readonly closeTimeoutMs: number;
  /** Milliseconds without a byte of progress while something of ours waits for it. */
  readonly stallTimeoutMs: number;
  /** Bytes that wait with us. */
  readonly queued: () => number;
  /** Bytes that wait in the kernel. */
  readonly unacknowledged: () => number;
  /** The time is over; `hasAll` when nothing is left that the peer could still read from us. */
  readonly over: (hasAll: boolean) => void;
}

export class Farewell {
  readonly #options: FarewellOptions;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #renewals = 0;
  /** What waited in the kernel when the peer's time was last looked at, if it was. */
  #unacknowledged: number | null = null;

  constructor(options: FarewellOptions) {
    this.#options = options;
  }

  /** Begins to wait, or begins anew. */
  wait(): void {
    const { closeTimeoutMs, stallTimeoutMs, queued, unacknowledged } = this.#options;
    this.cancel();
    const isQueued = queued() > 0;
    if (isQueued) this.#unacknowledged = unacknowledged();
    const timeoutMs = isQueued ? stallTimeoutMs : closeTimeoutMs;
    this.#timer = setTimeout(() => this.#late(), timeoutMs);
  }

  /** The peer took something: its time begins anew, if it has begun. */
  progress(): void {
    if (this.#timer !== null) this.wait();
  }

  /** From now on a slow peer gets no more time. */
  hurry(): void {
    this.#renewals = RENEWALS_MAX;
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The kernel may hold megabytes before our last word: a peer that still reads them is slow, not silent. */
  #late(): void {
    const before = this.#unacknowledged;
    const now = this.#options.unacknowledged();
    this.#unacknowledged = now;
    const reads = before === null ? now > 0 : now < before;
    if (reads && this.#renewals++ < RENEWALS_MAX) this.wait();
    else this.#options.over(now === 0 && this.#options.queued() === 0);
  }
}

// The messages that were sent but not echoed yet, as batches with the time of their write.

export class InFlight {
  count = 0;
  readonly #window: number;
  readonly #counts: Float64Array;
  readonly #nanoseconds: Float64Array;
  #first = 0;
  #batches = 0;

  /** At most `window` messages are in flight, so at most as many batches. */
  constructor(window: number) {
    this.#window = window;
    this.#counts = new Float64Array(window);
    this.#nanoseconds = new Float64Array(window);
  }

  /** A batch of at least one message leaves. */
  add(count: number, nanoseconds: number): void {
    const last = (this.#first + this.#batches) % this.#window;
    this.#counts[last] = count;
    this.#nanoseconds[last] = nanoseconds;
    this.#batches++;
    this.count += count;
  }

  /** The `count` oldest messages were echoed; `record` is told of each batch's part. */
  remove(
    count: number,
    nanoseconds: number,
    record: (count: number, microseconds: number) => void,
  ): void {
    this.count -= count;
    let left = count;
    while (left > 0) {
      const batch = this.#counts[this.#first] ?? 0;
      const part = Math.min(left, batch);
      record(part, (nanoseconds - (this.#nanoseconds[this.#first] ?? 0)) / 1e3);
      left -= part;
      this.#counts[this.#first] = batch - part;
      if (part < batch) return;
      this.#first = (this.#first + 1) % this.#window;
      this.#batches--;
    }
  }
}

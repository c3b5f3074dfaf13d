// Where bytes wait: a queue over slabs of kernel memory that it borrows when it must and gives back when they are empty.

import { SLAB_SIZE, type Kernel } from "./kernel.ts";

export class RingBuffer {
  /** Bytes waiting. */
  length = 0;
  readonly #kernel: Kernel;
  /** Slabs in order; null while nothing has waited, so that an idle session owns nothing. */
  #slabs: number[] | null = null;
  /** Offset of the first waiting byte in the first slab. */
  #head = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Copies kernel memory [begin, end) to the back. Returns false, with nothing taken, when the pool has too little. */
  push(begin: number, end: number): boolean {
    const { bytes, slabs: pool } = this.#kernel;
    const slabs = (this.#slabs ??= []);
    let tail = this.#head + this.length;
    const missing = Math.ceil((tail + end - begin) / SLAB_SIZE) - slabs.length;
    if (missing > pool.count - pool.used) return false;
    for (let i = 0; i < missing; i++) slabs.push(pool.borrow());
    this.length += end - begin;
    while (begin < end) {
      const at = tail % SLAB_SIZE;
      const slab = slabs[(tail - at) / SLAB_SIZE]!;
      const count = Math.min(end - begin, SLAB_SIZE - at);
      bytes.copyWithin(slab + at, begin, begin + count);
      begin += count;
      tail += count;
    }
    return true;
  }

  /** The address of the first waiting byte; only while length > 0. */
  get front(): number {
    return this.#slabs![0]! + this.#head;
  }

  /** How many bytes lie together from `front`. */
  get frontLength(): number {
    return Math.min(this.length, SLAB_SIZE - this.#head);
  }

  /** Takes `count` bytes, at most `frontLength`, from the front. */
  consume(count: number): void {
    this.length -= count;
    this.#head += count;
    if (this.length === 0) {
      this.clear();
    } else if (this.#head === SLAB_SIZE) {
      this.#kernel.slabs.giveBack(this.#slabs!.shift()!);
      this.#head = 0;
    }
  }

  /** Drops all that waits. */
  clear(): void {
    if (this.#slabs !== null) for (const slab of this.#slabs) this.#kernel.slabs.giveBack(slab);
    this.#slabs = null;
    this.#head = 0;
    this.length = 0;
  }
}

// What waits on its way to one endpoint, with the marks at which its source is stopped and started again.

import type { Kernel } from "../kernel/kernel.ts";
import { RingBuffer } from "../kernel/ring-buffer.ts";

export interface QueueMarks {
  /** Bytes waiting above which the source pauses. 256 KiB: four pipes full, and a turn's chunk on top of it. */
  readonly high: number;
  /** Bytes waiting below which it goes on. A quarter of `high`: enough for the sink while the source wakes. */
  readonly low: number;
  /** Slabs lent, over all sessions, above which a source pauses as soon as anything waits. */
  readonly slabsScarce: number;
}

export type FlowState = "FLOWING" | "PAUSED";

export class FrameQueue {
  state: FlowState = "FLOWING";
  readonly #kernel: Kernel;
  readonly #marks: QueueMarks;
  readonly #ring: RingBuffer;

  constructor(kernel: Kernel, marks: QueueMarks) {
    this.#kernel = kernel;
    this.#marks = marks;
    this.#ring = new RingBuffer(kernel);
  }

  /** Bytes waiting. */
  get length(): number {
    return this.#ring.length;
  }

  /** Where the bytes next in turn lie, `frontLength` of them together. Only while length > 0. */
  get front(): number {
    return this.#ring.front;
  }

  get frontLength(): number {
    return this.#ring.frontLength;
  }

  /** Copies kernel memory [begin, end) to the back. False, with nothing taken: the slabs are used up. */
  push(begin: number, end: number): boolean {
    if (!this.#ring.push(begin, end)) return false;
    const high = this.#kernel.slabs.used > this.#marks.slabsScarce ? 0 : this.#marks.high;
    if (this.#ring.length > high) this.state = "PAUSED";
    return true;
  }

  /** Takes `count` bytes, at most `frontLength`, from the front. True when this ended a pause. */
  consume(count: number): boolean {
    this.#ring.consume(count);
    if (this.state === "FLOWING" || this.#ring.length > this.#marks.low) return false;
    this.state = "FLOWING";
    return true;
  }

  /** Drops all that waits. */
  clear(): void {
    this.#ring.clear();
    this.state = "FLOWING";
  }
}

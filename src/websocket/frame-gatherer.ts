// Frames of several runs of records in kernel.frames, for one write: one for each would cost more than all else.

import { FRAMES_SIZE, SLAB_SIZE, type Kernel } from "../kernel/kernel.ts";
import type { Encoder } from "./encoder.ts";
import type { OutputSink } from "./output-sink.ts";

/** What `enframe` may write besides two bytes for one: what was held, and spilled vectors. */
const FRAMES_SLACK = SLAB_SIZE + 64;

export class FrameGatherer {
  readonly #kernel: Kernel;
  readonly #encoder: Encoder;
  #framesEnd: number;

  constructor(kernel: Kernel, encoder: Encoder) {
    this.#kernel = kernel;
    this.#encoder = encoder;
    this.#framesEnd = kernel.frames;
  }

  /** Frames kernel memory [begin, end) behind what was gathered. False: nothing more can be sent. */
  encode(begin: number, end: number, sink: OutputSink): boolean {
    if (begin === end) return true;
    const framesMax = this.#kernel.frames + FRAMES_SIZE - FRAMES_SLACK;
    if (this.#framesEnd + 2 * (end - begin) > framesMax && !this.flush(sink)) return false;
    const framesEnd = this.#encoder.encode(begin, end, this.#framesEnd);
    this.#framesEnd = framesEnd === 0 ? this.#kernel.frames : framesEnd;
    if (framesEnd === 0) sink.outOfMemory();
    return framesEnd !== 0;
  }

  /** Sends what was gathered: to be called before the stack unwinds. False: nothing more can be sent. */
  flush(sink: OutputSink): boolean {
    const framesEnd = this.#framesEnd;
    this.#framesEnd = this.#kernel.frames;
    sink.transmit(framesEnd);
    return sink.isOpen;
  }
}

// The outgoing half of a WebSocket: records in, frames out, by the kernel's `enframe`.

import {
  CHUNK_SIZE_MAX,
  ENCODER,
  ENCODER_STATE,
  FRAGMENT_SIZE,
  type Kernel,
} from "../kernel/kernel.ts";
import { FIN, OPCODE_BINARY, OPCODE_TEXT } from "./frame.ts";
import type { Framing } from "./framing.ts";

const LINE_FEED = 0x0a;
const LENGTH_16 = 126;
/** What may be put before a chunk: a character that the one before it cut. */
const CARRY_MAX = 3;
/** The largest frame whose length has 16 bits. */
const RAW_SIZE_MAX = 65535;

export class Encoder {
  readonly #kernel: Kernel;
  readonly #state: number;
  readonly #framing: Framing;

  /** `state` is a record of the kernel's, all zero. */
  constructor(kernel: Kernel, state: number, framing: Framing) {
    this.#kernel = kernel;
    this.#state = state;
    this.#framing = framing;
    const { words } = kernel;
    words[(state + ENCODER.OPCODE) >>> 2] = OPCODE_TEXT;
    words[(state + ENCODER.DELIMITER) >>> 2] = LINE_FEED;
    words[(state + ENCODER.FRAGMENT_SIZE) >>> 2] = FRAGMENT_SIZE;
  }

  /** Records framed whole, modulo 2^32. */
  get records(): number {
    return this.#kernel.words[(this.#state + ENCODER.RECORDS) >>> 2]!;
  }

  /** What the records are that begin from now on, where they do not say it themselves. */
  set opcode(opcode: number) {
    this.#kernel.words[(this.#state + ENCODER.OPCODE) >>> 2] = opcode;
  }

  /** Bytes that the first frame of the record that is open can still take; 0 when that frame is out. */
  get firstFragmentRoom(): number {
    const { words } = this.#kernel;
    if (words[(this.#state + ENCODER.CONTINUED) >>> 2] !== 0) return 0;
    return Math.max(0, FRAGMENT_SIZE - words[(this.#state + ENCODER.HELD_LENGTH) >>> 2]!);
  }

  /**
   * Frames the records in kernel memory [begin, end), at most CHUNK_SIZE_MAX + CARRY_MAX bytes, to `out`: in all at most
   * FRAMES_SIZE from kernel.frames. The begin of a record that has not ended is kept, in a slab that is borrowed for it.
   * Returns the end of the frames, or 0, with the kept bytes lost, when no slab was to be had.
   */
  encode(begin: number, end: number, out = this.#kernel.frames): number {
    if (end - begin > CHUNK_SIZE_MAX + CARRY_MAX)
      throw new RangeError("a chunk is longer than CHUNK_SIZE_MAX");
    const { bytes, words, slabs } = this.#kernel;
    const state = this.#state;
    if (this.#framing === "raw") return this.#encodeRaw(begin, end, out);
    const framesEnd =
      this.#framing === "length"
        ? this.#kernel.enframeLength(state + ENCODER_STATE, begin, end, out)
        : this.#kernel.enframe(state + ENCODER_STATE, begin, end, out);
    const tail = words[(state + ENCODER.TAIL) >>> 2]!;
    const heldLength = words[(state + ENCODER.HELD_LENGTH) >>> 2]!;
    if (tail === end) {
      if (heldLength === 0) this.release();
      return framesEnd;
    }
    let held = words[(state + ENCODER.HELD) >>> 2]!;
    if (held === 0) {
      held = slabs.borrow();
      if (held === 0) return 0;
      words[(state + ENCODER.HELD) >>> 2] = held;
    }
    bytes.copyWithin(held + heldLength, tail, end);
    words[(state + ENCODER.HELD_LENGTH) >>> 2] = heldLength + end - tail;
    return framesEnd;
  }

  /** websocketd's --binary: what was read is a message, or several alike: 64 KiB are no frame and one byte. */
  #encodeRaw(begin: number, end: number, out: number): number {
    const { bytes, words } = this.#kernel;
    const messages = Math.ceil((end - begin) / RAW_SIZE_MAX);
    const size = Math.ceil((end - begin) / messages);
    for (let at = begin; at < end; at += size) {
      const length = Math.min(end - at, size);
      bytes[out++] = FIN | OPCODE_BINARY;
      if (length < LENGTH_16) {
        bytes[out++] = length;
      } else {
        bytes[out++] = LENGTH_16;
        bytes[out++] = length >>> 8;
        bytes[out++] = length;
      }
      bytes.copyWithin(out, at, at + length);
      out += length;
    }
    words[(this.#state + ENCODER.RECORDS) >>> 2]! += messages;
    return out;
  }

  /** True inside of a record, or of its length prefix, that says how much is still to come. */
  get isCut(): boolean {
    return this.#kernel.words[(this.#state + ENCODER.PREFIX_LENGTH) >>> 2] !== 0;
  }

  /** Frames what is kept as the last record: it has no delimiter and will get none. Returns the end of the frames. */
  finish(): number {
    const framesEnd = this.#kernel.enframeHeld(this.#state + ENCODER_STATE, this.#kernel.frames);
    this.release();
    return framesEnd;
  }

  /** Drops what is kept and gives its slab back. */
  release(): void {
    const { words, slabs } = this.#kernel;
    const held = words[(this.#state + ENCODER.HELD) >>> 2]!;
    if (held !== 0) slabs.giveBack(held);
    words[(this.#state + ENCODER.HELD) >>> 2] = 0;
    words[(this.#state + ENCODER.HELD_LENGTH) >>> 2] = 0;
  }
}

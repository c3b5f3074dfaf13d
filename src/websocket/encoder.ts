// The outgoing half of a WebSocket: records in, frames out, by the kernel's `enframe`.

import {
  CHUNK_SIZE_MAX,
  ENCODER,
  ENCODER_STATE,
  FRAGMENT_SIZE,
  PREFIX_WHOLE,
  type Kernel,
} from "../kernel/kernel.ts";
import { firstInvalid } from "./first-invalid.ts";
import { OPCODE_TEXT } from "./frame.ts";
import type { OutputSink } from "./output-sink.ts";

/** What may be put before a chunk: a character that the one before it cut. */
const CARRY_MAX = 3;

/** The one of the encoder's faults whose place is to be looked for: see kernel/assembly/layout.ts. */
const TEXT_INVALID = 6;

/** The kernel's functions that make frames of records, one for each way in which records are told apart. */
export type EnframeCall = "enframe" | "enframeLength" | "enframeNetstring";

export interface EncoderOptions {
  readonly enframe: EnframeCall;
  /** For `enframe`: the byte behind each record. */
  readonly delimiter: number;
  /** For the others: bytes of a record, at most 2^31 - 1. */
  readonly recordSizeMax: number;
}

/** What is wrong with a record, where `encode` stopped. */
export interface EncoderFault {
  /** By the order in kernel/assembly/layout.ts. */
  readonly kind: number;
  /** The first byte that cannot be, in kernel memory: it dies with the chunk. */
  readonly at: number;
  /** What has come of the record's length. */
  readonly prefix: number;
  readonly prefixLength: number;
  /** State of `utf8` in the open record. */
  readonly textState: number;
}

export class Encoder {
  readonly #kernel: Kernel;
  readonly #state: number;
  readonly #enframe: Kernel[EnframeCall];

  /** `state` is a record of the kernel's, all zero. */
  constructor(kernel: Kernel, state: number, options: EncoderOptions) {
    this.#kernel = kernel;
    this.#state = state;
    this.#enframe = kernel[options.enframe];
    const { words } = kernel;
    words[(state + ENCODER.OPCODE) >>> 2] = OPCODE_TEXT;
    words[(state + ENCODER.DELIMITER) >>> 2] = options.delimiter;
    words[(state + ENCODER.RECORD_SIZE_MAX) >>> 2] = options.recordSizeMax;
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

  /** What records are that have a length and no type. */
  set plainType(type: number) {
    this.#kernel.words[(this.#state + ENCODER.PLAIN_TYPE) >>> 2] = type;
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
    const framesEnd = this.#enframe(state + ENCODER_STATE, begin, end, out);
    const tail = words[(state + ENCODER.TAIL) >>> 2]!;
    const heldLength = words[(state + ENCODER.HELD_LENGTH) >>> 2]!;
    if (words[(state + ENCODER.FAULT) >>> 2] !== 0) {
      this.release();
      return framesEnd;
    }
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

  /** Frames kernel memory [begin, end) and sends the frames. */
  send(begin: number, end: number, sink: OutputSink): void {
    if (!sink.isOpen) return; // released while this chunk was framed: what is kept would be kept for ever
    const framesEnd = this.encode(begin, end);
    if (framesEnd === 0) sink.outOfMemory();
    else sink.transmit(framesEnd);
  }

  /** Records that were framed elsewhere. */
  countRecords(count: number): void {
    this.#kernel.words[(this.#state + ENCODER.RECORDS) >>> 2]! += count;
  }

  /** What stopped `encode`, which then must not be called again; null: nothing. `end` is that of its chunk. */
  faultIn(end: number): EncoderFault | null {
    const { words } = this.#kernel;
    const state = this.#state;
    const kind = words[(state + ENCODER.FAULT) >>> 2]!;
    if (kind === 0) return null;
    const tail = words[(state + ENCODER.TAIL) >>> 2]!;
    const textState = words[(state + ENCODER.TEXT_STATE) >>> 2]!;
    return {
      kind,
      at: kind === TEXT_INVALID ? firstInvalid(this.#kernel, textState, tail, end) : tail,
      prefix: words[(state + ENCODER.PREFIX) >>> 2]!,
      prefixLength: words[(state + ENCODER.PREFIX_LENGTH) >>> 2]!,
      textState,
    };
  }

  /** What is still to come: bytes of the open record, its terminator included; 0: all of its length; null: nothing. */
  get missing(): number | null {
    const { words } = this.#kernel;
    const prefixLength = words[(this.#state + ENCODER.PREFIX_LENGTH) >>> 2]!;
    if (prefixLength === 0) return null;
    if (prefixLength !== PREFIX_WHOLE) return 0;
    return words[(this.#state + ENCODER.RECORD_REMAINING) >>> 2]!;
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

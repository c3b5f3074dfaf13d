// Feeds streams through the kernel as production does, and watches that it writes nowhere else.

import {
  CHUNK_SIZE_MAX,
  createKernel,
  DECODER,
  ENCODER,
  ENCODER_STATE,
  SLAB_SIZE,
  STATE_SIZE,
} from "../../src/kernel/kernel.ts";
import { ByteList } from "./byte-list.ts";
import { OUTCOME, type ControlFrame, type DecoderOptions } from "./plain-decoder.ts";
import type { EncoderOptions } from "./plain-encoder.ts";

export const kernel = createKernel({ slabBytes: 16 * SLAB_SIZE, sessionsMax: 16 });

const { bytes, words } = kernel;
/** The gap before a chunk from which on its output goes. */
const GAP = 16;
/** Bytes watched on each side of what the kernel may write. */
const WATCHED = 24;
/** How far enframe may spill past the frames it wrote. */
const SPILL = 15;
const STATE_CANARY = 0xa5;
export interface DriverOptions {
  /** Where pieces begin in their workspace: 0 to 15 past its begin. Default: 0. */
  readonly alignment?: number;
}

export class KernelDecoder implements Disposable {
  readonly output = new ByteList();
  readonly controls: ControlFrame[] = [];
  outcome: number = OUTCOME.MORE;
  readonly #state = kernel.states.borrow();
  readonly #alignment: number;

  constructor(options: DecoderOptions & DriverOptions) {
    const state = this.#state;
    this.#alignment = options.alignment ?? 0;
    bytes.fill(0, state, state + ENCODER_STATE);
    bytes.fill(STATE_CANARY, state + ENCODER_STATE, state + STATE_SIZE);
    words[(state + DECODER.MESSAGE_SIZE_MAX) >> 2] = options.messageSizeMax;
    words[(state + DECODER.FRAGMENTS_MAX) >> 2] = options.fragmentsMax;
    words[(state + DECODER.FRAGMENTS_EMPTY_MAX) >> 2] = options.fragmentsEmptyMax;
    words[(state + DECODER.DELIMITER) >> 2] = options.delimiter;
  }

  get messages(): number {
    return words[(this.#state + DECODER.MESSAGES) >> 2]!;
  }

  get extraRecords(): number {
    return words[(this.#state + DECODER.SPLITS) >> 2]!;
  }

  feed(stream: Uint8Array): void {
    for (let at = 0; at < stream.length; at += CHUNK_SIZE_MAX) {
      if (this.outcome !== OUTCOME.MORE) return;
      this.#feedPiece(stream.subarray(at, at + CHUNK_SIZE_MAX));
    }
  }

  #feedPiece(piece: Uint8Array): void {
    const state = this.#state;
    const begin = kernel.incoming + this.#alignment;
    const end = begin + piece.length;
    const output = begin - GAP;
    // 0x81 tempts: it is the begin of a text frame, and not UTF-8.
    bytes.fill(0x81, output - WATCHED, begin);
    bytes.set(piece, begin);
    bytes.fill(0x81, end, end + WATCHED);
    words[(state + DECODER.OUTPUT) >> 2] = output;
    let at = begin;
    while ((this.outcome = kernel.unframe(state, at, end)) === OUTCOME.CONTROL_FRAME) {
      const length = words[(state + DECODER.CONTROL_LENGTH) >> 2]!;
      const control = state + DECODER.CONTROL;
      this.controls.push({
        opcode: words[(state + DECODER.CONTROL_OPCODE) >> 2]!,
        payload: bytes.slice(control, control + length),
      });
      const next = words[(state + DECODER.INPUT) >> 2]!;
      if (next <= at || next > end)
        throw new Error(`a control frame left INPUT at ${next - begin}`);
      at = next;
    }
    const input = words[(state + DECODER.INPUT) >> 2]!;
    if (this.outcome === OUTCOME.MORE && input !== end)
      throw new Error("MORE, but not all is read");
    const outputEnd = words[(state + DECODER.OUTPUT) >> 2]!;
    if (outputEnd < output || outputEnd > end) throw new Error("OUTPUT is outside of the chunk");
    watch(output - WATCHED, output, 0x81, "before the output");
    watch(end, end + WATCHED, 0x81, "behind the chunk");
    watch(state + ENCODER_STATE, state + STATE_SIZE, STATE_CANARY, "in the encoder's state");
    this.output.append(bytes.subarray(output, outputEnd));
  }

  [Symbol.dispose](): void {
    kernel.states.giveBack(this.#state);
  }
}

export class KernelEncoder implements Disposable {
  readonly output = new ByteList();
  readonly #state = kernel.states.borrow();
  readonly #alignment: number;
  readonly #delimiter: number;
  readonly #fragmentSize: number;

  constructor(options: EncoderOptions & DriverOptions) {
    const state = this.#state;
    this.#alignment = options.alignment ?? 0;
    this.#delimiter = options.delimiter;
    this.#fragmentSize = options.fragmentSize;
    bytes.fill(STATE_CANARY, state, state + ENCODER_STATE);
    bytes.fill(0, state + ENCODER_STATE, state + STATE_SIZE);
    words[(state + ENCODER.OPCODE) >> 2] = options.opcode;
    words[(state + ENCODER.DELIMITER) >> 2] = options.delimiter;
    words[(state + ENCODER.FRAGMENT_SIZE) >> 2] = options.fragmentSize;
  }

  /** Records ended. */
  get records(): number {
    return words[(this.#state + ENCODER.RECORDS) >> 2]!;
  }

  get #heldLength(): number {
    return words[(this.#state + ENCODER.HELD_LENGTH) >> 2]!;
  }

  feed(stream: Uint8Array): void {
    for (let at = 0; at < stream.length; at += CHUNK_SIZE_MAX) {
      this.#feedPiece(stream.subarray(at, at + CHUNK_SIZE_MAX));
    }
  }

  /** The service has ended: what is held goes out. */
  finish(): void {
    this.#write(this.#heldLength + 32, () =>
      kernel.enframeHeld(this.#state + ENCODER_STATE, kernel.frames),
    );
    if (this.#heldLength !== 0) throw new Error("held after the end");
    this.#giveSlabBack();
  }

  #feedPiece(piece: Uint8Array): void {
    const state = this.#state;
    const begin = kernel.outgoing + this.#alignment;
    const end = begin + piece.length;
    // Delimiters around the chunk tempt a scan that looks too far. (One right behind it would stop it at the end.)
    bytes.fill(this.#delimiter, begin - WATCHED, begin);
    bytes.set(piece, begin);
    bytes[end] = this.#delimiter ^ 1;
    bytes.fill(this.#delimiter, end + 1, end + WATCHED);
    this.#write(2 * piece.length + this.#heldLength + 32, () =>
      kernel.enframe(state + ENCODER_STATE, begin, end, kernel.frames),
    );
    if (Buffer.compare(bytes.subarray(begin, end), piece) !== 0)
      throw new Error("the chunk has changed");
    watch(begin - WATCHED, begin, this.#delimiter, "before the chunk");
    watch(end, end + 1, this.#delimiter ^ 1, "behind the chunk");
    watch(end + 1, end + WATCHED, this.#delimiter, "behind the chunk");
    const tail = words[(state + ENCODER.TAIL) >> 2]!;
    if (tail < begin || tail > end) throw new Error("TAIL is outside of the chunk");
    this.#hold(tail, end);
  }

  /** Runs a call that may write `lengthMax` bytes of frames, and takes them. */
  #write(lengthMax: number, call: () => number): void {
    const out = kernel.frames;
    bytes.fill(STATE_CANARY, out - WATCHED, out + lengthMax + SPILL + WATCHED);
    const end = call();
    if (end - out > lengthMax) throw new Error(`${end - out} bytes written, ${lengthMax} allowed`);
    watch(out - WATCHED, out, STATE_CANARY, "before the frames");
    watch(end + SPILL, end + SPILL + WATCHED, STATE_CANARY, "behind the frames");
    watch(this.#state, this.#state + ENCODER_STATE, STATE_CANARY, "in the decoder's state");
    this.output.append(bytes.subarray(out, end));
  }

  #hold(tail: number, end: number): void {
    const state = this.#state;
    const held = this.#heldLength;
    const length = held + end - tail;
    if (length > this.#fragmentSize + 1) throw new Error(`${length} bytes would be held`);
    if (length === 0) return this.#giveSlabBack();
    const heldAt = (state + ENCODER.HELD) >> 2;
    if (words[heldAt] === 0) words[heldAt] = kernel.slabs.borrow();
    bytes.copyWithin(words[heldAt]! + held, tail, end);
    words[(state + ENCODER.HELD_LENGTH) >> 2] = length;
  }

  #giveSlabBack(): void {
    const heldAt = (this.#state + ENCODER.HELD) >> 2;
    if (words[heldAt] !== 0) kernel.slabs.giveBack(words[heldAt]!);
    words[heldAt] = 0;
  }

  [Symbol.dispose](): void {
    this.#giveSlabBack();
    kernel.states.giveBack(this.#state);
  }
}

function watch(begin: number, end: number, canary: number, place: string): void {
  for (let at = begin; at < end; at++) {
    if (bytes[at] !== canary) throw new Error(`the kernel wrote ${place}, at byte ${at - begin}`);
  }
}

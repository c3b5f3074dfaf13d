// The incoming half of a WebSocket: chunks in, payload and control frames out, by the kernel's `unframe`.

import { CHUNK_SIZE_MAX, DECODER, type Kernel } from "../kernel/kernel.ts";
import { OPCODE_CLOSE } from "./frame.ts";
import { FRAME_VIOLATIONS, type Violation } from "./violation.ts";

const LINE_FEED = 0x0a;
/** Output begins this far below the chunk: room for the delimiter of a message that began in an earlier one. */
const HEADROOM = 16;
const OUTCOME_MORE = 0;
const OUTCOME_CONTROL_FRAME = 1;

export interface DecoderLimits {
  /** Bytes of a message, all its frames together; 0 = none. */
  readonly messageSizeMax: number;
  /** Frames of one message. */
  readonly fragmentsMax: number;
  /** Frames without payload of one message. */
  readonly fragmentsEmptyMax: number;
}

export interface FrameHandler {
  /** Payload with a delimiter at each message's end, in kernel memory [begin, end): dies on return. */
  payload(begin: number, end: number): void;
  /** A whole control frame; its body in kernel memory [begin, end) dies on return. A Close is the last thing decoded. */
  control(opcode: number, begin: number, end: number): void;
  /** The peer broke the protocol; nothing of its bytes will be decoded any more. */
  violation(violation: Violation): void;
}

export class Decoder {
  readonly #kernel: Kernel;
  readonly #state: number;

  /** `state` is a record of the kernel's, all zero. */
  constructor(kernel: Kernel, state: number, limits: DecoderLimits) {
    this.#kernel = kernel;
    this.#state = state;
    const { words } = kernel;
    const size = limits.messageSizeMax;
    words[(state + DECODER.MESSAGE_SIZE_MAX) >>> 2] = size;
    words[(state + DECODER.MESSAGE_SIZE_MAX + 4) >>> 2] = size / 2 ** 32;
    words[(state + DECODER.FRAGMENTS_MAX) >>> 2] = limits.fragmentsMax;
    words[(state + DECODER.FRAGMENTS_EMPTY_MAX) >>> 2] = limits.fragmentsEmptyMax;
    words[(state + DECODER.DELIMITER) >>> 2] = LINE_FEED;
  }

  /** Messages received whole, modulo 2^32. */
  get messages(): number {
    return this.#kernel.words[(this.#state + DECODER.MESSAGES) >>> 2]!;
  }

  /**
   * Decodes a chunk of any size: one `payload` for each piece of CHUNK_SIZE_MAX. Must not be called again after a
   * Close or a violation.
   */
  receive(chunk: Uint8Array, handler: FrameHandler): void {
    if (chunk.length <= CHUNK_SIZE_MAX) {
      this.#piece(chunk, handler);
      return;
    }
    for (let at = 0; at < chunk.length; at += CHUNK_SIZE_MAX) {
      if (!this.#piece(chunk.subarray(at, at + CHUNK_SIZE_MAX), handler)) return;
    }
  }

  #piece(piece: Uint8Array, handler: FrameHandler): boolean {
    const { bytes, words, incoming } = this.#kernel;
    const state = this.#state;
    const end = incoming + piece.length;
    const outputAt = (state + DECODER.OUTPUT) >>> 2;
    let begin = incoming;
    let output = incoming - HEADROOM;
    bytes.set(piece, incoming);
    words[outputAt] = output;
    for (;;) {
      const outcome = this.#kernel.unframe(state, begin, end);
      const control = outcome === OUTCOME_CONTROL_FRAME;
      const opcode = control ? words[(state + DECODER.CONTROL_OPCODE) >>> 2]! : 0;
      // Pings and pongs do not cut the payload of a chunk in two; what came before a Close goes before it.
      if (!control || opcode === OPCODE_CLOSE) {
        const written = words[outputAt]!;
        if (written > output) handler.payload(output, written);
        output = written;
      }
      if (outcome === OUTCOME_MORE) return true;
      if (!control) {
        handler.violation(FRAME_VIOLATIONS[outcome]!);
        return false;
      }
      const body = state + DECODER.CONTROL;
      handler.control(opcode, body, body + words[(state + DECODER.CONTROL_LENGTH) >>> 2]!);
      if (opcode === OPCODE_CLOSE) return false;
      begin = words[(state + DECODER.INPUT) >>> 2]!;
    }
  }
}

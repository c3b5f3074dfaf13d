// The incoming half of a WebSocket: chunks in, payload and control frames out, by the kernel's `unframe`.

import { CHUNK_SIZE_MAX, DECODER, type Kernel } from "../kernel/kernel.ts";
import { ApartMessages, type ApartHandler } from "./apart-messages.ts";
import type { Extension } from "./extension.ts";
import { OPCODE_CLOSE } from "./frame.ts";
import type { FramingRow } from "./framing.ts";
import { FRAME_VIOLATIONS, type Violation } from "./violation.ts";

/** Output begins this far below the chunk: room for what is written of a message whose header came with an earlier one. */
const HEADROOM = 16;
const OUTCOME_MORE = 0;
const OUTCOME_CONTROL_FRAME = 1;
const OUTCOME_APART_BEGIN = 15;
const OUTCOME_APART_END = 16;

export interface DecoderLimits {
  /** Bytes of a message, all its frames together; 0 = none. */
  readonly messageSizeMax: number;
  /** Frames of one message. */
  readonly fragmentsMax: number;
  /** Frames without payload of one message. */
  readonly fragmentsEmptyMax: number;
}

export interface DecoderOptions {
  readonly limits: DecoderLimits;
  readonly framing: Pick<FramingRow, "delimiter" | "assembler" | "wantsWhole">;
  /** The extension that was agreed on, if one was. */
  readonly extension: Extension | null;
}

export interface FrameHandler extends ApartHandler {
  /** Payload as records, in kernel memory [begin, end): dies on return. */
  payload(begin: number, end: number): void;
  /** A whole control frame; its body in kernel memory [begin, end) dies on return. A Close is the last thing decoded. */
  control(opcode: number, begin: number, end: number): void;
  /** The peer broke the protocol; nothing of its bytes will be decoded any more. */
  violation(violation: Violation): void;
}

export class Decoder {
  readonly #kernel: Kernel;
  readonly #state: number;
  /** Null when `unframe` writes every message itself. */
  readonly #apart: ApartMessages | null;

  /** `state` is a record of the kernel's, all zero. */
  constructor(kernel: Kernel, state: number, options: DecoderOptions) {
    const { limits, framing, extension } = options;
    this.#kernel = kernel;
    this.#state = state;
    const { words } = kernel;
    const size = limits.messageSizeMax;
    words[(state + DECODER.MESSAGE_SIZE_MAX) >>> 2] = size;
    words[(state + DECODER.MESSAGE_SIZE_MAX + 4) >>> 2] = size / 2 ** 32;
    words[(state + DECODER.FRAGMENTS_MAX) >>> 2] = limits.fragmentsMax;
    words[(state + DECODER.FRAGMENTS_EMPTY_MAX) >>> 2] = limits.fragmentsEmptyMax;
    words[(state + DECODER.DELIMITER) >>> 2] = framing.delimiter;
    words[(state + DECODER.RESERVED_AGREED) >>> 2] = extension?.reservedBits ?? 0;
    this.#apart =
      extension !== null || framing.wantsWhole
        ? new ApartMessages(kernel, {
            assembler: framing.assembler(kernel),
            delimiter: framing.delimiter,
            extension,
            messageSizeMax: size,
          })
        : null;
  }

  /** True when nothing is missing of what has begun. */
  get isBetweenMessages(): boolean {
    const { words } = this.#kernel;
    const [frame, header, opcode] = [DECODER.FRAME, DECODER.HEADER_LENGTH, DECODER.MESSAGE_OPCODE];
    return [frame, header, opcode].every((at) => words[(this.#state + at) >>> 2] === 0);
  }

  /** Messages received whole, modulo 2^32. */
  get messages(): number {
    return this.#kernel.words[(this.#state + DECODER.MESSAGES) >>> 2]!;
  }

  /** Records beyond one for each message, by delimiters inside of them; modulo 2^32. */
  get extraRecords(): number {
    const ofKernel = this.#kernel.words[(this.#state + DECODER.SPLITS) >>> 2]!;
    return ofKernel + (this.#apart?.extraRecords ?? 0);
  }

  /**
   * Decodes a chunk of any size: one `payload` for each piece of CHUNK_SIZE_MAX, more with an extension. Must not be
   * called again after a Close or a violation.
   */
  receive(chunk: Uint8Array, handler: FrameHandler): void {
    const { bytes, incoming } = this.#kernel;
    for (let at = 0; at < chunk.length; at += CHUNK_SIZE_MAX) {
      const isWhole = chunk.length <= CHUNK_SIZE_MAX;
      const piece = isWhole ? chunk : chunk.subarray(at, at + CHUNK_SIZE_MAX);
      bytes.set(piece, incoming);
      if (!this.arrived(piece.length, handler)) return;
    }
  }

  /** Decodes a chunk that lies at `kernel.incoming`. False when nothing more will be decoded: not to be called again. */
  arrived(length: number, handler: FrameHandler): boolean {
    const { incoming } = this.#kernel;
    const end = incoming + length;
    const apart = this.#apart;
    if (apart === null) return this.#decode(incoming, end, handler) >= 0;
    let taken = 0;
    if (!apart.waiting) {
      taken = this.#decode(incoming, end, handler);
      if (taken < 0) return false;
    }
    if (incoming + taken < end && !apart.wireRest.push(incoming + taken, end))
      handler.outOfMemory();
    return !handler.closed;
  }

  /** True while something is kept because the handler was paused. */
  get isWaiting(): boolean {
    return this.#apart?.waiting ?? false;
  }

  /** Goes on with what was kept because the handler was paused, until it is again. */
  resume(handler: FrameHandler): void {
    const apart = this.#apart;
    if (apart === null || !apart.waiting) return;
    const violation = apart.resume(handler);
    if (violation !== null) {
      apart.flush(handler);
      handler.violation(violation);
      return;
    }
    const { bytes, incoming } = this.#kernel;
    const rest = apart.wireRest;
    while (!apart.stopped && !handler.closed && !handler.paused && rest.length > 0) {
      const { front, frontLength } = rest;
      bytes.copyWithin(incoming, front, front + frontLength);
      const taken = this.#decode(incoming, incoming + frontLength, handler);
      if (taken < 0) return;
      rest.consume(taken);
    }
    apart.flush(handler);
  }

  release(): void {
    this.#apart?.release();
  }

  /**
   * Decodes kernel memory [begin, end). Returns how many bytes of it were taken, fewer than all only when what is apart
   * had to stop, or -1 when nothing more will be decoded.
   */
  #decode(begin: number, end: number, handler: FrameHandler): number {
    const { words } = this.#kernel;
    const state = this.#state;
    const outputAt = (state + DECODER.OUTPUT) >>> 2;
    let at = begin;
    let output = begin - HEADROOM;
    words[outputAt] = output;
    for (;;) {
      const outcome = this.#kernel.unframe(state, at, end);
      const control = outcome === OUTCOME_CONTROL_FRAME;
      const opcode = control ? words[(state + DECODER.CONTROL_OPCODE) >>> 2]! : 0;
      // Pings and pongs do not cut the payload of a chunk in two; what came before a Close goes before it.
      if (!control || opcode === OPCODE_CLOSE) {
        const written = words[outputAt]!;
        if (this.#apart === null) {
          if (written > output) handler.payload(output, written);
        } else if (!this.#deliver({ begin: output, end: written, outcome }, handler)) {
          return -1;
        }
        output = written;
      }
      if (outcome === OUTCOME_MORE) return end - begin;
      if (control) {
        const body = state + DECODER.CONTROL;
        handler.control(opcode, body, body + words[(state + DECODER.CONTROL_LENGTH) >>> 2]!);
        if (opcode === OPCODE_CLOSE) return -1;
      } else if (outcome < OUTCOME_APART_BEGIN) {
        handler.violation(FRAME_VIOLATIONS[outcome]!);
        return -1;
      }
      at = words[(state + DECODER.INPUT) >>> 2]!;
      if (this.#apart !== null && this.#apart.stopped) return at - begin;
    }
  }

  /** Hands on what `unframe` wrote, by the way that its message takes. False when nothing more will be decoded. */
  #deliver(run: Run, handler: FrameHandler): boolean {
    const apart = this.#apart!;
    const { begin, end, outcome } = run;
    let violation: Violation | null = null;
    if (apart.isOpen) {
      const isLast = outcome === OUTCOME_APART_END;
      // A message that a Close or a violation cuts short is no message.
      if (isLast || outcome === OUTCOME_MORE)
        violation = apart.receive(begin, end, isLast, handler);
    } else if (end > begin) {
      apart.flush(handler);
      handler.payload(begin, end);
    }
    if (handler.closed) return false;
    if (violation === null && outcome === OUTCOME_APART_BEGIN) {
      apart.begin(this.#kernel.words[(this.#state + DECODER.MESSAGE_OPCODE) >>> 2]!, handler);
    } else if (outcome !== OUTCOME_APART_END || violation !== null) {
      apart.flush(handler);
    }
    if (violation !== null) handler.violation(violation);
    return violation === null && !handler.closed;
  }
}

/** What `unframe` wrote to kernel memory [begin, end) before it returned `outcome`. */
interface Run {
  readonly begin: number;
  readonly end: number;
  readonly outcome: number;
}

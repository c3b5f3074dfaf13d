// The messages that `unframe` does not write as records itself: those of an extension, and those that must be whole, or be JSON.

import { NO_DELIMITER, UTF8_ACCEPT, UTF8_REJECT, type Kernel } from "../kernel/kernel.ts";
import { RingBuffer } from "../kernel/ring-buffer.ts";
import type { Extension, Span } from "./extension.ts";
import { OPCODE_BITS, OPCODE_TEXT } from "./frame.ts";
import type { MessageAssembler, RecordHandler } from "./message-assembler.ts";
import { MESSAGE_TOO_BIG, INVALID_UTF8, type Violation } from "./violation.ts";

const RESERVED_BITS = 0x70;

export interface ApartHandler extends RecordHandler {
  /** True when what is decoded should wait: its sink has enough. */
  readonly paused: boolean;
}

export interface ApartOptions {
  readonly assembler: MessageAssembler;
  /** The byte that makes more than one record of a message when it is inside; from NO_DELIMITER on: none does. */
  readonly delimiter: number;
  readonly extension: Extension | null;
  /** Bytes of a message when the extension has restored it; 0 = none. */
  readonly messageSizeMax: number;
}

/** Payload in kernel memory; `isLast` when the message ends with it. */
interface Piece {
  readonly begin: number;
  readonly end: number;
  readonly isLast: boolean;
}

/**
 * An extension makes much of little: 512 KiB of zeros, deflated, are 500 MB. So it works for one buffer at a time, and
 * stops when the sink pauses; what remains, of the message and of the chunk behind it, is kept until `resume`.
 */
export class ApartMessages {
  readonly #kernel: Kernel;
  readonly #options: ApartOptions;
  readonly #assembler: MessageAssembler;
  /** Of the open message: what the extension has not had yet. */
  readonly #payloadRest: RingBuffer;
  /** Of the stream: what has not been decoded yet. */
  readonly wireRest: RingBuffer;
  readonly #span: Span = { source: 0, sourceEnd: 0, target: 0, targetEnd: 0 };
  /** Stopped inside a message: `#payloadRest`, which may be empty, is to be gone on with first. */
  #stopped = false;
  /** When stopped: the end of the message is part of what is kept. */
  #stoppedIsLast = false;
  /** What delimiters inside of messages have made. */
  extraRecords = 0;
  #isOpen = false;
  #isMarked = false;
  #isText = false;
  #utf8: number = UTF8_ACCEPT;
  #size = 0;

  constructor(kernel: Kernel, options: ApartOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#assembler = options.assembler;
    this.#payloadRest = new RingBuffer(kernel);
    this.wireRest = new RingBuffer(kernel);
  }

  /** A message is open whose payload belongs here. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Nothing more can be taken before `resume`. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Something is kept that came before what comes now. */
  get waiting(): boolean {
    return this.#stopped || this.wireRest.length > 0;
  }

  /** `opcode` is the message's, with the reserved bits of its first frame. */
  begin(opcode: number, handler: ApartHandler): void {
    this.#isOpen = true;
    this.#isMarked = (opcode & RESERVED_BITS) !== 0;
    this.#isText = (opcode & OPCODE_BITS) === OPCODE_TEXT;
    this.#utf8 = UTF8_ACCEPT;
    this.#size = 0;
    this.#assembler.begin(opcode & OPCODE_BITS, handler);
  }

  /**
   * Takes payload of the open message, in kernel memory [begin, end), with TRAILER_SIZE_MAX bytes free behind it.
   * May leave it `stopped`, with the rest kept.
   */
  receive(begin: number, end: number, isLast: boolean, handler: ApartHandler): Violation | null {
    const { extension } = this.#options;
    if (isLast && this.#isMarked && extension !== null) {
      this.#kernel.bytes.set(extension.trailer, end);
      end += extension.trailer.length;
    }
    const violation = this.#take({ begin, end, isLast }, handler);
    if (!this.#stopped) return violation;
    this.#stoppedIsLast = isLast;
    if (!this.#payloadRest.push(this.#span.source, end)) handler.outOfMemory();
    return null;
  }

  /** Goes on with what is kept of the open message, as far as the sink lets it. */
  resume(handler: ApartHandler): Violation | null {
    const rest = this.#payloadRest;
    if (!this.#stopped) return null;
    do {
      this.#stopped = false;
      const begin = rest.length > 0 ? rest.front : 0;
      const end = rest.length > 0 ? begin + rest.frontLength : 0;
      const isLast = this.#stoppedIsLast && end - begin === rest.length;
      const violation = this.#take({ begin, end, isLast }, handler);
      if (violation !== null || handler.closed) return violation;
      if (rest.length > 0) rest.consume(this.#span.source - begin);
    } while (rest.length > 0 && !this.#stopped);
    return null;
  }

  /** To be called before other payload is handed on, and before the stack unwinds. */
  flush(handler: ApartHandler): void {
    this.#assembler.flush(handler);
  }

  release(): void {
    this.#assembler.release();
    this.#payloadRest.clear();
    this.wireRest.clear();
    this.#stopped = false;
    this.#isOpen = false;
    this.#options.extension?.release();
  }

  #take(piece: Piece, handler: ApartHandler): Violation | null {
    const assembler = this.#assembler;
    const span = this.#span;
    span.source = piece.begin;
    span.sourceEnd = piece.end;
    do {
      if (assembler.room === 0) {
        assembler.flush(handler);
        if (handler.closed) return null;
        this.#stopped = handler.paused;
        if (this.#stopped) return null;
      }
      const begin = assembler.at;
      span.target = begin;
      span.targetEnd = begin + assembler.room;
      const violation = this.#isMarked ? this.#restore(piece.isLast, begin) : this.#copy();
      if (violation !== null) return violation;
      assembler.at = span.target;
    } while (span.source < span.sourceEnd || span.target === span.targetEnd);
    return piece.isLast ? this.#end(handler) : null;
  }

  #restore(isLast: boolean, target: number): Violation | null {
    const violation = this.#options.extension!.restore(this.#span, isLast);
    const { target: end } = this.#span;
    const { delimiter } = this.#options;
    if (delimiter < NO_DELIMITER) this.extraRecords += this.#kernel.count(delimiter, target, end);
    return violation ?? this.#judge(target, end);
  }

  /** What is unmarked is as it was, and judged. */
  #copy(): null {
    const span = this.#span;
    const length = Math.min(span.sourceEnd - span.source, span.targetEnd - span.target);
    this.#kernel.bytes.copyWithin(span.target, span.source, span.source + length);
    span.source += length;
    span.target += length;
    return null;
  }

  /** What the kernel judges of other messages: the size, while it grows, and the text. */
  #judge(begin: number, end: number): Violation | null {
    this.#size += end - begin;
    const sizeMax = this.#options.messageSizeMax;
    if (sizeMax !== 0 && this.#size > sizeMax) return MESSAGE_TOO_BIG;
    if (!this.#isText) return null;
    this.#utf8 = this.#kernel.utf8(this.#utf8, begin, end - begin);
    return this.#utf8 === UTF8_REJECT ? INVALID_UTF8 : null;
  }

  #end(handler: ApartHandler): Violation | null {
    this.#isOpen = false;
    if (this.#utf8 !== UTF8_ACCEPT) return INVALID_UTF8;
    this.#assembler.end(handler);
    return null;
  }
}

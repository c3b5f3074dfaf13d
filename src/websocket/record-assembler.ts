// Makes records of messages that come in pieces, for the framings and extensions that `unframe` does not write itself.

import { ASSEMBLY_SIZE, type Kernel } from "../kernel/kernel.ts";
import { RingBuffer } from "../kernel/ring-buffer.ts";
import { OPCODE_BINARY } from "./frame.ts";
import type { MessageAssembler, RecordHandler } from "./message-assembler.ts";
import type { RecordMarks } from "./record-marks.ts";

/** What a length prefix can tell. */
const LENGTH_MAX = 0x7fffffff;

/**
 * Writes to kernel.assembly. A record with a delimiter streams through it; one that has something before it waits in a
 * queue of its own when it has not ended by then.
 */
export class RecordAssembler implements MessageAssembler {
  readonly #kernel: Kernel;
  readonly #marks: RecordMarks;
  readonly #held: RingBuffer;
  /** Where the open record, its prefix included, begins at kernel.assembly; 0 when none is open or needs to be known. */
  #recordBegin = 0;
  #recordIsBinary = false;
  /** Where the next byte goes. */
  at: number;

  constructor(kernel: Kernel, marks: RecordMarks) {
    this.#kernel = kernel;
    this.#marks = marks;
    this.#held = new RingBuffer(kernel);
    this.at = kernel.assembly;
  }

  /** How many bytes can be written at `at`; the caller then moves it on. What is behind a record has its place besides. */
  get room(): number {
    return this.#kernel.assembly + ASSEMBLY_SIZE - 1 - this.at;
  }

  begin(opcode: number, handler: RecordHandler): void {
    const { prefix } = this.#marks;
    if (prefix === null) return;
    if (this.room < prefix.sizeMax) this.flush(handler);
    this.#recordBegin = this.at;
    this.#recordIsBinary = opcode === OPCODE_BINARY;
    this.at += prefix.sizeMax;
  }

  /** Copies kernel memory [begin, end) to the open record. */
  append(begin: number, end: number, handler: RecordHandler): void {
    while (begin < end) {
      if (this.room === 0) this.flush(handler);
      const count = Math.min(end - begin, this.room);
      this.#kernel.bytes.copyWithin(this.at, begin, begin + count);
      this.at += count;
      begin += count;
    }
  }

  end(handler: RecordHandler): void {
    const { bytes } = this.#kernel;
    const { prefix, suffix } = this.#marks;
    const suffixSize = suffix === null ? 0 : 1;
    if (suffix !== null) bytes[this.at++] = suffix;
    if (prefix === null) return;
    const isBinary = this.#recordIsBinary;
    const recordBegin = this.#recordBegin;
    const held = this.#held;
    if (held.length === 0) {
      const payload = recordBegin + prefix.sizeMax;
      const length = this.at - suffixSize - payload;
      const begin = prefix.write(bytes, payload, { length, isBinary });
      if (begin > recordBegin) bytes.copyWithin(recordBegin, begin, this.at);
      this.at -= begin - recordBegin;
      this.#recordBegin = 0;
      return;
    }
    this.flush(handler);
    this.#recordBegin = 0;
    if (held.length === 0) return; // released
    const { front } = held;
    const length = held.length - prefix.sizeMax - suffixSize;
    const begin = prefix.write(bytes, front + prefix.sizeMax, { length, isBinary });
    if (begin > front) held.consume(begin - front);
    while (held.length > 0) {
      const { front: at, frontLength } = held;
      handler.payload(at, at + frontLength);
      // A handler that closed the connection has released us.
      if (held.length > 0) held.consume(frontLength);
    }
  }

  /** Hands on what is whole, or may come in pieces, and keeps the rest. */
  flush(handler: RecordHandler): void {
    const begin = this.#kernel.assembly;
    const end = this.at;
    this.at = begin;
    if (begin === end || handler.closed) return;
    if (this.#recordBegin === 0) return handler.payload(begin, end);
    const recordBegin = this.#recordBegin;
    this.#recordBegin = begin;
    // First, while its bytes are where they are: whoever hears of the others may decode the next chunk.
    const kept = this.#held.push(recordBegin, end);
    if (begin < recordBegin) handler.payload(begin, recordBegin);
    if (!kept || this.#held.length > LENGTH_MAX) handler.outOfMemory();
  }

  release(): void {
    this.#held.clear();
    this.#recordBegin = 0;
    this.at = this.#kernel.assembly;
  }
}

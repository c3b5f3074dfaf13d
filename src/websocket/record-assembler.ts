// Makes records of messages that come in pieces, for the framings and extensions that `unframe` does not write itself.

import {
  ASSEMBLY_SIZE,
  BINARY_BIT,
  LENGTH_PREFIX,
  NO_DELIMITER,
  type Kernel,
} from "../kernel/kernel.ts";
import { RingBuffer } from "../kernel/ring-buffer.ts";
import { OPCODE_BINARY } from "./frame.ts";

const PREFIX_SIZE = 4;
/** What a length prefix can tell. */
const LENGTH_MAX = 0x7fffffff;

export interface RecordHandler {
  /** Records, or a piece of one, in kernel memory [begin, end): dies on return. */
  payload(begin: number, end: number): void;
  /** What must be kept could not be: nothing more can come of this connection. */
  outOfMemory(): void;
  /** True when nothing is wanted any more: what is kept has been released. */
  readonly closed: boolean;
}

/**
 * Writes to kernel.assembly, which all sessions share: what is there must be flushed before the stack unwinds. A record
 * with a delimiter streams through it; one that has its length before it waits in a queue of its own when it has not
 * ended by then.
 */
export class RecordAssembler {
  readonly #kernel: Kernel;
  readonly #delimiter: number;
  readonly #held: RingBuffer;
  /** Where the open record, its prefix included, begins at kernel.assembly; 0 when none is open or needs to be known. */
  #recordBegin = 0;
  #recordIsBinary = false;
  /** Where the next byte goes. */
  at: number;

  /** `delimiter` is a byte, NO_DELIMITER or LENGTH_PREFIX. */
  constructor(kernel: Kernel, delimiter: number) {
    this.#kernel = kernel;
    this.#delimiter = delimiter;
    this.#held = new RingBuffer(kernel);
    this.at = kernel.assembly;
  }

  /** How many bytes can be written at `at`; the caller then moves it on. A delimiter has its place besides. */
  get room(): number {
    return this.#kernel.assembly + ASSEMBLY_SIZE - 1 - this.at;
  }

  begin(opcode: number, handler: RecordHandler): void {
    if (this.#delimiter !== LENGTH_PREFIX) return;
    if (this.room < PREFIX_SIZE) this.flush(handler);
    this.#recordBegin = this.at;
    this.#recordIsBinary = opcode === OPCODE_BINARY;
    this.at += PREFIX_SIZE;
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
    if (this.#delimiter !== LENGTH_PREFIX) {
      if (this.#delimiter < NO_DELIMITER) this.#kernel.bytes[this.at++] = this.#delimiter;
      return;
    }
    if (this.#held.length === 0) {
      this.#writePrefix(this.#recordBegin, this.at - this.#recordBegin);
      this.#recordBegin = 0;
      return;
    }
    this.flush(handler);
    this.#recordBegin = 0;
    const held = this.#held;
    if (held.length > 0) this.#writePrefix(held.front, held.length);
    while (held.length > 0) {
      const { front, frontLength } = held;
      handler.payload(front, front + frontLength);
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
    if (!kept || this.#held.length - PREFIX_SIZE > LENGTH_MAX) handler.outOfMemory();
  }

  release(): void {
    this.#held.clear();
    this.#recordBegin = 0;
    this.at = this.#kernel.assembly;
  }

  /** `size` is the record's, its prefix included. */
  #writePrefix(at: number, size: number): void {
    const length = size - PREFIX_SIZE;
    const { bytes } = this.#kernel;
    bytes[at] = (length >>> 24) | (this.#recordIsBinary ? BINARY_BIT >>> 24 : 0);
    bytes[at + 1] = length >>> 16;
    bytes[at + 2] = length >>> 8;
    bytes[at + 3] = length;
  }
}

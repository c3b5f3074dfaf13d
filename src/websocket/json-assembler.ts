// Makes a line of JSON of each message: {"type":"text","data":"..."}, or "binary" with its bytes in base64.

import { STAGING_SIZE, type Kernel } from "../kernel/kernel.ts";
import { OPCODE_BINARY } from "./frame.ts";
import type { MessageAssembler, RecordHandler } from "./message-assembler.ts";
import { RecordAssembler } from "./record-assembler.ts";
import { WHOLE_LINE_MARKS } from "./record-marks.ts";

const encoder = new TextEncoder();
const TEXT_BEGIN = encoder.encode('{"type":"text","data":"');
const BINARY_BEGIN = encoder.encode('{"type":"binary","data":"');
const END = encoder.encode('"}');
/** Bytes that become four digits of base64. */
const GROUP = 3;

/**
 * Payload is gathered in kernel.staging, written to kernel.escaped, and joined to records from there. Text is escaped a
 * byte at a time, for all that must be is ASCII: a character that a piece has cut needs no care.
 */
export class JsonAssembler implements MessageAssembler {
  readonly #kernel: Kernel;
  readonly #records: RecordAssembler;
  #isOpen = false;
  #isBinary = false;
  /** Bytes, one or two, that wait for their group: staging is for all sessions. */
  #carry: Uint8Array = new Uint8Array(0);
  at: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#records = new RecordAssembler(kernel, WHOLE_LINE_MARKS);
    this.at = kernel.staging;
  }

  get room(): number {
    return this.#kernel.staging + STAGING_SIZE - this.at;
  }

  begin(opcode: number, handler: RecordHandler): void {
    this.#isOpen = true;
    this.#isBinary = opcode === OPCODE_BINARY;
    this.#records.begin(opcode, handler);
    this.#append(this.#isBinary ? BINARY_BEGIN : TEXT_BEGIN, handler);
  }

  end(handler: RecordHandler): void {
    this.#write(true, handler);
    this.#isOpen = false;
    this.#append(END, handler);
    this.#records.end(handler);
  }

  flush(handler: RecordHandler): void {
    if (this.#isOpen) this.#write(false, handler);
    this.#records.flush(handler);
  }

  release(): void {
    this.#records.release();
    this.#isOpen = false;
    this.#carry = new Uint8Array(0);
    this.at = this.#kernel.staging;
  }

  #append(bytes: Uint8Array, handler: RecordHandler): void {
    const { escaped } = this.#kernel;
    this.#kernel.bytes.set(bytes, escaped);
    this.#records.append(escaped, escaped + bytes.length, handler);
  }

  /** Writes what is gathered; of binary whole groups, unless it is the message's end. */
  #write(isLast: boolean, handler: RecordHandler): void {
    const { bytes, staging, escaped, escapeJson, base64 } = this.#kernel;
    const end = this.at;
    this.at = staging;
    if (!this.#isBinary) {
      this.#records.append(escaped, escapeJson(staging, end - staging, escaped), handler);
      return;
    }
    const begin = staging - this.#carry.length;
    bytes.set(this.#carry, begin);
    const length = isLast ? end - begin : end - begin - ((end - begin) % GROUP);
    this.#carry = bytes.slice(begin + length, end);
    this.#records.append(escaped, base64(begin, length, escaped), handler);
  }
}

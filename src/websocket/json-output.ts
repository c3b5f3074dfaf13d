// --framing=json: gathers a program's lines, and frames the messages that they say.

import { REPLACED_SOURCE_SIZE, UTF8_ACCEPT, UTF8_REJECT, type Kernel } from "../kernel/kernel.ts";
import { RingBuffer } from "../kernel/ring-buffer.ts";
import { firstInvalid } from "./first-invalid.ts";
import { OPCODE_BINARY } from "./frame.ts";
import { FrameGatherer } from "./frame-gatherer.ts";
import { readJsonRecord, type JsonRecord } from "./json-record.ts";
import { FOUND_MAX, type OutputFault } from "./output-fault.ts";
import type { OutputSink } from "./output-sink.ts";
import type { OutputParts, RecordOutput } from "./record-output.ts";
import { LENGTH_PREFIX_SIZE, writeLengthPrefix } from "./record-marks.ts";

const LINE_FEED = 0x0a;

/**
 * JSON must be whole to be read: a line waits in slabs, and is copied to the heap while it is read. Its message goes to
 * the encoder as a record with its length before it.
 */
export class JsonOutput implements RecordOutput {
  readonly #kernel: Kernel;
  readonly #gatherer: FrameGatherer;
  readonly #sizeMax: number;
  /** The begin of a line. */
  readonly #held: RingBuffer;
  /** State of `utf8` at the end of what has come: all of it is judged, as it comes. */
  #text: number = UTF8_ACCEPT;
  /** Bytes of stdout before the open line. */
  #offset = 0;

  constructor({ kernel, encoder, recordSizeMax }: OutputParts) {
    this.#kernel = kernel;
    this.#gatherer = new FrameGatherer(kernel, encoder);
    this.#sizeMax = recordSizeMax;
    this.#held = new RingBuffer(kernel);
  }

  send(begin: number, end: number, sink: OutputSink): void {
    const before = this.#text;
    this.#text = this.#kernel.utf8(before, begin, end - begin);
    const isText = this.#text !== UTF8_REJECT;
    const textEnd = isText ? end : firstInvalid(this.#kernel, before, begin, end);
    const chunk = this.#kernel.bytes.subarray(begin, textEnd);
    let fault: OutputFault | null = null;
    let at = begin;
    while (fault === null) {
      const length = chunk.indexOf(LINE_FEED, at - begin);
      if (length < 0) break;
      fault = this.#sendLine(at, begin + length, sink);
      if (!sink.isOpen) return;
      at = begin + length + 1;
    }
    fault ??= this.#judgeRest(at, textEnd);
    if (fault === null && !isText) fault = this.#invalid(at, textEnd, end);
    const isKept = fault !== null || this.#held.push(at, end);
    if (!this.#gatherer.flush(sink)) return;
    if (fault !== null) sink.broken(fault);
    if (!isKept) sink.outOfMemory();
  }

  /** The last line needs no end. */
  finish(sink: OutputSink): OutputFault | null {
    if (this.#held.length === 0) return null;
    const { outgoing } = this.#kernel;
    const fault =
      this.#text === UTF8_ACCEPT
        ? this.#sendLine(outgoing, outgoing, sink)
        : { offset: this.#offset, found: this.#foundAt(0, 0), wanted: "whole characters" };
    if (sink.isOpen) this.#gatherer.flush(sink);
    return fault;
  }

  release(): void {
    this.#held.clear();
  }

  /** Gathers the message that what is held and kernel memory [begin, end) say. Not null: they say none. */
  #sendLine(begin: number, end: number, sink: OutputSink): OutputFault | null {
    const fault = this.#judgeRest(begin, end);
    if (fault !== null) return fault;
    const found = this.#foundAt(begin, end + 1); // an empty line is its end
    const line = this.#takeLine(begin, end);
    const record = readJsonRecord(line);
    if (typeof record === "string") return { offset: this.#offset, found, wanted: record };
    this.#offset += line.length + 1;
    this.#gather(record, sink);
    return null;
  }

  #judgeRest(begin: number, end: number): OutputFault | null {
    if (this.#held.length + end - begin <= this.#sizeMax) return null;
    const wanted = `a line of at most ${this.#sizeMax} bytes (--max-record)`;
    return { offset: this.#offset, found: this.#foundAt(begin, end), wanted };
  }

  /** Behind the begin of a line in [begin, at) is what is no UTF-8. */
  #invalid(begin: number, at: number, end: number): OutputFault {
    const offset = this.#offset + this.#held.length + at - begin;
    const found = this.#kernel.bytes.slice(at, Math.min(end, at + FOUND_MAX));
    return { offset, found, wanted: "UTF-8" };
  }

  /** How the line begins that is held, or is in [begin, end). */
  #foundAt(begin: number, end: number): Uint8Array {
    const held = this.#held;
    const from = held.length > 0 ? held.front : begin;
    const length = held.length > 0 ? held.frontLength : end - begin;
    return this.#kernel.bytes.slice(from, from + Math.min(length, FOUND_MAX));
  }

  /** What is held and kernel memory [begin, end), which it may be a view of. */
  #takeLine(begin: number, end: number): Uint8Array {
    const { bytes } = this.#kernel;
    const held = this.#held;
    if (held.length === 0) return bytes.subarray(begin, end);
    const line = new Uint8Array(held.length + end - begin);
    line.set(bytes.subarray(begin, end), held.length);
    for (let at = 0; held.length > 0;) {
      const { front, frontLength } = held;
      line.set(bytes.subarray(front, front + frontLength), at);
      at += frontLength;
      held.consume(frontLength);
    }
    return line;
  }

  #gather({ opcode, payload }: JsonRecord, sink: OutputSink): void {
    const { bytes, replaced } = this.#kernel;
    const size = { length: payload.length, isBinary: opcode === OPCODE_BINARY };
    writeLengthPrefix(bytes, replaced, size);
    let out = replaced + LENGTH_PREFIX_SIZE;
    let at = 0;
    do {
      const piece = payload.subarray(at, at + REPLACED_SOURCE_SIZE);
      bytes.set(piece, out);
      if (!this.#gatherer.encode(replaced, out + piece.length, sink)) return;
      at += piece.length;
      out = replaced;
    } while (at < payload.length);
  }
}

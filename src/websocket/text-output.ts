// RFC 6455 5.6: text messages must be UTF-8, so what a program writes is judged before it is framed as text.

import {
  FRAGMENT_SIZE,
  FRAMES_SIZE,
  REPLACED_SOURCE_SIZE,
  SLAB_SIZE,
  UTF8_ACCEPT,
  UTF8_REJECT,
  type Kernel,
} from "../kernel/kernel.ts";
import type { Encoder } from "./encoder.ts";
import { OPCODE_BINARY, OPCODE_TEXT } from "./frame.ts";

/** What becomes of a record that is not UTF-8. */
export type InvalidUtf8 = "close" | "replace" | "binary";

export interface TextSink {
  /** False: nothing more can be sent, and what is kept has been released. */
  readonly isOpen: boolean;
  /** Frames kernel memory [begin, end), at most CHUNK_SIZE_MAX and three bytes, and sends the frames. */
  encode(begin: number, end: number): void;
  /** Sends the frames that lie from kernel.frames on. */
  transmit(framesEnd: number): void;
  /** The record that comes next is not UTF-8, and the policy is to close. */
  refuse(): void;
  /** A record is not UTF-8. */
  invalid(): void;
  outOfMemory(): void;
}

/** How records go out: as they are, with U+FFFD for what is not UTF-8, or as they are but as binary messages. */
type Way = "plain" | "replaced" | "binary";

/** Kernel memory [begin, end): whole records, or the end or begin of one. */
interface Run {
  readonly begin: number;
  readonly end: number;
  readonly way: Way;
}

const LINE_FEED = 0x0a;
/** What `enframe` may write besides two bytes for one: what was held, and spilled vectors. */
const FRAMES_SLACK = SLAB_SIZE + 64;
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER_TO_UTF8 = new TextEncoder();

/**
 * One call of the kernel's `utf8` is all that a chunk costs that is UTF-8: a delimiter is ASCII, so a chunk without a
 * fault has no record with one. A character that is cut by the end of a chunk, up to three bytes, waits for the next.
 * What goes out depends on the records alone, not on the chunks that they came in.
 */
export class TextOutput {
  readonly #kernel: Kernel;
  readonly #encoder: Encoder;
  readonly #policy: InvalidUtf8;
  /** The begin of a character at the end of the last chunk, as `utf8` has it in its state. */
  #cut: number = UTF8_ACCEPT;
  /** The way of the record that is open: not `plain` when a fault in it was told already. */
  #openWay: Way = "plain";
  /** Up to where frames were gathered for one write: one for each faulty line would cost more than all else. */
  #framesEnd = 0;

  constructor(kernel: Kernel, encoder: Encoder, policy: InvalidUtf8) {
    this.#kernel = kernel;
    this.#encoder = encoder;
    this.#policy = policy;
  }

  /** Takes kernel memory [begin, end), below which three bytes are free. */
  send(begin: number, end: number, sink: TextSink): void {
    if (this.#cut !== UTF8_ACCEPT) begin = this.#putBack(begin);
    if (this.#openWay !== "plain") return this.#sendRecords(begin, end, sink);
    const state = this.#kernel.utf8(UTF8_ACCEPT, begin, end - begin);
    if (state === UTF8_REJECT) return this.#sendRecords(begin, end, sink);
    this.#cut = state;
    sink.encode(begin, end - cutLength(state));
  }

  /** Nothing more will come: a character that waits for its end is none. */
  finish(sink: TextSink): void {
    if (this.#cut === UTF8_ACCEPT) return;
    const { bytes, outgoing } = this.#kernel;
    bytes[outgoing] = LINE_FEED;
    this.send(outgoing, outgoing + 1, sink);
  }

  /** Writes what waits before `begin`. Returns where that is. */
  #putBack(begin: number): number {
    const { bytes } = this.#kernel;
    const length = cutLength(this.#cut);
    for (let octet = 1; octet <= length; octet++) {
      bytes[begin - octet] = this.#cut >>> (32 - 8 * octet);
    }
    this.#cut = UTF8_ACCEPT;
    return begin - length;
  }

  /** A chunk with a fault in it, record by record; those that go the same way go together. */
  #sendRecords(begin: number, end: number, sink: TextSink): void {
    if (begin === end) return;
    const { bytes, frames } = this.#kernel;
    const chunk = bytes.subarray(begin, end);
    this.#framesEnd = frames;
    let from = begin;
    let way: Way = "plain";
    let recordWay = this.#openWay;
    for (let at = begin, recordEnd = begin; at < end; at = recordEnd) {
      const line = chunk.indexOf(LINE_FEED, at - begin);
      recordEnd = line < 0 ? end : begin + line + 1;
      if (recordWay === "plain" && this.#isFaulty(at, recordEnd)) {
        sink.invalid();
        if (this.#policy === "close") {
          if (this.#sendRun({ begin: from, end: at, way }, sink) && this.#flush(sink))
            sink.refuse();
          return;
        }
        recordWay = this.#faultyWay(at, recordEnd, at === begin);
      }
      // What is UTF-8 stays what it is when faults are replaced: no need for a run of its own.
      const next: Way = way === "replaced" && recordWay === "plain" ? way : recordWay;
      if (next !== way) {
        if (!this.#sendRun({ begin: from, end: at, way }, sink)) return;
        from = at;
        way = next;
      }
      this.#openWay = recordWay;
      if (line >= 0) recordWay = "plain";
    }
    if (bytes[end - 1] === LINE_FEED) this.#openWay = "plain";
    else this.#cut = this.#cutState(from, end);
    if (!this.#sendRun({ begin: from, end: end - cutLength(this.#cut), way }, sink)) return;
    this.#encoder.opcode = this.#openWay === "binary" ? OPCODE_BINARY : OPCODE_TEXT;
    this.#flush(sink);
  }

  /** A record that ends has its delimiter with it: a character that it cuts is a fault. */
  #isFaulty(begin: number, end: number): boolean {
    return this.#kernel.utf8(UTF8_ACCEPT, begin, end - begin) === UTF8_REJECT;
  }

  /** By the record's first fragment alone: when that went out as text, so must the others (5.4). */
  #faultyWay(begin: number, end: number, isFirst: boolean): Way {
    if (this.#policy === "replace") return "replaced";
    const room = isFirst ? this.#encoder.firstFragmentRoom : FRAGMENT_SIZE;
    return this.#isFaulty(begin, Math.min(end, begin + room)) ? "binary" : "replaced";
  }

  /** False: nothing more can be sent. */
  #sendRun(run: Run, sink: TextSink): boolean {
    const { begin, end, way } = run;
    this.#encoder.opcode = way === "binary" ? OPCODE_BINARY : OPCODE_TEXT;
    if (way !== "replaced") return this.#encode(begin, end, sink);
    const { bytes, replaced } = this.#kernel;
    for (let at = begin, pieceEnd = begin; at < end; at = pieceEnd) {
      pieceEnd = Math.min(at + REPLACED_SOURCE_SIZE, end);
      if (pieceEnd < end) pieceEnd -= cutLength(this.#cutState(at, pieceEnd));
      const text = DECODER.decode(bytes.subarray(at, pieceEnd));
      const { written } = ENCODER_TO_UTF8.encodeInto(text, bytes.subarray(replaced));
      if (!this.#encode(replaced, replaced + written, sink)) return false;
    }
    return true;
  }

  /** Frames [begin, end) behind what was gathered. */
  #encode(begin: number, end: number, sink: TextSink): boolean {
    if (begin === end) return true;
    const framesMax = this.#kernel.frames + FRAMES_SIZE - FRAMES_SLACK;
    if (this.#framesEnd + 2 * (end - begin) > framesMax && !this.#flush(sink)) return false;
    this.#framesEnd = this.#encoder.encode(begin, end, this.#framesEnd);
    if (this.#framesEnd === 0) sink.outOfMemory();
    return this.#framesEnd !== 0;
  }

  #flush(sink: TextSink): boolean {
    const framesEnd = this.#framesEnd;
    this.#framesEnd = this.#kernel.frames;
    sink.transmit(framesEnd);
    return sink.isOpen;
  }

  /** The character that [begin, end) ends inside of, as a state; UTF8_ACCEPT when it does not. */
  #cutState(begin: number, end: number): number {
    const { bytes } = this.#kernel;
    for (let at = end - 1; at >= begin && at >= end - 3; at--) {
      if (bytes[at]! < 0x80) break;
      if (bytes[at]! < 0xc0) continue;
      const state = this.#kernel.utf8(UTF8_ACCEPT, at, end - at);
      return state === UTF8_REJECT ? UTF8_ACCEPT : state;
    }
    return UTF8_ACCEPT;
  }
}

/** Bytes of the character that a state of `utf8` has the begin of: they are its upper three, the last one on top. */
function cutLength(state: number): number {
  if (state === UTF8_ACCEPT) return 0;
  if ((state & 0xff00) !== 0) return 3;
  return (state & 0xff0000) === 0 ? 1 : 2;
}

// RFC 6455 5.6: text messages must be UTF-8, so what a program writes is judged before it is framed as text.

import {
  CHUNK_SIZE_MAX,
  ENCODER,
  UTF8_ACCEPT,
  UTF8_REJECT,
  type Kernel,
} from "../kernel/kernel.ts";
import { OPCODE_BINARY, OPCODE_TEXT } from "./frame.ts";

/** What becomes of a record that is not UTF-8. */
export type InvalidUtf8 = "close" | "replace" | "binary";

export interface TextSink {
  /** Frames kernel memory [begin, end), at most CHUNK_SIZE_MAX and three bytes, and sends the frames. */
  encode(begin: number, end: number): void;
  /** The record that comes next is not UTF-8, and the policy is to close. */
  refuse(): void;
  /** A record was not UTF-8. */
  invalid(): void;
}

const LINE_FEED = 0x0a;
const NOTHING = new Uint8Array(0);
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER_TO_UTF8 = new TextEncoder();

/**
 * One call of the kernel's `utf8` is all that a chunk costs that is UTF-8: a delimiter is ASCII, so a chunk without a
 * fault has no record with one. A character that is cut by the end of a chunk, up to three bytes, waits for the next.
 */
export class TextOutput {
  readonly #kernel: Kernel;
  readonly #state: number;
  readonly #policy: InvalidUtf8;
  /** The begin of a character at the end of the last chunk. */
  #carry: Uint8Array = NOTHING;
  /** The record that is open goes out as binary. */
  #isBinary = false;
  /** The record that is open has a fault that was told already. */
  #isTold = false;
  /** The policy was to close, and it was said. */
  #refused = false;

  /** `state` is the session's record of kernel state. */
  constructor(kernel: Kernel, state: number, policy: InvalidUtf8) {
    this.#kernel = kernel;
    this.#state = state;
    this.#policy = policy;
  }

  /** Takes kernel memory [begin, end), below which three bytes are free. */
  send(begin: number, end: number, sink: TextSink): void {
    const { bytes } = this.#kernel;
    if (this.#refused) return;
    if (this.#isBinary) {
      const line = bytes.subarray(begin, end).indexOf(LINE_FEED);
      const recordEnd = line < 0 ? end : begin + line + 1;
      sink.encode(begin, recordEnd);
      if (recordEnd === end && bytes[end - 1] !== LINE_FEED) return;
      this.#setBinary(false);
      this.#isTold = false;
      begin = recordEnd;
    }
    if (this.#carry.length > 0) {
      begin -= this.#carry.length;
      bytes.set(this.#carry, begin);
      this.#carry = NOTHING;
    }
    const state = this.#kernel.utf8(UTF8_ACCEPT, begin, end - begin);
    if (state === UTF8_REJECT) return this.#sendRecords(begin, end, sink);
    if (this.#isTold) this.#isTold = !bytes.subarray(begin, end).includes(LINE_FEED);
    if (state === UTF8_ACCEPT) return this.#encode(begin, end, sink);
    const cut = this.#cutLength(begin, end);
    this.#carry = bytes.slice(end - cut, end);
    this.#encode(begin, end - cut, sink);
  }

  /** Nothing more will come: a character that waits for its end is none. */
  finish(sink: TextSink): void {
    if (this.#carry.length === 0 || this.#refused) return;
    const { bytes, outgoing } = this.#kernel;
    const { length } = this.#carry;
    bytes.set(this.#carry, outgoing);
    this.#carry = NOTHING;
    this.#sendFaulty(outgoing, outgoing + length, sink);
  }

  #encode(begin: number, end: number, sink: TextSink): void {
    if (begin < end) sink.encode(begin, end);
  }

  /** A chunk with a fault in it, record by record: those without go on together. */
  #sendRecords(begin: number, end: number, sink: TextSink): void {
    // What is sent is written to the same memory: the chunk is looked at in a copy.
    const chunk = this.#kernel.bytes.slice(begin, end);
    let from = 0;
    for (let at = 0; at < chunk.length && !this.#refused;) {
      const line = chunk.indexOf(LINE_FEED, at);
      const recordEnd = line < 0 ? chunk.length : line + 1;
      const here = this.#load(chunk.subarray(at, recordEnd));
      const cut = line < 0 ? this.#cutLength(...here) : 0;
      const state = this.#kernel.utf8(UTF8_ACCEPT, here[0], recordEnd - at - cut);
      if (state !== UTF8_ACCEPT) {
        this.#encode(...this.#load(chunk.subarray(from, at)), sink);
        // What is replaced is text, and a character may be cut; a binary record takes its bytes as they come.
        const kept = line < 0 && (this.#policy === "replace" || this.#isContinued) ? cut : 0;
        this.#sendFaulty(...this.#load(chunk.subarray(at, recordEnd - kept)), sink);
        this.#carry = kept === 0 ? NOTHING : chunk.slice(recordEnd - kept, recordEnd);
        from = recordEnd;
      } else if (cut > 0) {
        this.#carry = chunk.slice(recordEnd - cut, recordEnd);
        this.#encode(...this.#load(chunk.subarray(from, recordEnd - cut)), sink);
        from = recordEnd;
      }
      if (line >= 0) this.#isTold = false;
      at = recordEnd;
    }
    if (!this.#refused && from < chunk.length)
      this.#encode(...this.#load(chunk.subarray(from)), sink);
  }

  /** Puts bytes where a chunk from the service lies. */
  #load(chunk: Uint8Array): [begin: number, end: number] {
    const { bytes, outgoing } = this.#kernel;
    bytes.set(chunk, outgoing);
    return [outgoing, outgoing + chunk.length];
  }

  /** A record, or what has come of it, that is not UTF-8. */
  #sendFaulty(begin: number, end: number, sink: TextSink): void {
    const { bytes } = this.#kernel;
    const hasEnded = bytes[end - 1] === LINE_FEED;
    if (!this.#isTold) sink.invalid();
    this.#isTold = !hasEnded;
    if (this.#policy === "close") {
      this.#refused = true;
      return sink.refuse();
    }
    if (this.#policy === "binary" && !this.#isContinued) {
      this.#setBinary(true);
      sink.encode(begin, end);
      if (hasEnded) this.#setBinary(false);
      return;
    }
    const text = DECODER.decode(bytes.subarray(begin, end));
    const replaced = ENCODER_TO_UTF8.encode(text);
    for (let at = 0; at < replaced.length; at += CHUNK_SIZE_MAX) {
      sink.encode(...this.#load(replaced.subarray(at, at + CHUNK_SIZE_MAX)));
    }
  }

  /** A record whose first fragment is out is text, whatever comes. */
  get #isContinued(): boolean {
    return this.#kernel.words[(this.#state + ENCODER.CONTINUED) >>> 2] === 1;
  }

  #setBinary(isBinary: boolean): void {
    this.#isBinary = isBinary;
    this.#kernel.words[(this.#state + ENCODER.OPCODE) >>> 2] = isBinary
      ? OPCODE_BINARY
      : OPCODE_TEXT;
  }

  /** Bytes of a character that [begin, end) ends inside of, 0 when it does not. */
  #cutLength(begin: number, end: number): number {
    const { bytes } = this.#kernel;
    const most = Math.min(3, end - begin);
    for (let length = 1; length <= most; length++) {
      const byte = bytes[end - length]!;
      if (byte < 0x80) return 0;
      if (byte < 0xc0) continue;
      const state = this.#kernel.utf8(UTF8_ACCEPT, end - length, length);
      return state === UTF8_ACCEPT || state === UTF8_REJECT ? 0 : length;
    }
    return 0;
  }
}

// --framing=raw: what was read is a message, or several alike when it is more than a frame should have.

import { UTF8_ACCEPT, UTF8_REJECT, type Kernel } from "../kernel/kernel.ts";
import { CutCharacter } from "./cut-character.ts";
import type { Encoder } from "./encoder.ts";
import { FIN, OPCODE_BINARY, OPCODE_TEXT } from "./frame.ts";
import type { OutputSink } from "./output-sink.ts";
import type { FrameType, InvalidUtf8, OutputParts, RecordOutput } from "./record-output.ts";
import { replaceText } from "./replace-text.ts";

/** The largest frame whose length has 16 bits. */
const MESSAGE_SIZE_MAX = 65535;
const LENGTH_16 = 126;
/** How far the end of a text may move to stand between two characters. */
const CHARACTER_SLACK = 3;

export class RawOutput implements RecordOutput {
  readonly #kernel: Kernel;
  readonly #encoder: Encoder;
  readonly #type: FrameType;
  readonly #policy: InvalidUtf8;
  /** Of a text: waits for what is read next. */
  readonly #cut: CutCharacter;

  constructor({ kernel, encoder, frameType, invalidUtf8 }: OutputParts) {
    this.#kernel = kernel;
    this.#encoder = encoder;
    this.#type = frameType;
    this.#policy = invalidUtf8;
    this.#cut = new CutCharacter(kernel);
  }

  send(begin: number, end: number, sink: OutputSink): void {
    if (begin === end) return;
    if (this.#type === "text") return this.#sendText(this.#cut.putBack(begin), end, sink);
    const isText =
      this.#type === "auto" && this.#kernel.utf8(UTF8_ACCEPT, begin, end - begin) === UTF8_ACCEPT;
    this.#sendMessages(begin, end, isText ? OPCODE_TEXT : OPCODE_BINARY, sink);
  }

  /** A character that waits for its rest is none. */
  finish(sink: OutputSink): null {
    if (!this.#cut.isThere) return null;
    const { outgoing } = this.#kernel;
    const begin = this.#cut.putBack(outgoing);
    this.#sendFaulty(begin, outgoing, sink);
    return null;
  }

  #sendText(begin: number, end: number, sink: OutputSink): void {
    const state = this.#kernel.utf8(UTF8_ACCEPT, begin, end - begin);
    if (state !== UTF8_REJECT) {
      this.#cut.state = state;
      return this.#sendMessages(begin, end - this.#cut.length, OPCODE_TEXT, sink);
    }
    this.#cut.take(begin, end);
    this.#sendFaulty(begin, end - this.#cut.length, sink);
  }

  #sendFaulty(begin: number, end: number, sink: OutputSink): void {
    sink.invalid();
    if (this.#policy === "close") return sink.refuse();
    if (this.#policy === "binary") return this.#sendMessages(begin, end, OPCODE_BINARY, sink);
    replaceText(this.#kernel, { begin, end }, (from, to) => {
      this.#sendMessages(from, to, OPCODE_TEXT, sink);
      return sink.isOpen;
    });
  }

  /** As few messages as can be, alike, each a frame: 64 KiB are no frame and one byte. Texts end between characters. */
  #sendMessages(begin: number, end: number, opcode: number, sink: OutputSink): void {
    if (begin === end) return;
    const { frames } = this.#kernel;
    const isText = opcode === OPCODE_TEXT;
    const sizeMax = isText ? MESSAGE_SIZE_MAX - CHARACTER_SLACK : MESSAGE_SIZE_MAX;
    const total = end - begin;
    const messages = total <= MESSAGE_SIZE_MAX ? 1 : Math.ceil(total / sizeMax);
    const size = Math.ceil(total / messages);
    let out = frames;
    for (let at = begin, message = 1; message <= messages; message++) {
      const place = Math.min(end, begin + message * size);
      const next = isText && place < end ? this.#characterBegin(place) : place;
      out = this.#writeFrame(at, next, opcode, out);
      at = next;
    }
    this.#encoder.countRecords(messages);
    sink.transmit(out);
  }

  /** Where the character begins that `at` lies in. */
  #characterBegin(at: number): number {
    const { bytes } = this.#kernel;
    while ((bytes[at]! & 0xc0) === 0x80) at--;
    return at;
  }

  #writeFrame(begin: number, end: number, opcode: number, out: number): number {
    const { bytes } = this.#kernel;
    const length = end - begin;
    bytes[out++] = FIN | opcode;
    if (length < LENGTH_16) {
      bytes[out++] = length;
    } else {
      bytes[out++] = LENGTH_16;
      bytes[out++] = length >>> 8;
      bytes[out++] = length;
    }
    bytes.copyWithin(out, begin, end);
    return out + length;
  }
}

// RFC 6455 5.6: text messages must be UTF-8, so what a program writes is judged before it is framed as text.

import { FRAGMENT_SIZE, UTF8_ACCEPT, UTF8_REJECT, type Kernel } from "../kernel/kernel.ts";
import { CutCharacter } from "./cut-character.ts";
import type { Encoder } from "./encoder.ts";
import { OPCODE_BINARY, OPCODE_TEXT } from "./frame.ts";
import { FrameGatherer } from "./frame-gatherer.ts";
import type { OutputSink } from "./output-sink.ts";
import type { InvalidUtf8, OutputParts, RecordOutput } from "./record-output.ts";
import { replaceText } from "./replace-text.ts";

/** How records go out: as they are, with U+FFFD for what is not UTF-8, or as they are but as binary messages. */
type Way = "plain" | "replaced" | "binary";

/** Kernel memory [begin, end): whole records, or the end or begin of one. */
interface Run {
  readonly begin: number;
  readonly end: number;
  readonly way: Way;
}

/**
 * One call of the kernel's `utf8` is all that a chunk costs that is UTF-8: a delimiter is ASCII, so a chunk without a
 * fault has no record with one. A character that is cut by the end of a chunk, up to three bytes, waits for the next.
 * What goes out depends on the records alone, not on the chunks that they came in.
 */
export class TextOutput implements RecordOutput {
  readonly #kernel: Kernel;
  readonly #encoder: Encoder;
  readonly #policy: InvalidUtf8;
  /** Binary is what a record may be: that it is no text is no fault. */
  readonly #isAuto: boolean;
  /** The byte behind each record, ASCII. */
  readonly #delimiter: number;
  readonly #cut: CutCharacter;
  /** The way of the record that is open: not `plain` when a fault in it was told already. */
  #openWay: Way = "plain";
  readonly #gatherer: FrameGatherer;

  constructor(parts: OutputParts, delimiter: number) {
    this.#kernel = parts.kernel;
    this.#encoder = parts.encoder;
    this.#isAuto = parts.frameType === "auto";
    this.#policy = this.#isAuto ? "binary" : parts.invalidUtf8;
    this.#delimiter = delimiter;
    this.#cut = new CutCharacter(parts.kernel);
    this.#gatherer = new FrameGatherer(parts.kernel, parts.encoder);
  }

  send(begin: number, end: number, sink: OutputSink): void {
    begin = this.#cut.putBack(begin);
    if (this.#openWay !== "plain") return this.#sendRecords(begin, end, sink);
    const state = this.#kernel.utf8(UTF8_ACCEPT, begin, end - begin);
    if (state === UTF8_REJECT) return this.#sendRecords(begin, end, sink);
    this.#cut.state = state;
    this.#encoder.send(begin, end - this.#cut.length, sink);
  }

  /** A character that waits for its end is none; the last record needs no delimiter. */
  finish(sink: OutputSink): null {
    if (this.#cut.isThere) {
      const { bytes, outgoing } = this.#kernel;
      bytes[outgoing] = this.#delimiter;
      this.send(outgoing, outgoing + 1, sink);
    }
    if (sink.isOpen) sink.transmit(this.#encoder.finish()); // else it was refused
    return null;
  }

  /** A chunk with a fault in it, record by record; those that go the same way go together. */
  #sendRecords(begin: number, end: number, sink: OutputSink): void {
    if (begin === end) return;
    const { bytes } = this.#kernel;
    const chunk = bytes.subarray(begin, end);
    let from = begin;
    let way: Way = "plain";
    let recordWay = this.#openWay;
    for (let at = begin, recordEnd = begin; at < end; at = recordEnd) {
      const line = chunk.indexOf(this.#delimiter, at - begin);
      recordEnd = line < 0 ? end : begin + line + 1;
      if (recordWay === "plain" && this.#isFaulty(at, recordEnd)) {
        if (this.#policy === "close") {
          sink.invalid();
          if (this.#sendRun({ begin: from, end: at, way }, sink) && this.#gatherer.flush(sink))
            sink.refuse();
          return;
        }
        recordWay = this.#faultyWay(at, recordEnd, at === begin);
        if (recordWay === "replaced" || !this.#isAuto) sink.invalid();
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
    if (bytes[end - 1] === this.#delimiter) this.#openWay = "plain";
    else this.#cut.take(from, end);
    if (!this.#sendRun({ begin: from, end: end - this.#cut.length, way }, sink)) return;
    this.#encoder.opcode = this.#openWay === "binary" ? OPCODE_BINARY : OPCODE_TEXT;
    this.#gatherer.flush(sink);
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
  #sendRun(run: Run, sink: OutputSink): boolean {
    const { begin, end, way } = run;
    this.#encoder.opcode = way === "binary" ? OPCODE_BINARY : OPCODE_TEXT;
    if (way !== "replaced") return this.#gatherer.encode(begin, end, sink);
    return replaceText(this.#kernel, run, (from, to) => this.#gatherer.encode(from, to, sink));
  }
}

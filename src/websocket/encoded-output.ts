// Records that need no look before they are framed: those with a delimiter that go out as binary, and those with a length.

import type { Encoder } from "./encoder.ts";
import { OPCODE_BINARY } from "./frame.ts";
import type { OutputSink } from "./output-sink.ts";
import type { OutputParts, RecordOutput } from "./record-output.ts";

/** Whatever is between two delimiters is a binary message. */
export class DelimitedOutput implements RecordOutput {
  readonly #encoder: Encoder;

  constructor({ encoder }: OutputParts) {
    this.#encoder = encoder;
    encoder.opcode = OPCODE_BINARY;
  }

  send(begin: number, end: number, sink: OutputSink): void {
    this.#encoder.send(begin, end, sink);
  }

  finish(sink: OutputSink): boolean {
    sink.transmit(this.#encoder.finish());
    return true;
  }
}

/** A record says itself how long it is, and what. */
export class PrefixedOutput implements RecordOutput {
  readonly #encoder: Encoder;

  constructor({ encoder }: OutputParts) {
    this.#encoder = encoder;
  }

  send(begin: number, end: number, sink: OutputSink): void {
    this.#encoder.send(begin, end, sink);
  }

  finish(): boolean {
    return !this.#encoder.isCut;
  }
}

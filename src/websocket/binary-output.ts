// Records between delimiters that go out as binary messages, whatever is in them.

import type { Encoder } from "./encoder.ts";
import { OPCODE_BINARY } from "./frame.ts";
import type { OutputSink } from "./output-sink.ts";
import type { OutputParts, RecordOutput } from "./record-output.ts";

export class BinaryOutput implements RecordOutput {
  readonly #encoder: Encoder;

  constructor({ encoder }: OutputParts) {
    this.#encoder = encoder;
    encoder.opcode = OPCODE_BINARY;
  }

  send(begin: number, end: number, sink: OutputSink): void {
    this.#encoder.send(begin, end, sink);
  }

  finish(sink: OutputSink): null {
    sink.transmit(this.#encoder.finish());
    return null;
  }
}

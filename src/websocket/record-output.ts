// What takes the bytes that a program writes and sends them as frames: one implementation for each kind of framing.

import type { Kernel } from "../kernel/kernel.ts";
import type { Encoder } from "./encoder.ts";
import type { OutputFault } from "./output-fault.ts";
import type { OutputSink } from "./output-sink.ts";

/** What becomes of a record that should be text and is not UTF-8. */
export type InvalidUtf8 = "close" | "replace" | "binary";

/** What records go out as that do not say it themselves; `auto`: as text when they are UTF-8. */
export type FrameType = "text" | "binary" | "auto";

export interface RecordOutput {
  /** Takes kernel memory [begin, end), at most CHUNK_SIZE_MAX bytes, below which three are free. */
  send(begin: number, end: number, sink: OutputSink): void;
  /** Nothing more will come: what waits goes out. Not null: it ends inside of a record. */
  finish(sink: OutputSink): OutputFault | null;
  /** Gives back what it keeps itself, besides the encoder. */
  release?(): void;
}

/** What an output is made of. */
export interface OutputParts {
  readonly kernel: Kernel;
  readonly encoder: Encoder;
  readonly frameType: FrameType;
  readonly invalidUtf8: InvalidUtf8;
  /** Bytes of a record that must be whole, or whose length is told, at most 2^31 - 1. */
  readonly recordSizeMax: number;
}

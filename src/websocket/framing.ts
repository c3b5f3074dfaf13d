// How records are told apart on a service's stdin and stdout: the one table of framings.

import { LENGTH_PREFIX, NO_DELIMITER } from "../kernel/kernel.ts";
import type { EnframeCall } from "./encoder.ts";
import { DelimitedOutput, PrefixedOutput } from "./encoded-output.ts";
import { RawOutput } from "./raw-output.ts";
import type { FrameType, OutputParts, RecordOutput } from "./record-output.ts";
import { TextOutput } from "./text-output.ts";

/**
 * `lines`: LF behind each, CR LF taken for it; `nul`: NUL behind each; `length`: before each 4 bytes, big-endian, top bit
 * for binary; `raw`: not at all, what was read is a message.
 */
export type Framing = "lines" | "nul" | "raw" | "length";

const LINE_FEED = 0x0a;
const NUL = 0x00;

export interface FramingRow {
  /** What the kernel's decoder, and its encoder where it looks for one, is told: see DECODER.DELIMITER. */
  readonly delimiter: number;
  /** The kernel's call that makes frames of stdout. */
  readonly enframe: EnframeCall;
  /** What records go out as unless told otherwise. */
  readonly frameType: FrameType;
  readonly output: (parts: OutputParts) => RecordOutput;
}

export const FRAMINGS: Readonly<Record<Framing, FramingRow>> = {
  lines: {
    delimiter: LINE_FEED,
    enframe: "enframe",
    frameType: "text",
    output: (parts) => delimitedOutput(parts, LINE_FEED),
  },
  nul: {
    delimiter: NUL,
    enframe: "enframe",
    frameType: "text",
    output: (parts) => delimitedOutput(parts, NUL),
  },
  raw: {
    delimiter: NO_DELIMITER,
    enframe: "enframe",
    frameType: "binary",
    output: (parts) => new RawOutput(parts),
  },
  length: {
    delimiter: LENGTH_PREFIX,
    enframe: "enframeLength",
    frameType: "text",
    output: (parts) => new PrefixedOutput(parts),
  },
};

function delimitedOutput(parts: OutputParts, delimiter: number): RecordOutput {
  return parts.frameType === "binary"
    ? new DelimitedOutput(parts)
    : new TextOutput(parts, delimiter);
}

// How records are told apart on a service's stdin and stdout: the one table of framings.

import {
  ALL_APART,
  LENGTH_PREFIX,
  type Kernel,
  NETSTRING,
  NETSTRING_PLAIN,
  NO_DELIMITER,
} from "../kernel/kernel.ts";
import { BinaryOutput } from "./binary-output.ts";
import type { EnframeCall } from "./encoder.ts";
import { JsonAssembler } from "./json-assembler.ts";
import { JsonOutput } from "./json-output.ts";
import type { MessageAssembler } from "./message-assembler.ts";
import { lengthOutput, netstringOutput, plainNetstringOutput } from "./prefixed-output.ts";
import { RawOutput } from "./raw-output.ts";
import { LENGTH_MARKS, NETSTRING_MARKS, PLAIN_NETSTRING_MARKS } from "./record-marks.ts";
import { RecordAssembler } from "./record-assembler.ts";
import type { FrameType, OutputParts, RecordOutput } from "./record-output.ts";
import { TextOutput } from "./text-output.ts";

/**
 * `lines`: LF behind each, CR LF taken for it; `nul`: NUL behind each; `raw`: not at all, what was read is a message;
 * `length`: before each 4 bytes, big-endian, top bit for binary; `netstring`: `LENGTH:BYTES,`, and `;` in the place of
 * the `:` for binary; `json`: `{"type":"text","data":"..."}`, one a line, bytes in base64 where it is `"binary"`;
 * `terminal`: in as `length`, for what is typed and what is control is told apart by type; out as `raw`.
 */
export type Framing = "lines" | "nul" | "raw" | "length" | "netstring" | "json" | "terminal";

const LINE_FEED = 0x0a;
const NUL = 0x00;

export interface FramingRow {
  /** What the kernel's decoder, and its encoder where it looks for one, is told: see DECODER.DELIMITER. */
  readonly delimiter: number;
  /** Makes what writes the records that the kernel does not. */
  readonly assembler: (kernel: Kernel) => MessageAssembler;
  /** `unframe` writes only what is whole in a frame. */
  readonly wantsWhole: boolean;
  /** The kernel's call that makes frames of stdout. */
  readonly enframe: EnframeCall;
  /** What records go out as unless told otherwise. */
  readonly frameType: FrameType;
  readonly output: (parts: OutputParts) => RecordOutput;
}

const PLAIN_NETSTRING: FramingRow = {
  delimiter: NETSTRING_PLAIN,
  assembler: (kernel) => new RecordAssembler(kernel, PLAIN_NETSTRING_MARKS),
  wantsWhole: true,
  enframe: "enframeNetstring",
  frameType: "text",
  output: plainNetstringOutput,
};

const FRAMINGS: Readonly<Record<Framing, FramingRow>> = {
  lines: delimited(LINE_FEED),
  nul: delimited(NUL),
  raw: {
    delimiter: NO_DELIMITER,
    assembler: (kernel) => new RecordAssembler(kernel, { prefix: null, suffix: null }),
    wantsWhole: false,
    enframe: "enframe",
    frameType: "binary",
    output: (parts) => new RawOutput(parts),
  },
  terminal: {
    delimiter: LENGTH_PREFIX,
    assembler: (kernel) => new RecordAssembler(kernel, LENGTH_MARKS),
    wantsWhole: true,
    enframe: "enframe",
    frameType: "binary",
    output: (parts) => new RawOutput(parts),
  },
  length: {
    delimiter: LENGTH_PREFIX,
    assembler: (kernel) => new RecordAssembler(kernel, LENGTH_MARKS),
    wantsWhole: true,
    enframe: "enframeLength",
    frameType: "text",
    output: lengthOutput,
  },
  netstring: {
    delimiter: NETSTRING,
    assembler: (kernel) => new RecordAssembler(kernel, NETSTRING_MARKS),
    wantsWhole: true,
    enframe: "enframeNetstring",
    frameType: "text",
    output: netstringOutput,
  },
  json: {
    delimiter: ALL_APART,
    assembler: (kernel) => new JsonAssembler(kernel),
    wantsWhole: true,
    enframe: "enframeLength", // of what was read in the JSON
    frameType: "text",
    output: (parts) => new JsonOutput(parts),
  },
};

/** Who names a type for netstrings has a program that knows of none. */
export function framingRow(framing: Framing, frameType: FrameType | null): FramingRow {
  return framing === "netstring" && frameType !== null ? PLAIN_NETSTRING : FRAMINGS[framing];
}

function delimited(delimiter: number): FramingRow {
  return {
    delimiter,
    assembler: (kernel) => new RecordAssembler(kernel, { prefix: null, suffix: delimiter }),
    wantsWhole: false,
    enframe: "enframe",
    frameType: "text",
    output: (parts) =>
      parts.frameType === "binary" ? new BinaryOutput(parts) : new TextOutput(parts, delimiter),
  };
}

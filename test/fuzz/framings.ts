// The framings that are fuzzed, by the number that the plain decoder knows them by.

import type { ProtocolOptions } from "../../src/websocket/protocol-handler.ts";

type Framed = Pick<ProtocolOptions, "framing" | "frameType">;

/** As DecoderOptions.delimiter has them. */
export const FRAMED: Readonly<Record<number, Framed>> = {
  0x0a: { framing: "lines" },
  0x00: { framing: "nul" },
  256: { framing: "raw" },
  257: { framing: "length" },
  258: { framing: "netstring" },
  259: { framing: "netstring", frameType: "auto" },
  260: { framing: "json" },
};

export const FRAMED_DELIMITERS: readonly number[] = Object.keys(FRAMED).map(Number);

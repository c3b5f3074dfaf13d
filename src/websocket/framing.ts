// How records are told apart on a service's stdin and stdout.

import { LENGTH_PREFIX, NO_DELIMITER } from "../kernel/kernel.ts";

/**
 * `lines`: LF behind each, CR LF taken for it; `length`: before each 4 bytes, big-endian, top bit for binary; `raw`: not
 * at all, what was read is a message.
 */
export type Framing = "lines" | "length" | "raw";

const LINE_FEED = 0x0a;

const DELIMITERS = { lines: LINE_FEED, length: LENGTH_PREFIX, raw: NO_DELIMITER } as const;

/** What the kernel's decoder is told of a framing: see DECODER.DELIMITER. */
export function delimiterOf(framing: Framing): number {
  return DELIMITERS[framing];
}

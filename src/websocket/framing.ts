// How records are told apart on a service's stdin and stdout.

import { LENGTH_PREFIX } from "../kernel/kernel.ts";

/** `lines`: LF behind each, CR LF taken for it; `length`: before each 4 bytes, big-endian, top bit for binary. */
export type Framing = "lines" | "length";

const LINE_FEED = 0x0a;

/** What the kernel's decoder is told of a framing: see DECODER.DELIMITER. */
export function delimiterOf(framing: Framing): number {
  return framing === "length" ? LENGTH_PREFIX : LINE_FEED;
}

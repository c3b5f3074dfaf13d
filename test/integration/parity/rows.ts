// Differences that many cases share, by the rows of docs/compat.md that allow them.

import type { Difference } from "./case.ts";

export type Differences = Readonly<Record<string, Difference>>;

/** The program's exit is told by a Close. */
export function exits(code: number, reason: string): Differences {
  return { close: ["exit-code", code], reason: ["exit-code", reason] };
}

export const EXITS_0 = exits(1000, "exit 0");

/** Both refuse a handshake, websocketd with a field and a second line of text that have nothing to say. */
export const REFUSED: Differences = {
  "header sec-websocket-version": ["clean-refusals", undefined],
  "lines of text": ["clean-refusals", 1],
};

/** Go's own refusals come before websocketd can put its fields on them. */
export const NOSNIFF: Differences = { "header x-content-type-options": ["nosniff", "nosniff"] };

/** Another status is another answer: the rest of it is then not compared. */
export function status(row: string, websockd: number): Differences {
  return { status: [row, websockd] };
}

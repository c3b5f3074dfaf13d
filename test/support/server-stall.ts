// Knows when a flow has come to rest: everything that could be moved has been, and nothing moves any more.

import { readFileSync } from "node:fs";
import { within } from "./server-deadline.ts";

/** How often the figure must be found unchanged, and how long apart: a fifth of a second of rest. */
const LOOKS = 20;
const LOOK_MS = 10;

/** Waits until `figure` is more than zero and has stopped changing. Too early would only make a test weaker. */
export async function atRest(what: string, figure: () => number): Promise<void> {
  await within(`${what} at rest`, resting(figure));
}

async function resting(figure: () => number): Promise<void> {
  let last = 0;
  for (let same = 0; same < LOOKS;) {
    await Bun.sleep(LOOK_MS);
    const now = figure();
    same = now > 0 && now === last ? same + 1 : 0;
    last = now;
  }
}

/** Bytes that a process has written so far, whatever to: proc(5), /proc/PID/io. */
export function bytesWrittenBy(pid: number): number {
  return Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, "latin1"))?.[1] ?? NaN);
}

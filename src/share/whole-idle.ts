// --exit-idle where there are several workers: whether anybody is at any of them, seen by their parent.

import { CHANGES, PRESENT, type Region } from "./regions.ts";

export interface WholeIdleOptions {
  readonly regions: readonly Region[];
  readonly exitIdleMs: number;
  /** False while one is being replaced, for clients may wait for it, and while others have sessions of this server. */
  readonly areAllReady: () => boolean;
  readonly over: (reason: string) => void;
}

/** Found to an eighth of its time, and no sooner than so after the last look. */
const LOOKS = 8;
const LOOK_MIN_MS = 10;

/** Looks until it is over. Returns what ends that. */
export function watchIdle(options: WholeIdleOptions): () => void {
  const { regions, exitIdleMs, areAllReady, over } = options;
  let since = performance.now();
  let before = -1;
  const look = () => {
    let changes = 0;
    let present = 0;
    for (const { words } of regions) {
      changes += Atomics.load(words, CHANGES);
      present += Atomics.load(words, PRESENT);
    }
    const now = performance.now();
    // Who came and left between two looks was there, too.
    if (present > 0 || changes !== before || !areAllReady()) since = now;
    before = changes;
    if (now - since < exitIdleMs) return;
    clearInterval(timer);
    over("nobody was connected (--exit-idle)");
  };
  const timer = setInterval(look, Math.max(LOOK_MIN_MS, exitIdleMs / LOOKS));
  return () => clearInterval(timer);
}

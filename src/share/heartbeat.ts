// Whether the event loop of each worker turns: it counts, and its parent looks at the count.

import { ACCEPTS, BEATS, type Region } from "./regions.ts";

const BEAT_MS = 5000;
/**
 * How often the parent looks, and after how many looks without a beat a worker is taken to hang. It counts looks, not
 * time: after a machine has slept it is not the workers' fault that they have not.
 */
const LOOK_MS = 10_000;
const LOOKS = 6;

/** For the worker. */
export function beat({ words }: Region): void {
  setInterval(() => Atomics.add(words, BEATS, 1), BEAT_MS).unref();
}

export interface HangWatchOptions {
  readonly regions: readonly Region[];
  /** A worker hangs, by its number. */
  readonly hangs: (worker: number) => void;
  /** Default: 10 s. */
  readonly lookMs?: number;
}

/** For the parent. Returns what ends it. */
export function watchBeats({ regions, hangs, lookMs = LOOK_MS }: HangWatchOptions): () => void {
  const seen = regions.map(() => ({ beats: -1, looks: 0 }));
  const look = () => {
    for (const [i, { words }] of regions.entries()) {
      const own = seen[i]!;
      const beats = Atomics.load(words, BEATS);
      // One that has not begun has a deadline of its own.
      const isAlive = beats !== own.beats || Atomics.load(words, ACCEPTS) === 0;
      own.beats = beats;
      own.looks = isAlive ? 0 : own.looks + 1;
      if (own.looks < LOOKS) continue;
      own.looks = 0;
      hangs(i + 1);
    }
  };
  const timer = setInterval(look, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}

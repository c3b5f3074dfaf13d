// The ways to cut a stream of bytes in pieces.

import type { Random } from "./random.ts";

/** Streams up to this length are cut at every place; longer ones near their ends and around powers of two. */
const EVERY_CUT_MAX = 1024;
/** Streams up to this length are cut at every pair of places, too. */
const EVERY_PAIR_MAX = 32;

/** Every split of `length` bytes as its cuts: whole, byte by byte, each single cut, and for short ones each pair. */
export function* everySplit(length: number): Generator<readonly number[]> {
  yield [];
  if (length <= EVERY_CUT_MAX)
    yield Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1);
  for (let cut = 1; cut < length; cut++) {
    if (length <= EVERY_CUT_MAX || isInteresting(cut, length)) yield [cut];
  }
  if (length > EVERY_PAIR_MAX) return;
  for (let first = 1; first < length; first++) {
    for (let second = first + 1; second < length; second++) yield [first, second];
  }
}

function isInteresting(cut: number, length: number): boolean {
  const toPower = Math.abs(cut - 2 ** Math.round(Math.log2(cut)));
  return cut < 40 || length - cut < 40 || (toPower < 16 && cut > 4096);
}

/** A random split: whole, byte by byte, in equal steps, or at a few places. */
export function randomSplit(random: Random, length: number): readonly number[] {
  const cuts: number[] = [];
  switch (random.below(5)) {
    case 0:
      return cuts;
    case 1: {
      const step = length > 4096 ? random.between(1000, length) : random.between(1, 40);
      for (let cut = step; cut < length; cut += step) cuts.push(cut);
      return cuts;
    }
    default: {
      const places = new Set<number>();
      for (let i = random.below(12); i > 0; i--)
        if (length > 1) places.add(random.between(1, length - 1));
      return [...places].toSorted((a, b) => a - b);
    }
  }
}

/** The pieces of `bytes` between `cuts`. */
export function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let begin = 0;
  for (const cut of cuts) {
    pieces.push(bytes.subarray(begin, cut));
    begin = cut;
  }
  pieces.push(bytes.subarray(begin));
  return pieces;
}

// What one of several workers has in common with the others.

import type { Turn } from "../net/shared-listener.ts";
import { SharedPlaces } from "./places.ts";
import { ACCEPTS, CHANGES, PRESENT, TAKEN, type Region } from "./regions.ts";

export interface Share {
  readonly places: SharedPlaces;
  /** Notes for all to see whether anybody is there: said whenever somebody came or left. */
  readonly present: (isIdle: boolean) => void;
  /** When others should accept on a socket that all have. */
  readonly turn: Turn;
}

/** Connections of one turn: what waits meanwhile is for whoever wakes. */
const TURN_CONNECTIONS = 4;
/** Who has so many programs more than another lets the others accept. */
const AHEAD_MAX = 2;
/** Far more than another takes to wake; where none does, 500 connections a second go on. */
const PAUSE_MS = 2;

export function shareOf(
  regions: readonly Region[],
  own: { readonly number: number; readonly seed: bigint },
): Share {
  const { words } = regions[own.number - 1]!;
  let accepted = 0;
  return {
    places: new SharedPlaces(regions, own),
    present(isIdle) {
      Atomics.store(words, ACCEPTS, 1);
      Atomics.add(words, CHANGES, 1);
      Atomics.store(words, PRESENT, isIdle ? 0 : 1);
    },
    turn() {
      if (Atomics.load(words, TAKEN) > fewest(regions) + AHEAD_MAX) return PAUSE_MS;
      return ++accepted % TURN_CONNECTIONS === 0 ? 0 : null;
    },
  };
}

/** The programs of the worker that has the fewest. */
function fewest(regions: readonly Region[]): number {
  let least = Infinity;
  for (const { words } of regions) {
    if (Atomics.load(words, ACCEPTS) === 1) least = Math.min(least, Atomics.load(words, TAKEN));
  }
  return least;
}

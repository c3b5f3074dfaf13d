// The memory that workers share: a region for each, which that worker alone writes and all others read.

import { CONFIG_TEXT_SIZE } from "./config-text.ts";

// Single 32-bit words, each with one writer, so that nobody ever waits for a lock that a dead process holds. All are
// written and read by Atomics: whoever writes its own and then reads another's is seen by the other, or sees it
// (test/share/memory.test.ts has the two processes that try to slip through).

/** Programs that the worker has started for clients. */
export const TAKEN = 0;
/** 1 while anybody is there. */
export const PRESENT = 1;
/** How often somebody came or left. */
export const CHANGES = 2;
/** 1 while there is a worker who accepts. */
export const ACCEPTS = 3;
/** Counts on while the worker's event loop turns. */
export const BEATS = 4;
/** Since when a process is being started whose number is not known yet, as proc(5) counts; 0: none is. */
export const STARTING = 5;
/** Where the leaders of groups stand, and behind them the addresses. Until there is room for a cache line. */
const GROUPS = 16;

/** Words of an entry of the addresses: two of the key, and the count. */
export const ADDRESS_WORDS = 3;

export interface RegionLayout {
  readonly workers: number;
  /** Groups that one worker may have at once. */
  readonly groups: number;
  /** Entries for addresses, a power of two; 0: they are not counted. */
  readonly addresses: number;
}

export interface Region {
  /** TAKEN and what else stands before the groups. */
  readonly words: Int32Array;
  /** A process group each, by its leader; 0: free. */
  readonly groups: Int32Array;
  readonly addresses: Int32Array;
}

/** Whole cache lines: workers do not slow each other down. */
const LINE_WORDS = 16;

function regionWords({ groups, addresses }: RegionLayout): number {
  const words = GROUPS + groups + addresses * ADDRESS_WORDS;
  return Math.ceil(words / LINE_WORDS) * LINE_WORDS;
}

/** Bytes of all regions. */
export function regionsSize(layout: RegionLayout): number {
  return regionWords(layout) * layout.workers * Int32Array.BYTES_PER_ELEMENT;
}

/** Bytes of all that is shared: behind the regions, the configuration. */
export function memorySize(layout: RegionLayout): number {
  return regionsSize(layout) + CONFIG_TEXT_SIZE;
}

/** `memory` has `regionsSize` bytes, or more. */
export function regionsOf(memory: Int32Array, layout: RegionLayout): readonly Region[] {
  const size = regionWords(layout);
  const behind = GROUPS + layout.groups;
  return Array.from({ length: layout.workers }, (_, i) => {
    const words = memory.subarray(i * size, (i + 1) * size);
    return {
      words,
      groups: words.subarray(GROUPS, behind),
      addresses: words.subarray(behind, behind + layout.addresses * ADDRESS_WORDS),
    };
  });
}

/** For the parent, when its worker is dead. */
export function clearRegion({ words }: Region): void {
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== 0) Atomics.store(words, i, 0);
  }
}

// Places for programs, counted over all workers: each adds to its own count, then looks at everybody's.

import { ADDRESS_WORDS, TAKEN, type Region } from "./regions.ts";

/**
 * Two that reach for the last place at once both see too many, give back, and look again whether there is one: to meet
 * again and again both would have to keep step to the nanosecond.
 */
const TRIES_MAX = 16;

/** Never more than `most` are taken at once: of those who take, the last sees all others. */
export class SharedPlaces {
  readonly #own: Region;
  readonly #all: readonly Region[];
  readonly #seed: bigint;

  /** `seed` is the same for all, and known to no client: it says where an address is kept. */
  constructor(all: readonly Region[], { number, seed }: { number: number; seed: bigint }) {
    this.#all = all;
    this.#own = all[number - 1]!;
    this.#seed = seed;
  }

  /** False: `most` are taken. */
  take(most: number): boolean {
    const { words } = this.#own;
    const sum = () => total(this.#all, (region) => Atomics.load(region.words, TAKEN));
    return takeOne(most, sum, (count) => Atomics.add(words, TAKEN, count));
  }

  giveBack(): void {
    Atomics.sub(this.#own.words, TAKEN, 1);
  }

  /** For one address. */
  takeOf(address: string, most: number): boolean {
    const key = this.#keyOf(address);
    const sum = () => total(this.#all, ({ addresses }) => countOf(addresses, key));
    return takeOne(most, sum, (count) => addTo(this.#own.addresses, key, count));
  }

  giveBackOf(address: string): void {
    addTo(this.#own.addresses, this.#keyOf(address), -1);
  }

  /** 64 bits, never all zero: two addresses of one key are rarer than any other fault. */
  #keyOf(address: string): Key {
    const hash = BigInt(Bun.hash(address, this.#seed));
    return {
      low: Number(BigInt.asIntN(32, hash)) || 1,
      high: Number(BigInt.asIntN(32, hash >> 32n)),
    };
  }
}

function total(regions: readonly Region[], count: (region: Region) => number): number {
  let sum = 0;
  for (const region of regions) sum += count(region);
  return sum;
}

function takeOne(most: number, sum: () => number, add: (count: number) => void): boolean {
  for (let i = 0; i < TRIES_MAX; i++) {
    add(1);
    if (sum() <= most) return true;
    add(-1);
    if (sum() >= most) return false;
  }
  return false;
}

export interface Key {
  /** Not zero: that is a free entry. */
  readonly low: number;
  readonly high: number;
}

// A table with open addressing: an entry is sought from where its key points to, to the first free one. One that counts
// nothing is taken by the next key that comes by, or becomes free when the one behind it is: nobody sought is behind it.
// Another process may read meanwhile: it finds a key's count, or, where that is just being written, one that is wrong
// by those that change now; whoever writes looks afterwards.

/** How many `key` has in the table of one worker. */
export function countOf(table: Int32Array, key: Key): number {
  const at = find(table, key);
  return at < 0 ? 0 : Atomics.load(table, at + 2);
}

/** For the table's own worker. At most half of the entries may count anything. */
export function addTo(table: Int32Array, key: Key, count: number): void {
  const found = find(table, key);
  if (found >= 0) {
    if (Atomics.add(table, found + 2, count) + count === 0) release(table, found);
    return;
  }
  const at = vacant(table, key);
  Atomics.store(table, at, key.low);
  Atomics.store(table, at + 1, key.high);
  Atomics.store(table, at + 2, count);
}

/** The index of its entry; -1: it has none. */
function find(table: Int32Array, { low, high }: Key): number {
  for (let at = home(table, low), i = 0; i < table.length; i += ADDRESS_WORDS) {
    const found = Atomics.load(table, at);
    if (found === 0) return -1;
    if (found === low && Atomics.load(table, at + 1) === high) return at;
    at = after(table, at);
  }
  return -1;
}

/** The first entry on the way of a key that counts nothing. */
function vacant(table: Int32Array, { low }: Key): number {
  let at = home(table, low);
  while (Atomics.load(table, at) !== 0 && Atomics.load(table, at + 2) !== 0) at = after(table, at);
  return at;
}

/** Frees an entry that counts nothing, and those before it, as far as nobody is sought beyond them. */
function release(table: Int32Array, from: number): void {
  if (Atomics.load(table, after(table, from)) !== 0) return;
  for (let at = from; Atomics.load(table, at) !== 0 && Atomics.load(table, at + 2) === 0;) {
    Atomics.store(table, at, 0);
    at = (at === 0 ? table.length : at) - ADDRESS_WORDS;
  }
}

function home(table: Int32Array, low: number): number {
  return ((low >>> 0) % (table.length / ADDRESS_WORDS)) * ADDRESS_WORDS;
}

function after(table: Int32Array, at: number): number {
  return at + ADDRESS_WORDS === table.length ? 0 : at + ADDRESS_WORDS;
}

// Counts of several workers over their regions: against a plain count, whatever the order in which they take and give back.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { addTo, countOf, SharedPlaces } from "../../src/share/places.ts";
import { notedGroups, sharedLedger } from "../../src/share/groups.ts";
import {
  clearRegion,
  regionsOf,
  regionsSize,
  type Region,
  type RegionLayout,
} from "../../src/share/regions.ts";

const LAYOUT: RegionLayout = { workers: 3, groups: 4, addresses: 16 };

function regions(layout = LAYOUT) {
  return regionsOf(new Int32Array(regionsSize(layout) / 4), layout);
}

describe("a table of addresses", () => {
  /** So few homes that keys stand in each other's way. */
  const key = fc.record({
    low: fc.integer({ min: 1, max: 24 }),
    high: fc.integer({ min: 0, max: 1 }),
  });

  test("counts as a Map does, and is empty when nothing is counted", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 200 }), (steps) => {
        const [{ addresses: table }] = regions() as [Region];
        const counts = new Map<string, number>();
        const check = (of: { low: number; high: number }) =>
          expect(countOf(table, of)).toBe(counts.get(`${of.low} ${of.high}`) ?? 0);
        const used = new Map<string, { low: number; high: number }>();
        for (const [of, adds] of steps) {
          const name = `${of.low} ${of.high}`;
          const count = counts.get(name) ?? 0;
          const kinds = [...counts.values()].filter((n) => n > 0).length;
          // Half of the entries is what its worker can have.
          if (adds ? kinds >= LAYOUT.addresses / 2 && count === 0 : count === 0) continue;
          addTo(table, of, adds ? 1 : -1);
          counts.set(name, count + (adds ? 1 : -1));
          used.set(name, of);
          for (const each of used.values()) check(each);
        }
        for (const [name, of] of used) {
          for (let n = counts.get(name)!; n > 0; n--) addTo(table, of, -1);
          counts.set(name, 0);
          for (const each of used.values()) check(each);
        }
        expect(table.filter((_, i) => i % 3 === 0).every((low) => low === 0)).toBe(true);
      }),
    );
  });
});

describe("places", () => {
  const seed = 1n;

  test("never more than there are, over all workers", () => {
    const step = fc.record({
      worker: fc.integer({ min: 1, max: 3 }),
      address: fc.constantFrom("a", "b", "c", "d"),
      takes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const shared = regions();
        const workers = [1, 2, 3].map((number) => new SharedPlaces(shared, { number, seed }));
        const held: { worker: number; address: string }[] = [];
        const of = (address: string) => held.filter((one) => one.address === address).length;
        for (const { worker, address, takes } of steps) {
          const places = workers[worker - 1]!;
          if (takes) {
            const hasPlace = held.length < 6 && of(address) < 2;
            expect(places.take(6)).toBe(held.length < 6);
            if (held.length >= 6) continue;
            expect(places.takeOf(address, 2)).toBe(of(address) < 2);
            if (hasPlace) held.push({ worker, address });
            else places.giveBack();
          } else {
            const i = held.findIndex((one) => one.worker === worker);
            if (i < 0) continue;
            places.giveBack();
            places.giveBackOf(held.splice(i, 1)[0]!.address);
          }
        }
      }),
    );
  });

  test("those of a dead worker are free", () => {
    const shared = regions();
    const [one, other] = [1, 2].map((number) => new SharedPlaces(shared, { number, seed })) as [
      SharedPlaces,
      SharedPlaces,
    ];
    expect([one.take(2), other.take(2), one.take(2)]).toEqual([true, true, false]);
    expect([one.takeOf("a", 1), other.takeOf("a", 1)]).toEqual([true, false]);
    clearRegion(shared[0]!);
    expect([other.take(2), other.take(2), other.takeOf("a", 1)]).toEqual([true, false, true]);
  });
});

test("groups are noted as long as they are, as many as there is room for", () => {
  const [region] = regions() as [Region];
  const { groups } = region;
  const ledger = sharedLedger(region);
  for (const leader of [11, 12, 13, 14, 15]) ledger.begin(leader);
  expect(notedGroups(groups).toSorted()).toEqual([11, 12, 13, 14]);
  for (const leader of [12, 15, 99]) ledger.end(leader);
  ledger.begin(16);
  expect(notedGroups(groups).toSorted()).toEqual([11, 13, 14, 16]);
});

test("no two regions share a cache line, nor two parts of one a word", () => {
  const bytes = regionsSize(LAYOUT);
  const all = regionsOf(new Int32Array(bytes / 4), LAYOUT);
  const begins = all.map(({ words }) => words.byteOffset);
  expect(begins.every((begin) => begin % 64 === 0)).toBe(true);
  for (const { words, groups, addresses } of all) {
    expect(groups.byteOffset).toBeGreaterThanOrEqual(words.byteOffset + 64);
    expect(addresses.byteOffset).toBe(groups.byteOffset + groups.byteLength);
    expect(addresses.byteOffset + addresses.byteLength).toBeLessThanOrEqual(
      words.byteOffset + words.byteLength,
    );
  }
  expect(begins.at(-1)! + all[0]!.words.byteLength).toBe(bytes);
});

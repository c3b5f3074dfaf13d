// Acts spread over a time: each once, none before its time or after the whole, by any clock that only goes forward.

import fc from "fast-check";
import { expect, test } from "bun:test";
import { spread, type Clock } from "../../src/server/spread.ts";
import { seedOfRun } from "../support/random.ts";

const SEED = seedOfRun();
const RUNS = 1000;

/** Whoever waits is woken late by as much as it is told. */
class LateClock implements Clock {
  #now = 12_345.678;
  readonly #waiting = new Map<number, { readonly at: number; readonly act: () => void }>();
  readonly #latenesses: readonly number[];
  #count = 0;

  constructor(latenesses: readonly number[]) {
    this.#latenesses = latenesses;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, act: () => void): () => void {
    expect(milliseconds).toBeGreaterThanOrEqual(1); // or it would be called without an end
    const id = ++this.#count;
    const late = this.#latenesses[id % this.#latenesses.length] ?? 0;
    this.#waiting.set(id, { at: this.#now + milliseconds + late, act });
    return () => this.#waiting.delete(id);
  }

  /** Until nobody waits, or for so long. */
  run(forMs = Infinity): void {
    const end = this.#now + forMs;
    for (;;) {
      const [first] = [...this.#waiting].toSorted(([, one], [, other]) => one.at - other.at);
      if (first === undefined || first[1].at > end) return;
      this.#waiting.delete(first[0]);
      this.#now = first[1].at;
      first[1].act();
    }
  }
}

interface Acted {
  readonly one: number;
  readonly afterMs: number;
}

const plan = fc.record({
  count: fc.integer({ min: 0, max: 60 }),
  overMs: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 100_000 })),
  randoms: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: 1,
  }),
});
const latenesses = fc.array(fc.integer({ min: 0, max: 500 }));

function run(
  { count, overMs, randoms }: { count: number; overMs: number; randoms: readonly number[] },
  late: readonly number[],
): Acted[] {
  const clock = new LateClock(late);
  const beganAt = clock.now();
  const acted: Acted[] = [];
  let turns = 0;
  spread(
    Array.from({ length: count }, (_, i) => i),
    {
      overMs,
      clock,
      random: () => randoms[turns++ % randoms.length]!,
      act: (one) => acted.push({ one, afterMs: clock.now() - beganAt }),
    },
  );
  clock.run();
  return acted;
}

/** As far as the sums of a clock's numbers are exact. */
const ABOUT = 1e-6;

test("each once, each when its part of the time has come and not a millisecond later, all within it", () => {
  fc.assert(
    fc.property(plan, (of) => {
      const acted = run(of, []);
      const all = Array.from({ length: of.count }, (_, i) => i);
      expect(acted.map(({ one }) => one).toSorted((a, b) => a - b)).toEqual(all);
      for (const [i, { afterMs }] of acted.entries()) {
        const dueMs = (i * of.overMs) / of.count;
        expect(afterMs).toBeGreaterThanOrEqual(dueMs - ABOUT);
        expect(afterMs).toBeLessThan(dueMs + 1 + ABOUT);
        expect(afterMs).toBeLessThanOrEqual(of.overMs + ABOUT);
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test("a clock that wakes us late makes up for it: never early, never more than one lateness behind", () => {
  fc.assert(
    fc.property(plan, latenesses, (of, late) => {
      const acted = run(of, late);
      expect(acted).toHaveLength(of.count);
      const most = Math.max(0, ...late);
      for (const [i, { afterMs }] of acted.entries()) {
        const dueMs = (i * of.overMs) / of.count;
        expect(afterMs).toBeGreaterThanOrEqual(dueMs - ABOUT);
        expect(afterMs).toBeLessThan(dueMs + 1 + most + ABOUT);
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test("what ends it leaves the rest alone", () => {
  const clock = new LateClock([]);
  const acted: number[] = [];
  const act = (one: number) => acted.push(one);
  const end = spread([1, 2, 3, 4], { overMs: 100, act, clock, random: Math.random });
  clock.run(30);
  expect(acted).toHaveLength(2);
  end();
  clock.run();
  expect(acted).toHaveLength(2);
});

test("every order of three is as likely", () => {
  const seen = new Map<string, number>();
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647; // minstd: the same in each run
  for (let i = 0; i < 6000; i++) {
    const order: number[] = [];
    const act = (one: number) => order.push(one);
    spread([1, 2, 3], { overMs: 0, act, clock: new LateClock([]), random });
    seen.set(order.join(""), (seen.get(order.join("")) ?? 0) + 1);
  }
  expect(seen.size).toBe(6);
  for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150); // five sigma
});

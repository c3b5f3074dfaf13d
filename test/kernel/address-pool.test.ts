// The pool against a model: pieces are lent once, lie where they must, and come back.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { AddressPool } from "../../src/kernel/address-pool.ts";
import { seedOfRun } from "../support/random.ts";

const BEGIN = 4096;
const SIZE = 256;
const seed = seedOfRun();

test("lends each piece to one borrower at a time, and all of them", () => {
  const steps = fc.array(fc.option(fc.nat()), { maxLength: 60 });
  const property = fc.property(fc.integer({ min: 0, max: 8 }), steps, (count, list) => {
    const pool = new AddressPool({ begin: BEGIN, size: SIZE, count });
    const lent: number[] = [];
    for (const step of list) {
      if (step === null) {
        const address = pool.borrow();
        if (lent.length === count) {
          expect(address).toBe(0);
        } else {
          expect((address - BEGIN) % SIZE).toBe(0);
          expect(address).toBeGreaterThanOrEqual(BEGIN);
          expect(address).toBeLessThan(BEGIN + count * SIZE);
          expect(lent).not.toContain(address);
          lent.push(address);
        }
      } else if (lent.length > 0) {
        pool.giveBack(lent.splice(step % lent.length, 1)[0]!);
      }
      expect(pool.used).toBe(lent.length);
    }
  });
  fc.assert(property, { seed, numRuns: 300 });
});

test("lends warm memory before it touches new", () => {
  const pool = new AddressPool({ begin: BEGIN, size: SIZE, count: 3 });
  const first = pool.borrow();
  const second = pool.borrow();
  expect([first, second]).toEqual([BEGIN, BEGIN + SIZE]);
  pool.giveBack(first);
  pool.giveBack(second);
  expect([pool.borrow(), pool.borrow(), pool.borrow()]).toEqual([second, first, BEGIN + 2 * SIZE]);
});

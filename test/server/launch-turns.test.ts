// One start of a program in a turn of the loop: the first at once, the others in their order.

import { expect, test } from "bun:test";
import { LaunchTurns } from "../../src/server/launch-turns.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("the first is now, each other has a turn of its own, in the order in which they came", async () => {
  const turns = new LaunchTurns();
  const called: number[] = [];
  expect(turns.isNow(() => called.push(0))).toBe(true);
  for (const i of [1, 2, 3]) expect(turns.isNow(() => called.push(i))).toBe(false);
  expect(called).toEqual([]);
  for (const wanted of [[1], [1, 2], [1, 2, 3]]) {
    await turn();
    expect(called).toEqual(wanted);
  }
});

test("who comes while others wait is the last; when nobody does, it is now", async () => {
  const turns = new LaunchTurns();
  const called: string[] = [];
  turns.isNow(() => called.push("never"));
  turns.isNow(() => {
    called.push("second");
    expect(turns.isNow(() => called.push("fourth"))).toBe(false);
  });
  turns.isNow(() => called.push("third"));
  for (let i = 0; i < 5; i++) await turn();
  expect(called).toEqual(["second", "third", "fourth"]);
  expect(turns.isNow(() => {})).toBe(true);
});

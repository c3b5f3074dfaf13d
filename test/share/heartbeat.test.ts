// A worker whose count stands still is taken to hang: after some looks, and again after as many.

import { expect, test } from "bun:test";
import { watchBeats } from "../../src/share/heartbeat.ts";
import { ACCEPTS, BEATS, regionsOf, regionsSize } from "../../src/share/regions.ts";
import { eventually } from "../support/server-deadline.ts";

test("only the one that accepts and does not count", async () => {
  const layout = { workers: 3, groups: 0, addresses: 0 };
  const regions = regionsOf(new Int32Array(regionsSize(layout) / 4), layout);
  const [turns, hangs] = [regions[0]!.words, regions[1]!.words];
  turns[ACCEPTS] = hangs[ACCEPTS] = 1; // the third has not begun
  const beating = setInterval(() => Atomics.add(turns, BEATS, 1), 1);
  const hung: number[] = [];
  const stop = watchBeats({ regions, hangs: (worker) => hung.push(worker), lookMs: 40 });
  await eventually("it twice", () => hung.length === 2);
  stop();
  clearInterval(beating);
  expect(hung).toEqual([2, 2]);
});

// When garbage is collected: what is asked of Bun, and how often.

import { afterAll, expect, spyOn, test } from "bun:test";
import { Collector } from "../../src/server/collector.ts";
import { eventually } from "../support/server-deadline.ts";

const gc = spyOn(Bun, "gc").mockImplementation(() => 0);
afterAll(() => gc.mockRestore());

test("reloads that follow each other at once are followed by one collection, later ones by another", async () => {
  const collector = new Collector();
  for (let round = 1; round <= 2; round++) {
    for (let i = 0; i < 10; i++) collector.editionBegan();
    expect(gc).toHaveBeenCalledTimes(round - 1);
    // A session that begins meanwhile is not to put it off.
    collector.sessionBegan();
    await eventually("a collection", () => gc.mock.calls.length === round);
  }
});

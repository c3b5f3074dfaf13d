// The ladder by which a service is ended, with numbers for time.

import { describe, expect, test } from "bun:test";
import { Termination, type TerminationStep } from "../../src/service/termination.ts";
import { LADDER } from "./running.ts";

interface World {
  ladder?: readonly TerminationStep[];
  extraMs?: number;
  /** What waits for the service at each call of `step`; the last figure stays. */
  backlogs?: number[];
  /** False for the steps that find nobody. */
  act?: (step: TerminationStep) => boolean;
}

/** A walk, and the names of the steps that it took. */
function walk({ ladder = LADDER, extraMs = 0, backlogs = [0], act = () => true }: World = {}) {
  const taken: string[] = [];
  let asked = 0;
  const termination = new Termination({
    ladder,
    extraMs,
    act: (step) => {
      taken.push(step.signal ?? "end of file");
      return act(step);
    },
    backlog: () => backlogs[Math.min(asked++, backlogs.length - 1)]!,
  });
  return { termination, taken };
}

/** After SIGKILL: 1 s of looking every 20 ms whether the group is gone. */
const LOOKS = Array.from({ length: 50 }, () => 20);

test("DESIGN 7: end of file, 100 ms, SIGINT, 250 ms, SIGTERM, 500 ms, SIGKILL", () => {
  const { termination, taken } = walk();
  const waits = Array.from({ length: 54 }, () => termination.step());
  expect(waits).toEqual([100, 250, 500, ...LOOKS, null]);
  expect(taken).toEqual(["end of file", "SIGINT", "SIGTERM", "SIGKILL"]);
  expect(LADDER.map((step) => step.signal)).toEqual([null, "SIGINT", "SIGTERM", "SIGKILL"]);
});

test("after the last step nothing is done any more", () => {
  const { termination, taken } = walk();
  for (let i = 0; i < 53; i++) termination.step();
  expect(taken.length).toBe(4);
  expect(termination.step()).toBeNull();
});

test("--closems is added to each wait before SIGKILL", () => {
  const { termination } = walk({ extraMs: 1000 });
  expect([1, 2, 3, 4].map(() => termination.step())).toEqual([1100, 1250, 1500, 20]);
});

describe("a step that finds nobody ends the walk", () => {
  for (const [i, { signal }] of LADDER.entries()) {
    const name = signal ?? "end of file";
    test(name, () => {
      const { termination, taken } = walk({ act: (step) => step.signal !== signal });
      for (let before = 0; before < i; before++) expect(termination.step()).not.toBeNull();
      expect(termination.step()).toBeNull();
      expect(taken.at(-1)).toBe(name);
    });
  }
});

describe("a group whose leader has exited", () => {
  test("is not asked by an end of file", () => {
    const { termination, taken } = walk();
    termination.skipEndOfFile();
    expect([1, 2, 3, 4].map(() => termination.step())).toEqual([250, 500, 20, 20]);
    expect(taken).toEqual(["SIGINT", "SIGTERM", "SIGKILL"]);
  });

  test("goes on where it was when the ladder had begun", () => {
    const { termination, taken } = walk();
    termination.step();
    termination.step();
    termination.skipEndOfFile();
    expect(termination.step()).toBe(500);
    expect(taken).toEqual(["end of file", "SIGINT", "SIGTERM"]);
  });
});

describe("while the service reads its backlog it is given time", () => {
  test("as long as the backlog shrinks, 100 ms each time", () => {
    const { termination, taken } = walk({ backlogs: [900, 600, 599, 1, 0] });
    expect([1, 2, 3, 4, 5].map(() => termination.step())).toEqual([100, 100, 100, 100, 250]);
    expect(taken).toEqual(["end of file", "SIGINT"]);
  });

  test("not when it does not shrink", () => {
    const { termination, taken } = walk({ backlogs: [900, 900] });
    expect([1, 2].map(() => termination.step())).toEqual([100, 250]);
    expect(taken).toEqual(["end of file", "SIGINT"]);
  });

  test("not after it has stopped once", () => {
    const { termination, taken } = walk({ backlogs: [900, 800, 800, 700, 600] });
    expect([1, 2, 3, 4, 5].map(() => termination.step())).toEqual([100, 100, 250, 500, 20]);
    expect(taken).toEqual(["end of file", "SIGINT", "SIGTERM", "SIGKILL"]);
  });

  test("not when it was empty from the begin", () => {
    const { termination } = walk({ backlogs: [0, 0] });
    expect([1, 2].map(() => termination.step())).toEqual([100, 250]);
  });

  test("fifty times, 5 s in all, and no more", () => {
    const backlogs = Array.from({ length: 100 }, (_, i) => 1000 - i);
    const { termination, taken } = walk({ backlogs });
    let waitedMs = 0;
    while (taken.length < 2) waitedMs += termination.step() ?? 0;
    expect(waitedMs).toBe(100 + 50 * 100 + 250);
    expect(termination.step()).toBe(500);
  });

  test("a skipped end of file gives it none, for nobody reads", () => {
    const { termination, taken } = walk({ backlogs: [900, 800] });
    termination.skipEndOfFile();
    termination.step();
    expect(taken).toEqual(["SIGINT"]);
  });
});

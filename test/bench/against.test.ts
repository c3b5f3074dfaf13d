// A run against an earlier one: what is noise, what is the machine, and what got worse.
import { describe, expect, test } from "bun:test";
import { compareRuns, describeVerdict } from "../../bench/report/against.ts";
import type { Results } from "../../bench/report/results.ts";
import { rates, results, row, samples } from "./report-support.ts";

function run(own: readonly number[], other?: readonly number[]): Results {
  const rows = [row("websockd", rates(...own))];
  return results(other === undefined ? rows : [...rows, row("websocketd", rates(...other))]);
}

/** What got worse and better, by pattern and figure. */
function verdictOf(earlier: Results, later: Results): string[] {
  const { worse, better } = compareRuns(earlier, later);
  return [
    ...worse.map((one) => `worse ${one.metric}`),
    ...better.map((one) => `better ${one.metric}`),
  ];
}

const THEN = run([100, 101, 99]);

describe("a rate without other servers", () => {
  test("the same run", () => {
    expect(verdictOf(THEN, THEN)).toEqual([]);
    expect(describeVerdict(compareRuns(THEN, THEN))).toContain("Nothing got worse");
  });

  test("a fifth slower, and a fifth faster", () => {
    expect(verdictOf(THEN, run([80, 81, 79]))).toEqual(["worse messagesPerSecond"]);
    expect(verdictOf(run([80, 81, 79]), THEN)).toEqual(["better messagesPerSecond"]);
  });

  test("less than the machine's own noise", () => {
    expect(verdictOf(THEN, run([92, 93, 91]))).toEqual([]);
  });

  test("a fifth slower, where the rounds of either run lie further apart", () => {
    expect(verdictOf(THEN, run([80, 100, 70]))).toEqual([]);
    expect(verdictOf(run([100, 130, 90]), run([80, 81, 79]))).toEqual([]);
  });

  test("a round of one run among those of the other", () => {
    // A quarter less in the median, with spreads of less than that.
    expect(verdictOf(run([100, 120, 100]), run([80, 101, 80]))).toEqual([]);
    expect(verdictOf(run([100, 120, 100]), run([70, 80, 70]))).toEqual(["worse messagesPerSecond"]);
  });

  test("two rounds are too few for a fifth, and enough for a half", () => {
    expect(verdictOf(run([100, 101]), run([80, 81]))).toEqual([]);
    expect(verdictOf(run([100, 101]), run([50, 51]))).toEqual(["worse messagesPerSecond"]);
  });
});

describe("with a server that nobody changed", () => {
  const then = run([100, 101, 99], [10, 10, 10]);

  test("a machine that is half as fast is not held against it", () => {
    expect(verdictOf(then, run([50, 50, 50], [5, 5, 5]))).toEqual([]);
    // In one of the rounds only: the pairs of that round agree.
    expect(verdictOf(then, run([100, 50, 99], [10, 5, 10]))).toEqual([]);
  });

  test("a machine that is twice as fast does not hide it", () => {
    const later = run([100, 101, 99], [20, 20, 20]);
    expect(verdictOf(then, later)).toEqual(["worse messagesPerSecond"]);
    const { worse, references } = compareRuns(then, later);
    expect(references).toEqual(["websocketd"]);
    expect(worse[0]?.factor).toBeCloseTo(2, 1);
    expect(describeVerdict(compareRuns(then, later))).toContain(
      "WORSE   1x64x1  websockd: lower rate",
    );
  });

  test("one that is in one of the runs only is no yardstick", () => {
    expect(compareRuns(THEN, then).references).toEqual([]);
  });
});

test("less is better for CPU, latency and memory", () => {
  const figures = (value: number) => {
    return { cpuMicrosecondsPerMessage: value, p50Microseconds: value };
  };
  const earlier = results([row("websockd", samples(figures(1), figures(1), figures(1)))]);
  const later = results([row("websockd", samples(figures(2), figures(2), figures(2)))]);
  expect(verdictOf(earlier, later)).toEqual([
    "worse p50Microseconds",
    "worse cpuMicrosecondsPerMessage",
  ]);
  expect(verdictOf(later, earlier)).toHaveLength(2);
});

test("a tail is compared from five rounds on", () => {
  const tails = (value: number, rounds: number) => {
    const all = Array.from({ length: rounds }, () => ({ p99Microseconds: value }));
    return results([row("websockd", samples(...all))]);
  };
  expect(verdictOf(tails(10, 4), tails(30, 5))).toEqual([]);
  expect(verdictOf(tails(10, 5), tails(30, 5))).toEqual(["worse p99Microseconds"]);
});

test("memory is compared as it is, whatever became of the others", () => {
  const warm = (own: number, other: number) =>
    results(
      [
        ["websockd", own],
        ["websocketd", other],
      ].map(([server, value]) =>
        row(
          String(server),
          samples(...[1, 2, 3].map(() => ({ kibibytesPerConnectionWarm: Number(value) }))),
        ),
      ),
    );
  expect(verdictOf(warm(9, 48), warm(9, 20))).toEqual([]);
  expect(verdictOf(warm(9, 48), warm(20, 100))).toEqual(["worse kibibytesPerConnectionWarm"]);
});

test("a row that fails, and did not", () => {
  const failed = { round: 1, outcome: "failed", problem: "a wrong byte", figures: null } as const;
  const { worse } = compareRuns(THEN, results([row("websockd", [failed])]));
  expect(worse.map(({ text }) => text)).toEqual([
    "1x64x1  websockd: failed, and did not before: a wrong byte",
  ]);
  // The other way round it is no news.
  expect(verdictOf(results([row("websockd", [failed])]), THEN)).toEqual([]);
});

test("others are not judged", () => {
  const later = run([100, 101, 99], [1, 1, 1]);
  expect(compareRuns(run([100, 101, 99], [10, 10, 10]), later).worse).toEqual([]);
});

// The tables of a comparison: medians, spreads, ratios pair by pair, and rounds that went wrong.
import { describe, expect, test } from "bun:test";
import { ratiosOf, valuesOf } from "../../bench/report/results.ts";
import { pivotTables } from "../../bench/report/pivot.ts";
import { geometricMean, median, relativeRange, spreadOf } from "../../bench/report/statistics.ts";
import { figuresTable, ratiosTable } from "../../bench/report/table.ts";
import { rates, results, row, samples } from "./report-support.ts";

describe("statistics", () => {
  test("the median of an odd, an even and no number of rounds", () => {
    expect(median([900, 1000, 80])).toBe(900);
    expect(median([900, 1000, 80, 1])).toBe(490);
    expect(median([])).toBeUndefined();
  });

  test("spread and mean", () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([])).toBeUndefined();
    expect(relativeRange({ median: 2, min: 1, max: 3 })).toBe(1);
    expect(geometricMean([0.5, 2])).toBeCloseTo(1);
    expect(geometricMean([])).toBeUndefined();
  });
});

describe("ratios", () => {
  test("are those of the pairs, not of the medians", () => {
    // The machine was ten times slower in the second round: for both.
    const own = row("websockd", rates(100, 20, 300));
    const other = row("websocketd", rates(50, 5, 100));
    expect(ratiosOf(own, other, "messagesPerSecond")).toEqual([2, 4, 3]);
  });

  test("a round that only one of them has is no pair", () => {
    const own = row("websockd", rates(100, 20));
    const other = row("websocketd", [{ ...rates(50)[0]!, round: 2 }]);
    expect(ratiosOf(own, other, "messagesPerSecond")).toEqual([0.4]);
    expect(ratiosOf(own, undefined, "messagesPerSecond")).toEqual([]);
  });

  test("one stalled round leaves no figure", () => {
    const stalled = { round: 3, outcome: "stalled", problem: "it stalled", figures: null } as const;
    const wrong = row("websocketd", [...rates(50, 5), stalled]);
    expect(valuesOf(wrong, "messagesPerSecond")).toEqual([]);
    expect(ratiosOf(row("websockd", rates(1, 2, 3)), wrong, "messagesPerSecond")).toEqual([]);
  });
});

const FIGURES = { messagesPerSecond: 90_000, cpuMicrosecondsPerMessage: 3 };

test("the figures, with how far the rounds lie apart", () => {
  const own = row("websockd", samples(FIGURES, { ...FIGURES, messagesPerSecond: 99_000 }, FIGURES));
  const lines = figuresTable(results([own])).split("\n");
  expect(lines[0]).toMatch(/^pattern +server +msg\/s +spread +CPU us\/msg$/);
  expect(lines[1]).toMatch(/^1x64x1 +websockd +90,000 +10 % +3\.00$/);
});

test("ratios with the least and the largest", () => {
  const rows = [row("websockd", rates(100, 20, 300)), row("websocketd", rates(50, 5, 100))];
  const lines = ratiosTable(results(rows)).split("\n");
  expect(lines[1]).toMatch(/^1x64x1 +websockd \/ websocketd +3\.00x \(2\.00-4\.00\)$/);
  expect(ratiosTable(results(rows.slice(0, 1)))).toBe("");
});

const failed = { round: 2, outcome: "failed", problem: "a wrong byte", figures: null } as const;

test("one failed round makes the row fail", () => {
  const rows = [row("websockd", rates(10)), row("websocketd", [...rates(5), failed])];
  expect(figuresTable(results(rows)).split("\n")[2]).toMatch(/^1x64x1 +websocketd +fails$/);
  expect(ratiosTable(results(rows))).toBe("");
});

test("Markdown has a table for each figure and a column for each server", () => {
  const rows = [
    row("websockd", samples(FIGURES, FIGURES)),
    row("websocketd", samples({ messagesPerSecond: 9000 }, { messagesPerSecond: 9000 })),
    row("floor", [...rates(5), failed]),
    row("websocketd", rates(7), "churn"),
  ];
  expect(pivotTables(results(rows)).split("\n")).toEqual([
    "| msg/s  | websockd |    websocketd | floor |",
    "| ------ | -------: | ------------: | ----: |",
    "| 1x64x1 |   90,000 | 9,000 (10.0x) | fails |",
    "| churn  |          |          7.00 |       |",
    "",
    "| CPU us/msg | websockd | websocketd | floor |",
    "| ---------- | -------: | ---------: | ----: |",
    "| 1x64x1     |     3.00 |            | fails |",
    "",
  ]);
});

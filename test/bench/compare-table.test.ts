// The table of a comparison: medians, ratios, and rounds that went wrong.
import { expect, test } from "bun:test";
import type { Load } from "../../bench/compare/loads.ts";
import type { Sample } from "../../bench/compare/measure.ts";
import { median, table, type Row } from "../../bench/compare/table.ts";

const load: Load = { name: "1x64x1", connections: 1, size: 64, window: 1, idle: false };

function row(server: Row["server"], ...samples: Partial<Sample>[]): Row {
  return {
    load,
    server,
    samples: samples.map((sample) => ({ outcome: "ok", problem: null, ...sample })),
  };
}

function rates(...values: number[]): Partial<Sample>[] {
  return values.map((messagesPerSecond) => ({ messagesPerSecond }));
}

test("the median of an odd, an even and no number of rounds", () => {
  expect(median(row("floor", ...rates(900, 1000, 80)), "messagesPerSecond")).toBe(900);
  expect(median(row("floor", ...rates(900, 1000, 80, 1)), "messagesPerSecond")).toBe(490);
  expect(median(row("floor", ...rates(1)), "p50Microseconds")).toBeUndefined();
  expect(median(undefined, "messagesPerSecond")).toBeUndefined();
});

test("ratios stand in websockd's row", () => {
  const lines = table(
    [
      row("websockd", { messagesPerSecond: 90_000, cpuMicrosecondsPerMessage: 3 }),
      row("websocketd", { messagesPerSecond: 12_000, cpuMicrosecondsPerMessage: 20 }),
      row("floor", { messagesPerSecond: 100_000, cpuMicrosecondsPerMessage: 1.5 }),
    ],
    false,
  ).split("\n");
  expect(lines[1]).toMatch(/^1x64x1 +websockd +90,000 +3\.00 +7\.50x +0\.90x +2\.00x$/);
  expect(lines[2]).toMatch(/^1x64x1 +websocketd +12,000 +20\.0$/);
});

test("one stalled round makes the row stall, without a ratio", () => {
  const stalled = row("websocketd", { messagesPerSecond: 5 }, { outcome: "stalled", problem: "" });
  const markdown = table([row("websockd", { messagesPerSecond: 10 }), stalled], true).split("\n");
  expect(markdown[1]).toMatch(/^\| -+ \| -+ \| -+: \|/);
  expect(markdown[2]).not.toContain("x |");
  expect(markdown[3]).toMatch(/^\| 1x64x1 \| websocketd \| stalls \|/);
});

// Results of a comparison, made up for a test.
import type { Figures } from "../../bench/load/figures.ts";
import type { Results, RoundSample, Row } from "../../bench/report/results.ts";

/** A sample for each of the figures: all of them right. */
export function samples(...figures: readonly Figures[]): RoundSample[] {
  return figures.map((one, at) => ({ round: at + 1, outcome: "ok", problem: null, figures: one }));
}

export function rates(...values: readonly number[]): RoundSample[] {
  return samples(...values.map((messagesPerSecond) => ({ messagesPerSecond })));
}

export function row(server: string, taken: readonly RoundSample[], pattern = "1x64x1"): Row {
  return { pattern, server, samples: taken, latencies: [] };
}

/** Patterns and servers are those of the rows; websockd is the one that is judged. */
export function results(rows: readonly Row[], some: Partial<Results> = {}): Results {
  const patterns = [...new Set(rows.map(({ pattern }) => pattern))];
  const servers = [...new Set(rows.map(({ server }) => server))];
  return {
    version: 1,
    date: "2026-01-02T03:04:05.000Z",
    machine: "2 x a processor",
    rounds: 3,
    durationSeconds: 1,
    patterns: patterns.map((name) => {
      return { name, kind: "echo", about: `about ${name}`, connections: 1, size: 64 };
    }),
    servers: servers.map((name) => ({ name, about: name, judged: name === "websockd" })),
    rows,
    leftOut: [],
    ...some,
  };
}

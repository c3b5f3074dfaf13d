// What a comparison found, as it is written to a file and read from one.
import type { LoadResult } from "../load/figures.ts";
import type { Buckets } from "../load/histogram.ts";
import type { Pattern } from "../patterns/pattern.ts";
import type { Server } from "../servers/server.ts";
import type { Metric } from "./metrics.ts";

/** A file of another version is refused. */
export const RESULTS_VERSION = 1;

export type RoundSample = Pick<LoadResult, "outcome" | "problem" | "figures"> & {
  /** From 1. Samples of one round are pairs: they were taken one after the other. */
  readonly round: number;
};

/** All rounds of one server under one pattern. */
export type Row = {
  readonly pattern: string;
  readonly server: string;
  readonly samples: readonly RoundSample[];
  /** Of each round that was right, in their order. */
  readonly latencies: readonly Buckets[];
};

export type PatternInfo = Pick<Pattern, "name" | "kind" | "about" | "connections" | "size">;
export type ServerInfo = Pick<Server, "name" | "about" | "judged">;

export type Results = {
  readonly version: typeof RESULTS_VERSION;
  /** ISO 8601. */
  readonly date: string;
  /** A line for a person: processor, cores, kernel, versions. */
  readonly machine: string;
  readonly rounds: number;
  readonly durationSeconds: number;
  readonly patterns: readonly PatternInfo[];
  readonly servers: readonly ServerInfo[];
  readonly rows: readonly Row[];
  /** What was not measured, and why. */
  readonly leftOut: readonly string[];
};

export function rowOf(results: Results, pattern: string, server: string): Row | undefined {
  return results.rows.find((row) => row.pattern === pattern && row.server === server);
}

/** One round that went wrong makes the row wrong: a rate of right rounds only would flatter. */
export function outcomeOf(row: Row): RoundSample["outcome"] {
  return row.samples.find(({ outcome }) => outcome !== "ok")?.outcome ?? "ok";
}

/** The figure of each round that has it, in their order; none when a round went wrong. */
export function valuesOf(row: Row | undefined, metric: Metric): number[] {
  if (row === undefined || outcomeOf(row) !== "ok") return [];
  return row.samples.map(({ figures }) => figures?.[metric]).filter((value) => value !== undefined);
}

/** What one server's figure is in terms of another's, in each round that both have. */
export function ratiosOf(own: Row | undefined, other: Row | undefined, metric: Metric): number[] {
  if (own === undefined || other === undefined) return [];
  if (outcomeOf(own) !== "ok" || outcomeOf(other) !== "ok") return [];
  return own.samples.flatMap(({ round, figures }) => {
    const theirs = other.samples.find((sample) => sample.round === round)?.figures?.[metric];
    const ours = figures?.[metric];
    return ours === undefined || theirs === undefined || theirs === 0 ? [] : [ours / theirs];
  });
}

/** Throws with what is wrong with the file. */
export async function readResults(path: string): Promise<Results> {
  const file = Bun.file(path);
  if (!(await file.exists())) throw new Error(`${path}: there is no such file`);
  const results = (await file.json().catch(() => null)) as Partial<Results> | null;
  if (results?.version !== RESULTS_VERSION || !Array.isArray(results.rows)) {
    throw new Error(`${path} is not what this version's --json writes`);
  }
  return results as Results;
}

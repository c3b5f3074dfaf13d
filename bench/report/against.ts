// Compares a run with an earlier one, and says what got worse beyond the noise.
import { METRICS, type Metric, type MetricRow } from "./metrics.ts";
import { outcomeOf, rowOf, valuesOf, type Results } from "./results.ts";
import { geometricMean, relativeRange, spreadOf, type Spread } from "./statistics.ts";

/** On a machine that others use, two runs of the same program differ by as much. */
const NOISE_LEAST = 0.1;
/** Two rounds say nothing about how far rounds lie apart. */
const ROUNDS_LEAST = 3;
const NOISE_OF_FEW_ROUNDS = 0.3;

export type Change = {
  readonly pattern: string;
  readonly server: string;
  /** Null where not a figure but the outcome got worse. */
  readonly metric: Metric | null;
  /** Later divided by earlier; above 1 is worse. */
  readonly factor: number;
  /** What `factor` may differ from 1 by chance. */
  readonly noise: number;
  readonly text: string;
};

export type Verdict = {
  readonly worse: readonly Change[];
  readonly better: readonly Change[];
  /** Figures that both runs have. */
  readonly compared: number;
  /** The servers that tell how fast the machine was. */
  readonly references: readonly string[];
};

type Pair = {
  readonly earlier: Results;
  readonly later: Results;
  readonly references: readonly string[];
  readonly pattern: string;
  readonly server: string;
};

/**
 * A figure of a round is divided by that of the servers which nobody changed, in the same round: how fast the machine was
 * is then in neither run. The noise is how far the rounds of either run lie apart, from the least to the largest; and all
 * rounds of the one run have to lie on the same side of all rounds of the other.
 */
export function compareRuns(earlier: Results, later: Results): Verdict {
  const references = later.servers
    .filter(({ name, judged }) => !judged && earlier.servers.some((one) => one.name === name))
    .map(({ name }) => name);
  const judged = later.servers.filter((server) => server.judged);
  const pairs = later.patterns.flatMap(({ name: pattern }) =>
    judged.map(({ name: server }) => ({ earlier, later, references, pattern, server })),
  );
  const changes = pairs.flatMap((pair) => METRICS.flatMap((row) => changeOf(row, pair) ?? []));
  return {
    worse: [
      ...pairs.flatMap(brokenOf),
      ...changes.filter(({ factor, noise }) => factor > 1 + noise),
    ],
    better: changes.filter(({ factor, noise }) => factor < 1 / (1 + noise)),
    compared: changes.length,
    references,
  };
}

/** A row that was right and is not any more. */
function brokenOf({ earlier, later, pattern, server }: Pair): Change[] {
  const before = rowOf(earlier, pattern, server);
  const after = rowOf(later, pattern, server);
  if (before === undefined || after === undefined) return [];
  if (outcomeOf(before) !== "ok" || outcomeOf(after) === "ok") return [];
  const problem = after.samples.find((sample) => sample.problem !== null)?.problem;
  const text = `${pattern}  ${server}: ${outcomeOf(after)}, and did not before: ${problem}`;
  return [{ pattern, server, metric: null, factor: Infinity, noise: 0, text }];
}

function changeOf(row: MetricRow, pair: Pair): Change | undefined {
  const { metric, worse, roundsLeast = 1 } = row;
  const { earlier, later, pattern, server } = pair;
  const rounds = Math.min(roundsOf(earlier, pair), roundsOf(later, pair));
  if (worse === undefined || rounds < roundsLeast) return undefined;
  const references = referencesFor(metric, pair);
  const before = spreadOf(seriesOf(earlier, { ...pair, metric, references }));
  const after = spreadOf(seriesOf(later, { ...pair, metric, references }));
  if (before === undefined || after === undefined || before.median * after.median === 0) {
    return undefined;
  }
  const change = after.median / before.median;
  const factor = row.better === "more" ? 1 / change : change;
  const noise = noiseOf(before, after, rounds);
  const percent = Math.round(Math.abs(factor - 1) * 100);
  const what = factor > 1 ? worse : `no more ${worse}`;
  const text = `${pattern}  ${server}: ${what}, ${percent} % (noise ${Math.round(noise * 100)} %)`;
  return { pattern, server, metric, factor, noise, text };
}

/** Where a round of the one run is among those of the other, any difference is noise. */
function noiseOf(before: Spread, after: Spread, rounds: number): number {
  if (before.min <= after.max && after.min <= before.max) return Infinity;
  const few = rounds < ROUNDS_LEAST ? NOISE_OF_FEW_ROUNDS : 0;
  return Math.max(NOISE_LEAST, few, relativeRange(before), relativeRange(after));
}

/** Memory does not depend on how fast the machine is. */
const OF_THE_PROGRAM_ALONE: readonly Metric[] = ["kibibytesPerConnectionWarm"];

/** Those that have the figure in both runs. */
function referencesFor(metric: Metric, { earlier, later, references, pattern }: Pair): string[] {
  if (OF_THE_PROGRAM_ALONE.includes(metric)) return [];
  return references.filter((name) =>
    [earlier, later].every((run) => valuesOf(rowOf(run, pattern, name), metric).length > 0),
  );
}

/** The figure of each round, in terms of the mean of the references' in that round; as it is without any. */
function seriesOf(
  run: Results,
  { pattern, server, metric, references }: Omit<Pair, "earlier" | "later"> & { metric: Metric },
): number[] {
  const own = rowOf(run, pattern, server);
  if (own === undefined || outcomeOf(own) !== "ok") return [];
  return own.samples.flatMap(({ round, figures }) => {
    const value = figures?.[metric];
    if (value === undefined) return [];
    const theirs = references.map(
      (name) =>
        rowOf(run, pattern, name)?.samples.find((sample) => sample.round === round)?.figures?.[
          metric
        ],
    );
    // A round in which one of them is missing would be measured by another yardstick.
    if (theirs.some((one) => one === undefined || one === 0)) return [];
    return [value / (geometricMean(theirs.filter((one) => one !== undefined)) ?? 1)];
  });
}

function roundsOf(run: Results, { pattern, server }: Pair): number {
  return rowOf(run, pattern, server)?.samples.length ?? 0;
}

/** For a person. */
export function describeVerdict({ worse, better, compared, references }: Verdict): string {
  const machine =
    references.length === 0
      ? "no other server is in both runs, so how fast the machine was is in them"
      : `how fast the machine was is taken off, as ${references.join(", ")} saw it`;
  const lines = [
    `${compared} figures compared; ${machine}.`,
    ...worse.map(({ text }) => `WORSE   ${text}`),
    ...better.map(({ text }) => `better  ${text}`),
    worse.length === 0 ? "Nothing got worse beyond the noise." : `${worse.length} got worse.`,
  ];
  return `${lines.join("\n")}\n`;
}

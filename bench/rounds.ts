// Runs the plan round by round, each server after the other, and gathers the samples.
import type { Buckets } from "./load/histogram.ts";
import { measure, type MeasureOptions, type Sample } from "./measure.ts";
import type { Cell } from "./plan.ts";
import type { RoundSample, Row } from "./report/results.ts";

export type RoundsOptions = MeasureOptions & {
  readonly rounds: number;
  /** No measurement begins later than this. */
  readonly budgetSeconds: number;
  /** One more round, in which system calls are counted. */
  readonly countSystemCalls: boolean;
  readonly progress: Progress;
};

export type Progress = {
  begins(cell: Cell, place: Place): void;
  ended(cell: Cell, place: Place, sample: Sample): void;
};

export type Place = {
  /** One more than there are: the one in which system calls are counted. */
  readonly round: number;
  readonly rounds: number;
  /** Measurements that were done before this one, and all that there are. */
  readonly done: number;
  readonly all: number;
};

type Gathered = {
  readonly cell: Cell;
  readonly samples: RoundSample[];
  readonly latencies: Buckets[];
};

/**
 * A round of all patterns and servers after the other, so that a slow minute of the machine meets them all. A row that
 * went wrong once is wrong, and is not run again: a stall costs seconds.
 */
export async function runRounds(
  cells: readonly Cell[],
  options: RoundsOptions,
): Promise<{ readonly rows: readonly Row[]; readonly leftOut: readonly string[] }> {
  const { rounds, progress, countSystemCalls } = options;
  const all = cells.map((cell) => gathering(cell));
  const end = performance.now() + options.budgetSeconds * 1e3;
  const total = (rounds + (countSystemCalls ? 1 : 0)) * all.length;
  let done = 0;
  let late = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const { cell, samples, latencies } of all) {
      if (samples.some(({ outcome }) => outcome !== "ok")) continue;
      if (performance.now() > end) {
        late++;
        continue;
      }
      const place = { round, rounds, done: done++, all: total };
      progress.begins(cell, place);
      const sample = await measure(cell.server, cell.pattern, options);
      progress.ended(cell, place, sample);
      samples.push({ round, ...withoutLatencies(sample) });
      if (sample.outcome === "ok") latencies.push(sample.latencies);
    }
  }
  for (const one of countSystemCalls ? all : []) {
    progress.begins(one.cell, { round: rounds + 1, rounds, done: done++, all: total });
    await countCalls(one, options);
  }
  const leftOut = late === 0 ? [] : [`${late} measurements: the time was over`];
  const rows = all.filter(({ samples }) => samples.length > 0).map(rowFrom);
  return { rows, leftOut };
}

function gathering(cell: Cell): Gathered {
  return { cell, samples: [], latencies: [] };
}

/** strace slows a server down: this run tells nothing but the calls, and these for a server that is slowed down. */
async function countCalls({ cell, samples }: Gathered, options: RoundsOptions): Promise<void> {
  const last = samples.at(-1);
  if (last?.outcome !== "ok" || last.figures === null) return;
  const { figures } = await measure(cell.server, cell.pattern, { ...options, trace: true });
  const systemCallsPerMessage = figures?.systemCallsPerMessage;
  if (systemCallsPerMessage === undefined) return;
  samples[samples.length - 1] = { ...last, figures: { ...last.figures, systemCallsPerMessage } };
}

function withoutLatencies({ outcome, problem, figures }: Sample): Omit<RoundSample, "round"> {
  return { outcome, problem, figures };
}

function rowFrom({ cell, samples, latencies }: Gathered): Row {
  return {
    pattern: cell.pattern.name,
    server: cell.server.name,
    samples,
    latencies,
  };
}

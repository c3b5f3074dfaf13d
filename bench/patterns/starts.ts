// What it costs that sessions begin: one after another, many at once, or each by itself.
import { Crowd, resultOf } from "../load/crowd.ts";
import type { LoadResult } from "../load/figures.ts";
import { Histogram } from "../load/histogram.ts";
import { Meter } from "../load/meter.ts";
import type { RunOptions } from "../load/options.ts";
import { firstEcho } from "../load/visits.ts";
import { ECHO_PROGRAM, type Pattern } from "./pattern.ts";

/** Clients that come and go at the same time. */
const CHURNING = 4;
/** Between two storms, and after one client alone: the server ends the last programs, or starts new spare ones. */
const STORM_PAUSE_MS = 200;
const ALONE_PAUSE_MS = 25;

type Round = (crowd: Crowd, latencies: Histogram) => Promise<void>;

export const churn: Pattern = startsPattern({
  name: "churn",
  about: "4 clients at a time: connect, one echo, close, again",
  connections: CHURNING,
  quick: false,
  /** Each of them until the time is over. */
  async measure(crowd, latencies, { durationSeconds }) {
    const begin = Bun.nanoseconds();
    const end = begin + durationSeconds * 1e9;
    async function comeAndGo(): Promise<void> {
      while (Bun.nanoseconds() < end) {
        const { connection } = await firstEcho(crowd, latencies);
        await crowd.leave(connection);
      }
    }
    await Promise.all(Array.from({ length: CHURNING }, comeAndGo));
    return (Bun.nanoseconds() - begin) / 1e9;
  },
});

export const firstEchoAlone: Pattern = startsPattern({
  name: "first-echo",
  about: "connect to first echo, one client at a time, with pauses",
  connections: 1,
  quick: true,
  measure: (crowd, latencies, options) =>
    repeated(options, ALONE_PAUSE_MS, async () => {
      const { connection, seconds } = await firstEcho(crowd, latencies);
      await crowd.leave(connection);
      return seconds;
    }),
});

export function stormPattern(connections: number): Pattern {
  const once: Round = async (crowd, latencies) => {
    const all = Array.from({ length: connections }, () => firstEcho(crowd, latencies));
    await Promise.all((await Promise.all(all)).map(({ connection }) => crowd.leave(connection)));
  };
  return startsPattern({
    name: `storm-${connections}`,
    about: `${connections} clients connect at once; until each has its first echo`,
    connections,
    quick: false,
    measure: (crowd, latencies, options) =>
      repeated(options, STORM_PAUSE_MS, async () => {
        const ofThis = new Histogram();
        await once(crowd, ofThis);
        latencies.merge(ofThis.buckets());
        return ofThis.maxMicroseconds / 1e6;
      }),
  });
}

type StartsShape = Pick<Pattern, "name" | "about" | "connections" | "quick"> & {
  /** Returns the seconds that the server was at work. */
  readonly measure: (crowd: Crowd, latencies: Histogram, options: RunOptions) => Promise<number>;
};

/** A message is a session here: its one echo. */
function startsPattern({ measure, ...shape }: StartsShape): Pattern {
  async function measured(options: RunOptions): Promise<LoadResult> {
    const latencies = new Histogram();
    const crowd = new Crowd(options);
    const run = await crowd.run(async () => {
      const warmup = { ...options, durationSeconds: options.warmupSeconds };
      if (options.warmupSeconds > 0) await measure(crowd, latencies, warmup);
      const meter = new Meter(options);
      await meter.begin();
      latencies.reset();
      const seconds = await measure(crowd, latencies, options);
      const messages = latencies.count;
      const figures = await meter.end(() => ({ seconds, messages, latencies }));
      return { figures, latencies: latencies.buckets() };
    });
    return resultOf(run);
  }
  return { ...shape, kind: "starts", program: ECHO_PROGRAM, needs: [], run: measured };
}

/** Runs `once` at least once and until the time is over, with pauses; returns the sum of what it returns. */
async function repeated(
  { durationSeconds }: RunOptions,
  pauseMs: number,
  once: () => Promise<number>,
): Promise<number> {
  const end = Bun.nanoseconds() + durationSeconds * 1e9;
  let seconds = 0;
  do {
    seconds += await once();
    await Bun.sleep(pauseMs);
  } while (Bun.nanoseconds() < end);
  return seconds;
}

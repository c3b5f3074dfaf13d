// Runs connections against one server for a while and returns what was measured.
import { Connection } from "./connection.ts";
import { Histogram } from "./histogram.ts";
import type { LoadOptions } from "./options.ts";
import { cpuMicroseconds, residentKibibytes } from "./process-usage.ts";

/** So many handshakes at once: below every listen backlog, and a service is started for each. */
const HANDSHAKES_AT_ONCE = 64;
/** How often the connections are looked at in the time after which one has stalled. */
const LOOKS_IN_A_STALL = 8;

export type Problem = { readonly kind: "stalled" | "failed"; readonly text: string };

export type Figures = {
  readonly seconds: number;
  readonly messages: number;
  readonly messagesPerSecond: number;
  /** Payload, one direction, in 10^6 bytes. */
  readonly megabytesPerSecond: number;
  readonly latencyMicroseconds: {
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
  /** Of the process given by its pid, without its children. */
  readonly serverCpuMicrosecondsPerMessage: number | null;
  readonly serverResidentKibibytes: number | null;
  /** CPU of the generator itself; near 1 it may be what limits the rate. */
  readonly generatorCores: number;
};

export type LoadResult = {
  readonly outcome: "ok" | Problem["kind"];
  readonly problem: string | null;
  /** All messages that came back whole, the warm-up's too. */
  readonly echoes: number;
  readonly figures: Figures | null;
};

export type Run<T> = { readonly result: T | Problem; readonly echoes: number };

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const histogram = new Histogram();
  const { result, echoes } = await withConnections(options, histogram, async (connections) => {
    for (const connection of connections) connection.start();
    await Bun.sleep(options.warmupSeconds * 1e3);
    histogram.reset();
    const begin = takeReading(options.pid);
    await Bun.sleep(options.durationSeconds * 1e3);
    const figures = figuresOf(options, histogram, begin);
    await Promise.all(connections.map((connection) => connection.settle()));
    return figures;
  });
  if ("kind" in result)
    return { outcome: result.kind, problem: result.text, echoes, figures: null };
  return { outcome: "ok", problem: null, echoes, figures: result };
}

/** Opens the connections, lets `measure` use them, and closes them; ends at the first problem of any of them. */
export async function withConnections<T>(
  options: LoadOptions,
  histogram: Histogram,
  measure: (connections: readonly Connection[]) => Promise<T>,
): Promise<Run<T>> {
  const problem = Promise.withResolvers<Problem>();
  const connections: Connection[] = [];
  const watch = setInterval(
    () => {
      const stalled = findStalled(connections, options.stallSeconds);
      if (stalled === undefined) return;
      const text = `stalled after ${countEchoes(connections)} messages: connection ${stalled} got nothing for ${options.stallSeconds} s`;
      problem.resolve({ kind: "stalled", text });
    },
    (options.stallSeconds * 1e3) / LOOKS_IN_A_STALL,
  );
  let ended = false;
  async function openSome(): Promise<void> {
    while (connections.length < options.connections && !ended) {
      const connection = new Connection({
        ...options,
        index: connections.length,
        onEchoes: (count, microseconds) => histogram.record(microseconds, count),
        onProblem: (text) => problem.resolve({ kind: "failed", text }),
      });
      connections.push(connection);
      await connection.open();
    }
  }
  async function run(): Promise<T> {
    await Promise.all(Array.from({ length: HANDSHAKES_AT_ONCE }, openSome));
    return measure(connections);
  }
  const result = await Promise.race([run(), problem.promise]);
  ended = true;
  clearInterval(watch);
  const echoes = countEchoes(connections);
  await Promise.all(connections.map((connection) => connection.close()));
  return { result, echoes };
}

type Reading = {
  readonly nanoseconds: number;
  readonly cpu: number | undefined;
  readonly own: number;
};

function takeReading(pid: number | undefined): Reading {
  return {
    nanoseconds: Bun.nanoseconds(),
    cpu: pid === undefined ? undefined : cpuMicroseconds(pid),
    own: cpuMicroseconds(process.pid) ?? 0,
  };
}

function figuresOf(options: LoadOptions, histogram: Histogram, begin: Reading): Figures {
  const end = takeReading(options.pid);
  const seconds = (end.nanoseconds - begin.nanoseconds) / 1e9;
  const messages = histogram.count;
  const cpu = end.cpu === undefined || begin.cpu === undefined ? NaN : end.cpu - begin.cpu;
  const resident = options.pid === undefined ? undefined : residentKibibytes(options.pid);
  return {
    seconds,
    messages,
    messagesPerSecond: messages / seconds,
    megabytesPerSecond: (messages * options.size) / seconds / 1e6,
    latencyMicroseconds: {
      p50: histogram.quantile(0.5),
      p99: histogram.quantile(0.99),
      max: histogram.maxMicroseconds,
    },
    serverCpuMicrosecondsPerMessage: Number.isFinite(cpu / messages) ? cpu / messages : null,
    serverResidentKibibytes: resident ?? null,
    generatorCores: (end.own - begin.own) / 1e6 / seconds,
  };
}

function countEchoes(connections: readonly Connection[]): number {
  return connections.reduce((sum, connection) => sum + connection.completed, 0);
}

/** The number of a connection that is owed something for too long. */
function findStalled(connections: readonly Connection[], seconds: number): number | undefined {
  const since = Bun.nanoseconds() - seconds * 1e9;
  const found = connections.findIndex((one) => one.owed && one.progressNanoseconds < since);
  return found < 0 ? undefined : found;
}

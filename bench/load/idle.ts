// Opens connections that then stay idle and returns what they cost the server.
import { Histogram } from "./histogram.ts";
import { withConnections, type LoadResult } from "./load.ts";
import type { LoadOptions } from "./options.ts";
import { cpuMicroseconds, residentKibibytes } from "./process-usage.ts";

export type IdleFigures = {
  readonly residentBeforeKibibytes: number;
  readonly residentAfterKibibytes: number;
  /** From the server as it was found: what it does once, at its first connections, counts too. */
  readonly kibibytesPerConnection: number;
  /** From the server after its first WARMUP_CONNECTIONS have come and gone. */
  readonly kibibytesPerConnectionWarm: number;
  /** While nothing was sent. */
  readonly cores: number;
};

export type IdleResult = Omit<LoadResult, "figures"> & { readonly figures: IdleFigures | null };

export type IdleOptions = LoadOptions & { readonly pid: number; readonly silent: boolean };

/** Enough for a server to have run all of its code once. */
const WARMUP_CONNECTIONS = 20;
/** What the server may take to let go of a connection that has ended. */
const SETTLE_MS = 1000;

export async function runIdle(options: IdleOptions): Promise<IdleResult> {
  const before = reading(options.pid);
  await withConnections(
    { ...options, connections: WARMUP_CONNECTIONS, window: 1 },
    new Histogram(),
    async (connections) => {
      for (const connection of connections) connection.send(1);
      await Promise.all(connections.map((connection) => connection.settle()));
    },
  );
  await Bun.sleep(SETTLE_MS);
  const warm = reading(options.pid);
  const { result, echoes } = await withConnections(
    { ...options, window: 1 },
    new Histogram(),
    async (connections) => {
      if (!options.silent) {
        for (const connection of connections) connection.send(1);
        await Promise.all(connections.map((connection) => connection.settle()));
      }
      const begin = reading(options.pid);
      await Bun.sleep(options.durationSeconds * 1e3);
      const end = reading(options.pid);
      const grown = end.resident - before.resident;
      return {
        residentBeforeKibibytes: before.resident,
        residentAfterKibibytes: end.resident,
        kibibytesPerConnection: grown / options.connections,
        kibibytesPerConnectionWarm: (end.resident - warm.resident) / options.connections,
        cores: ((end.cpu - begin.cpu) / 1e3 / (end.nanoseconds - begin.nanoseconds)) * 1e6,
      };
    },
  );
  if ("kind" in result)
    return { outcome: result.kind, problem: result.text, echoes, figures: null };
  return { outcome: "ok", problem: null, echoes, figures: result };
}

function reading(pid: number): { resident: number; cpu: number; nanoseconds: number } {
  const resident = residentKibibytes(pid) ?? NaN;
  const cpu = cpuMicroseconds(pid) ?? NaN;
  return { resident, cpu, nanoseconds: Bun.nanoseconds() };
}

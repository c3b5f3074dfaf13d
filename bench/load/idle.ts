// Opens connections that then stay idle and returns what they cost the server.
import { Crowd, resultOf } from "./crowd.ts";
import type { LoadResult } from "./figures.ts";
import { numberedMessages } from "./message-window.ts";
import { known } from "./meter.ts";
import type { RunOptions } from "./options.ts";
import { cpuMicroseconds, residentKibibytes } from "./process-usage.ts";

export type IdleOptions = RunOptions & {
  readonly connections: number;
  /** No echo before the measurement. */
  readonly silent: boolean;
};

/** Enough for a server to have run all of its code once. */
const WARMUP_CONNECTIONS = 20;
/** What the server may take to let go of a connection that has ended. */
const SETTLE_MS = 1000;

type NoFigures = Pick<LoadResult, "figures" | "latencies">;
const NOTHING: NoFigures = { figures: null, latencies: [] };

const ECHO = {
  newMessages: numberedMessages({ size: 64, window: 1, binary: false }),
  onEchoes: () => {},
};

/** Without a process in the options there is nothing to tell. */
export async function runIdle(options: IdleOptions): Promise<LoadResult> {
  const before = reading(options.pid);
  const warmup = await new Crowd(options).run((crowd) =>
    openAndEcho(crowd, WARMUP_CONNECTIONS, false),
  );
  if ("kind" in warmup.result) return resultOf(warmup);
  await Bun.sleep(SETTLE_MS);
  const warm = reading(options.pid);
  const { connections: count } = options;
  const run = await new Crowd(options).run(async (crowd) => {
    await openAndEcho(crowd, count, options.silent);
    const begin = reading(options.pid);
    await Bun.sleep(options.durationSeconds * 1e3);
    const end = reading(options.pid);
    const figures = known({
      residentKibibytes: end.resident,
      kibibytesPerConnection: (end.resident - before.resident) / count,
      kibibytesPerConnectionWarm: (end.resident - warm.resident) / count,
      idleCores: (end.cpu - begin.cpu) / ((end.nanoseconds - begin.nanoseconds) / 1e3),
    });
    return { figures, latencies: [] };
  });
  return resultOf(run);
}

async function openAndEcho(crowd: Crowd, count: number, silent: boolean): Promise<NoFigures> {
  const connections = await crowd.open(count, ECHO);
  if (silent) return NOTHING;
  for (const connection of connections) connection.send(1);
  await Promise.all(connections.map((connection) => connection.settle()));
  return NOTHING;
}

function reading(pid: number | undefined): {
  resident: number;
  cpu: number;
  nanoseconds: number;
} {
  const resident = (pid === undefined ? undefined : residentKibibytes(pid)) ?? NaN;
  const cpu = (pid === undefined ? undefined : cpuMicroseconds(pid)) ?? NaN;
  return { resident, cpu, nanoseconds: Bun.nanoseconds() };
}

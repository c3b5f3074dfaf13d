// Measures one server under one load, with the load generator as a process of its own.
import type { IdleResult } from "../load/idle.ts";
import type { LoadResult } from "../load/load.ts";
import { startChild } from "./children.ts";
import type { Load } from "./loads.ts";
import type { Server } from "./servers.ts";

const GENERATOR = `${import.meta.dir}/../load/main.ts`;
/** How long idle connections are left alone before the server's memory is read. */
const IDLE_SECONDS = 1;

/** What one round gave: numbers by their column's name, none where it does not apply. */
export type Sample = {
  readonly outcome: LoadResult["outcome"];
  readonly problem: string | null;
  readonly messagesPerSecond?: number;
  readonly megabytesPerSecond?: number;
  readonly p50Microseconds?: number;
  readonly p99Microseconds?: number;
  readonly cpuMicrosecondsPerMessage?: number;
  readonly kibibytesPerConnection?: number;
  readonly kibibytesPerConnectionWarm?: number;
  readonly generatorCores?: number;
};

/** Never rejects: a server that cannot be measured is a failed sample. */
export async function measure(
  server: Server,
  load: Load,
  durationSeconds: number,
): Promise<Sample> {
  try {
    const { url, pid, stop } = await server.start();
    try {
      return await generate(load, [
        `--url=${url}`,
        `--pid=${pid}`,
        `--duration=${load.idle ? IDLE_SECONDS : durationSeconds}`,
      ]);
    } finally {
      await stop();
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", problem };
  }
}

async function generate(load: Load, argv: readonly string[]): Promise<Sample> {
  const { connections, size, window } = load;
  const shape = [`--connections=${connections}`, `--size=${size}`, `--window=${window}`];
  const mode = load.idle ? ["--idle", "--json"] : ["--json"];
  const command = [process.execPath, GENERATOR, ...argv, ...shape, ...mode];
  const child = startChild(command, "pipe");
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if (out === "") throw new Error(`the load generator said: ${err.trim()}`);
  return load.idle ? idleSample(JSON.parse(out)) : loadSample(JSON.parse(out));
}

function loadSample({ outcome, problem, figures }: LoadResult): Sample {
  if (figures === null) return { outcome, problem };
  const { messagesPerSecond, megabytesPerSecond, latencyMicroseconds, generatorCores } = figures;
  return {
    outcome,
    problem,
    messagesPerSecond,
    megabytesPerSecond,
    p50Microseconds: latencyMicroseconds.p50,
    p99Microseconds: latencyMicroseconds.p99,
    cpuMicrosecondsPerMessage: figures.serverCpuMicrosecondsPerMessage ?? undefined,
    generatorCores,
  };
}

function idleSample({ outcome, problem, figures }: IdleResult): Sample {
  if (figures === null) return { outcome, problem };
  const { kibibytesPerConnection, kibibytesPerConnectionWarm } = figures;
  return { outcome, problem, kibibytesPerConnection, kibibytesPerConnectionWarm };
}

// Measures one server under one pattern, with the load generator as a process of its own.
import type { LoadResult } from "./load/figures.ts";
import type { Pattern } from "./patterns/pattern.ts";
import type { CertificateFiles } from "./servers/certificate.ts";
import { startChild } from "./servers/children.ts";
import type { Server } from "./servers/server.ts";

const GENERATOR = `${import.meta.dir}/load/main.ts`;
/** Beside the measured time: 5,000 programs start, and a stall is waited for twice. */
const EXTRA_WAIT_MS = 120_000;

export type MeasureOptions = {
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  readonly stallSeconds: number;
  readonly certificate: CertificateFiles | undefined;
  /** Echoes a second; undefined: as the pattern says. */
  readonly rate: number | undefined;
  /** Only count system calls. */
  readonly trace: boolean;
};

/** What one round gave. */
export type Sample = Pick<LoadResult, "outcome" | "problem" | "figures" | "latencies">;

/** Never rejects: a server that cannot be measured is a failed sample. */
export async function measure(
  server: Server,
  pattern: Pattern,
  options: MeasureOptions,
): Promise<Sample> {
  try {
    const { url, pid, stop } = await server.start({
      program: pattern.program,
      tls: pattern.needs.includes("tls") ? options.certificate : undefined,
      deflate: pattern.needs.includes("deflate"),
    });
    try {
      return await generate([`--url=${url}`, `--pid=${pid}`, `--pattern=${pattern.name}`], options);
    } finally {
      await stop();
    }
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

async function generate(words: readonly string[], options: MeasureOptions): Promise<Sample> {
  const { durationSeconds, warmupSeconds, stallSeconds, trace, rate } = options;
  const times = [`--duration=${durationSeconds}`, `--warmup=${warmupSeconds}`];
  const all = [...words, ...times, `--stall=${stallSeconds}`, "--json"];
  if (trace) all.push("--trace");
  if (rate !== undefined) all.push(`--rate=${rate}`);
  const child = startChild([process.execPath, GENERATOR, ...all], { stdout: "pipe" });
  const waitMs = (durationSeconds + warmupSeconds + 2 * stallSeconds) * 1e3 + EXTRA_WAIT_MS;
  const deadline = setTimeout(() => child.kill("SIGKILL"), waitMs);
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  clearTimeout(deadline);
  if (out === "") return failed(`the load generator said: ${err.trim() || "nothing"}`);
  const { outcome, problem, figures, latencies } = JSON.parse(out) as LoadResult;
  return { outcome, problem, figures, latencies };
}

function failed(problem: string): Sample {
  return { outcome: "failed", problem, figures: null, latencies: [] };
}

// `bun run bench`: measures websockd beside other servers and writes tables, a file of results and a page with plots.
import { cpus, release } from "node:os";
import { parseBench, type BenchOptions } from "./command-line.ts";
import { thisMachine } from "./limits.ts";
import { planFor } from "./plan.ts";
import { progressOn } from "./progress.ts";
import { pivotTables } from "./report/pivot.ts";
import { pageFor } from "./report/page.ts";
import { compareRuns, describeVerdict } from "./report/against.ts";
import { readResults, RESULTS_VERSION, type Results } from "./report/results.ts";
import { figuresTable, ratiosTable } from "./report/table.ts";
import { runRounds } from "./rounds.ts";
import { makeCertificate } from "./servers/certificate.ts";
import { killChildren } from "./servers/children.ts";
import type { Server } from "./servers/server.ts";
import { findServers } from "./servers/servers.ts";

for (const [signal, code] of [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(signal, () => process.exit(code));
}
process.on("exit", killChildren);
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseBench(argv);
  if (parsed.kind === "help") {
    process.stdout.write(parsed.text);
    return 0;
  }
  if (parsed.kind === "error") return usage(parsed.text);
  const { options } = parsed;
  try {
    // Read first: a file that is not there is not worth an hour.
    const earlier = options.against === undefined ? null : await readResults(options.against);
    const results = await benchmark(options);
    process.stdout.write(options.markdown ? pivotTables(results) : tables(results));
    await writeFiles(results, options);
    if (earlier === null) return 0;
    const verdict = compareRuns(earlier, results);
    process.stdout.write(`\n${describeVerdict(verdict)}`);
    return verdict.worse.length > 0 ? 1 : 0;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function usage(text: string): number {
  process.stderr.write(`${text}\nTry --help.\n`);
  return 2;
}

async function benchmark(options: BenchOptions): Promise<Results> {
  const { patterns, rounds, durationSeconds } = options;
  const found = findServers(options);
  const servers = chosen(found.servers, options.servers);
  using certificate = patterns.some(({ needs }) => needs.includes("tls"))
    ? makeCertificate()
    : undefined;
  // `using` does not see an exit by a signal.
  process.once("exit", () => certificate?.[Symbol.dispose]());
  const hasCertificate = certificate !== undefined;
  const plan = planFor({ patterns, servers, machine: thisMachine(), hasCertificate });
  const planned = [...found.leftOut, ...plan.leftOut];
  for (const line of planned) process.stderr.write(`left out: ${line}\n`);
  const progress = progressOn(process.stderr);
  const { rows, leftOut } = await runRounds(plan.cells, {
    ...options,
    certificate,
    progress,
    trace: false,
  });
  progress.finish();
  for (const line of leftOut) process.stderr.write(`left out: ${line}\n`);
  return {
    version: RESULTS_VERSION,
    date: new Date().toISOString(),
    machine: machineText(),
    rounds,
    durationSeconds,
    patterns: patterns
      .filter(({ name }) => rows.some((row) => row.pattern === name))
      .map(({ name, kind, about, connections, size }) => {
        return { name, kind, about, connections, ...(size === undefined ? {} : { size }) };
      }),
    servers: servers
      .filter(({ name }) => rows.some((row) => row.server === name))
      .map(({ name, about, judged }) => ({ name, about, judged })),
    rows,
    leftOut: [...planned, ...leftOut],
  };
}

function chosen(servers: readonly Server[], names: readonly string[] | undefined): Server[] {
  const unknown = names?.find((name) => !servers.some((server) => server.name === name));
  if (unknown !== undefined) throw new Error(`--servers: there is no "${unknown}"`);
  return servers.filter(({ name }) => names === undefined || names.includes(name));
}

function tables(results: Results): string {
  const ratios = ratiosTable(results);
  const title = "Ratios, pair by pair in each round: median (least-largest)";
  return `${figuresTable(results)}${ratios === "" ? "" : `\n${title}\n\n${ratios}`}`;
}

async function writeFiles(results: Results, { json, html }: BenchOptions): Promise<void> {
  if (json !== undefined) await Bun.write(json, `${JSON.stringify(results)}\n`);
  if (html !== undefined) await Bun.write(html, await pageFor(results));
}

function machineText(): string {
  const model = cpus()[0]?.model ?? "unknown processor";
  return `${cpus().length} x ${model}, Linux ${release().split("-")[0]}, Bun ${Bun.version}`;
}

// The load generator's command: argv in, a report and an exit code out.
import { PATTERNS } from "../patterns/table.ts";
import type { LoadResult } from "./figures.ts";
import { runIdle } from "./idle.ts";
import { runLoad } from "./load.ts";
import { HELP, parseCommandLine, type CommandLine } from "./options.ts";
import { residentKibibytes } from "./process-usage.ts";
import { describeResult } from "./report.ts";

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseCommandLine(argv);
  if (parsed.kind === "help") {
    process.stdout.write(HELP);
    return 0;
  }
  if (parsed.kind === "error") {
    process.stderr.write(`${parsed.text}\nTry --help.\n`);
    return 2;
  }
  const { load, json } = parsed.commandLine;
  if (load.pid !== undefined && residentKibibytes(load.pid) === undefined) {
    process.stderr.write(`No process ${load.pid}: see --pid.\n`);
    return 2;
  }
  const running = start(parsed.commandLine);
  if (running === undefined) {
    const names = PATTERNS.map(({ name }) => name).join(", ");
    process.stderr.write(`--pattern=${parsed.commandLine.pattern}: there are ${names}\n`);
    return 2;
  }
  const result = await running;
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (result.problem === null) {
    process.stdout.write(describeResult(parsed.commandLine, result));
  }
  if (result.problem !== null) process.stderr.write(`${load.url.href}: ${result.problem}\n`);
  return result.outcome === "ok" ? 0 : 1;
}

/** Undefined when there is no such pattern. */
function start({ load, pattern, idle, silent }: CommandLine): Promise<LoadResult> | undefined {
  if (pattern !== undefined) return PATTERNS.find(({ name }) => name === pattern)?.run(load);
  return idle ? runIdle({ ...load, silent }) : runLoad(load);
}

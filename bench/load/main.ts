// The load generator's command: argv in, a report and an exit code out.
import { runIdle, type IdleResult } from "./idle.ts";
import { runLoad, type LoadResult } from "./load.ts";
import { HELP, parseCommandLine, type CommandLine } from "./options.ts";
import { residentKibibytes } from "./process-usage.ts";

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
  const { load, idle, silent, json } = parsed.commandLine;
  if (load.pid !== undefined && residentKibibytes(load.pid) === undefined) {
    process.stderr.write(`No process ${load.pid}: see --pid.\n`);
    return 2;
  }
  const pid = load.pid ?? 0;
  const result = idle ? await runIdle({ ...load, pid, silent }) : await runLoad(load);
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (result.problem === null) process.stdout.write(describe(parsed.commandLine, result));
  if (result.problem !== null) process.stderr.write(`${load.url.href}: ${result.problem}\n`);
  return result.outcome === "ok" ? 0 : 1;
}

function describe({ load }: CommandLine, { figures }: LoadResult | IdleResult): string {
  const heading = `${load.url.href}  ${load.connections} connections`;
  if (figures === null) return `${heading}\n`;
  if ("cores" in figures) {
    return [
      `${heading}, idle`,
      `  server     ${grouped(figures.residentBeforeKibibytes)} KiB before, ${grouped(figures.residentAfterKibibytes)} KiB after`,
      `  connection ${figures.kibibytesPerConnection.toFixed(1)} KiB, ${figures.kibibytesPerConnectionWarm.toFixed(1)} KiB after a warm-up`,
      `  CPU        ${(figures.cores * 100).toFixed(1)} % of a core while idle\n`,
    ].join("\n");
  }
  const { p50, p99, max } = figures.latencyMicroseconds;
  const cpu = figures.serverCpuMicrosecondsPerMessage;
  const resident = figures.serverResidentKibibytes;
  const lines = [
    `${heading} x ${load.size} bytes, ${load.window} in flight, ${figures.seconds.toFixed(2)} s`,
    `  rate       ${grouped(figures.messagesPerSecond)} messages/s, ${figures.megabytesPerSecond.toFixed(1)} MB/s`,
    `  latency    p50 ${p50.toFixed(1)} us, p99 ${p99.toFixed(1)} us, max ${max.toFixed(1)} us`,
    `  generator  ${(figures.generatorCores * 100).toFixed(0)} % of a core`,
  ];
  if (cpu !== null) lines.push(`  server     ${cpu.toFixed(3)} us CPU a message`);
  if (resident !== null) lines.push(`  memory     ${grouped(resident)} KiB`);
  return `${lines.join("\n")}\n`;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

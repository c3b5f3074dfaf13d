// How long a start takes until the server listens: from source and compiled, beside what Bun itself takes, by turns.
//
// bun bench/start.ts [ROUNDS] [OTHER...]
//
// OTHER is another tree's src/main.ts, or another binary, to be compared with. Each round starts each of them once, and
// kills it when it has said that it listens.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileProgram } from "../scripts/build/compile.ts";
import { spreadOf } from "./report/statistics.ts";

const ROOT = join(import.meta.dir, "..");
/** Whoever is left over when this ends leaves by itself. */
const WORDS = ["--port=0", "--address=127.0.0.1", "--exit-idle=10s", "cat"];
/** What a server of one line takes: the least that there can be. */
const YARDSTICK =
  'Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } }); console.error("listens on")';

interface Started {
  readonly wallMs: number;
  /** User and system time of all its threads. */
  readonly cpuMs: number;
}

async function start(command: readonly string[]): Promise<Started> {
  const begunAt = performance.now();
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  let said = "";
  let wallMs: number | null = null;
  for await (const chunk of child.stderr) {
    said += Buffer.from(chunk).toString();
    if (!said.includes("listens on")) continue;
    wallMs = performance.now() - begunAt;
    break;
  }
  child.kill("SIGKILL");
  await child.exited;
  if (wallMs === null) throw new Error(`${command.join(" ")} does not listen: ${said}`);
  return { wallMs, cpuMs: Number(child.resourceUsage()!.cpuTime.total) / 1000 };
}

const [rounds = "20", ...others] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), "websockd-start-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
const binary = join(directory, "websockd");
compileProgram(binary);
const commandOf = (program: string) => {
  const isSource = program.endsWith(".ts");
  return [...(isSource ? [process.execPath] : []), program, ...WORDS];
};
const commands: readonly (readonly [name: string, command: readonly string[]])[] = [
  ["bun -e", [process.execPath, "-e", YARDSTICK]],
  ["from source", commandOf(join(ROOT, "src/main.ts"))],
  ["compiled", commandOf(binary)],
  ...others.map((program) => [program, commandOf(program)] as const),
];
const results = commands.map(() => [] as Started[]);
for (let round = -1; round < Number(rounds); round++) {
  for (const [i, [, command]] of commands.entries()) {
    const started = await start(command);
    if (round >= 0) results[i]!.push(started); // the first fills caches
  }
}

const width = Math.max(...commands.map(([name]) => name.length));
const columns = ["least ms", "median ms", "CPU least", "CPU median", "to bun -e"];
console.log(" ".repeat(width) + columns.map((column) => column.padStart(12)).join(""));
for (const [i, [name]] of commands.entries()) {
  const wall = spreadOf(results[i]!.map(({ wallMs }) => wallMs))!;
  const cpu = spreadOf(results[i]!.map(({ cpuMs }) => cpuMs))!;
  const ratios = results[i]!.map(({ wallMs }, round) => wallMs / results[0]![round]!.wallMs);
  const figures = [wall.min, wall.median, cpu.min, cpu.median].map((value) => value.toFixed(1));
  const cells = [...figures, `x ${spreadOf(ratios)!.median.toFixed(1)}`];
  console.log(name.padEnd(width) + cells.map((cell) => cell.padStart(12)).join(""));
}
process.exit(0);

// `bun run check`: everything that must hold before a change lands; its last line counts what did.

import { availableParallelism } from "node:os";

/** A step that is not a test counts as one. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const BUN = process.execPath;
const ROOT = `${import.meta.dir}/..`;

const STEPS: readonly (readonly [name: string, ...command: string[]])[] = [
  ["development dependencies from the lockfile", BUN, "install", "--frozen-lockfile"],
  ["format", BUN, "fmt", "--check", "--no-script"],
  ["lint", BUN, "node_modules/oxlint/bin/oxlint", "--deny-warnings"],
  ["types", BUN, "check", "--no-script"],
];

/** Milliseconds for a test that says nothing else: a busy machine takes more than Bun's five seconds for a few processes. */
const TEST_TIMEOUT_MS = 60_000;

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, ...command] of STEPS) {
  const ok = (await run(command)).status === 0;
  counts[ok ? "passed" : "failed"]++;
  console.log(`${ok ? "ok" : "FAILED"}: ${name}`);
}
await runTests();
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(counts.failed === 0 ? 0 : 1);

/**
 * The kernel's rebuild-and-compare is one of the tests. They are run in two halves at once: most of them wait for processes
 * more than they compute.
 */
async function runTests(): Promise<void> {
  const halves = availableParallelism() > 1 ? ["1/2", "2/2"] : ["1/1"];
  const runs = halves.map((half, i) => {
    const command = [BUN, "test", `--timeout=${TEST_TIMEOUT_MS}`, `--shard=${half}`];
    // One is shown as it comes, the other when that is over: nobody could read both at once.
    return run(command, { isShown: i === 0 });
  });
  for (const [i, ended] of runs.entries()) {
    const { status, output } = await ended;
    if (i > 0) process.stdout.write(output);
    countTests(status, output);
  }
}

function countTests(status: number, output: string): void {
  const number = (word: string) =>
    Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(output)?.[1] ?? 0);
  counts.passed += number("pass");
  counts.skipped += number("skip") + number("todo");
  const failed = number("fail");
  // A run that broke off, or found no test, failed whatever it counted.
  counts.failed += status !== 0 && failed === 0 ? 1 : failed;
  if (number("pass") === 0) counts.failed++;
}

/** Runs a command, shows what it prints as it comes (by default), and keeps it. */
async function run(
  command: readonly string[],
  { isShown = true } = {},
): Promise<{ status: number; output: string }> {
  const child = Bun.spawn([...command], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const kept: string[] = [];
  const show = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      if (isShown) process.stdout.write(chunk);
      kept.push(decoder.decode(chunk, { stream: true }));
    }
  };
  await Promise.all([show(child.stdout), show(child.stderr)]);
  return { status: await child.exited, output: kept.join("") };
}

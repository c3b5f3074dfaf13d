// `bun run check`: everything that must hold before a change lands; its last line counts what did.

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

/** The kernel's rebuild-and-compare is one of the tests. */
async function runTests(): Promise<void> {
  const { status, output } = await run([BUN, "test", `--timeout=${TEST_TIMEOUT_MS}`]);
  const number = (word: string) =>
    Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(output)?.[1] ?? 0);
  counts.passed += number("pass");
  counts.skipped += number("skip") + number("todo");
  const failed = number("fail");
  // A run that broke off, or found no test, failed whatever it counted.
  counts.failed += status !== 0 && failed === 0 ? 1 : failed;
  if (number("pass") === 0) counts.failed++;
}

/** Runs a command, shows what it prints as it comes, and keeps it. */
async function run(command: readonly string[]): Promise<{ status: number; output: string }> {
  const child = Bun.spawn([...command], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const kept: string[] = [];
  const show = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      process.stdout.write(chunk);
      kept.push(decoder.decode(chunk, { stream: true }));
    }
  };
  await Promise.all([show(child.stdout), show(child.stderr)]);
  return { status: await child.exited, output: kept.join("") };
}

// `bun run bench` from end to end, short: files, exit codes, and that nothing outlives it.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Results } from "../../bench/report/results.ts";
import { eventually } from "../support/server-deadline.ts";
import { missing } from "../support/missing-peer.ts";
import { childrenOf, isAlive } from "../support/server-processes.ts";

/** Far above what it takes: other work may have the machine. */
setDefaultTimeout(60_000);

const MAIN = `${import.meta.dir}/../../bench/main.ts`;
const SHORT = ["--quick", "--rounds=1", "--duration=0.05", "--warmup=0.02"];
const directory = mkdtempSync(join(tmpdir(), "websockd-bench-test-"));
const JSON_FILE = join(directory, "run.json");
const HTML_FILE = join(directory, "run.html");

afterAll(() => rmSync(directory, { recursive: true }));

async function bench(...words: string[]) {
  const child = Bun.spawn([process.execPath, MAIN, ...words], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { out, err, code: await child.exited };
}

describe("a quick run", () => {
  let first: Awaited<ReturnType<typeof bench>>;
  beforeAll(async () => {
    const words = ["--only=1x64x1,first-echo", "--servers=websockd,websockd --prefork,Bun.serve"];
    first = await bench(...SHORT, ...words, `--json=${JSON_FILE}`, `--html=${HTML_FILE}`);
  });

  test("prints the tables, and says how far it is", () => {
    expect(first.err).toContain("left out: floor: no --floor=PATH");
    expect(first.err).toMatch(/round 1 of 1 {2}1x64x1 {2}websockd: [\d,]+ messages\/s/);
    expect(first.out).toMatch(/^1x64x1 +websockd +[\d,]+ /m);
    expect(first.out).toMatch(/^first-echo +websockd --prefork +[\d,.]+ /m);
    expect(first.out).toMatch(/^1x64x1 +websockd \/ Bun\.serve +[\d.]+x/m);
    expect(first.code).toBe(0);
  });

  test("writes its samples and the page", () => {
    const { rows, patterns } = JSON.parse(readFileSync(JSON_FILE, "utf8")) as Results;
    expect(patterns.map(({ name }) => name)).toEqual(["1x64x1", "first-echo"]);
    expect(rows).toHaveLength(5);
    for (const { samples } of rows) {
      expect(samples[0]?.problem).toBeNull();
      expect(samples[0]?.figures?.messages).toBeGreaterThan(0);
      expect(samples[0]?.figures?.cpuMicrosecondsPerMessage).toBeGreaterThan(0);
    }
    expect(rows[0]?.latencies.length).toBeGreaterThan(0);
    expect(readFileSync(HTML_FILE, "utf8")).toContain("All figures");
  });

  test("is compared with an earlier one that no run can reach, and exits with 1", async () => {
    const earlier = JSON.parse(readFileSync(JSON_FILE, "utf8")) as Results;
    const rows = earlier.rows
      .filter(({ server }) => server === "websockd")
      .map((row) => {
        const figures = { ...row.samples[0]?.figures, messagesPerSecond: 1e12 };
        return { ...row, samples: [{ ...row.samples[0], figures }] };
      });
    const path = join(directory, "earlier.json");
    await Bun.write(path, JSON.stringify({ ...earlier, rows, servers: [] }));
    const words = ["--only=1x64x1", "--servers=websockd", `--against=${path}`];
    const { out, code } = await bench(...SHORT, ...words);
    expect(out).toContain("WORSE   1x64x1  websockd: lower rate");
    expect(code).toBe(1);
  });
});

test("TLS and compression, with each server that has them", async () => {
  if (missing("openssl", Bun.which("openssl") !== null)) return;
  if (missing("node", Bun.which("node") !== null)) return;
  const words = ["--only=tls,deflate", "--servers=websockd,Bun.serve,Node + ws"];
  const { out, code } = await bench(...SHORT, ...words);
  for (const pattern of ["tls", "deflate"]) {
    for (const server of ["websockd", "Bun\\.serve", "Node \\+ ws"]) {
      expect(out).toMatch(new RegExp(`^${pattern} +${server} +[\\d,]+ `, "m"));
    }
  }
  expect(code).toBe(0);
});

describe("servers of others", () => {
  test("a shell command with a port", async () => {
    const main = `${import.meta.dir}/../../src/main.ts`;
    const command = `'${process.execPath}' '${main}' --port={port} --address=127.0.0.1 {program}`;
    const words = ["--only=out-seq", "--servers=mine", `--server=mine=${command}`];
    const { out, code } = await bench(...SHORT, ...words);
    expect(out).toMatch(/^out-seq +mine +[\d,]+ /m);
    expect(code).toBe(0);
  });

  test("one that does not start is a row that fails", async () => {
    const words = ["--only=1x64x1", "--servers=mine", "--server=mine=false {port}"];
    const { out, err, code } = await bench(...SHORT, ...words);
    expect(err).toContain("does not listen");
    expect(out).toMatch(/^1x64x1 +mine +fails/m);
    expect(code).toBe(0);
  });
});

for (const [words, text] of [
  [["--against=/nowhere.json"], "/nowhere.json: there is no such file"],
  [["--servers=bogus"], 'there is no "bogus"'],
  [["--rounds=x"], "--rounds=x is not a whole number"],
] as const) {
  test(`exits with 2 at ${words.join(" ")}`, async () => {
    const { err, code } = await bench(...words);
    expect(err).toContain(text);
    expect(code).toBe(2);
  });
}

test("--help lists the patterns", async () => {
  const { out, code } = await bench("--help");
  expect(out).toMatch(/^ {2}slow-reader +other +/m);
  expect(code).toBe(0);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const) {
  test(`nothing outlives it, ended by ${signal}`, async () => {
    if (missing("setpriv", Bun.which("setpriv") !== null)) return;
    const words = ["--only=1x64x1", "--servers=websockd", "--rounds=1", "--duration=60"];
    const child = Bun.spawn([process.execPath, MAIN, ...words], {
      stdio: ["ignore", "ignore", "ignore"],
    });
    const started: number[] = [];
    // The server with its program, and the generator.
    await eventually("a server, its program and a generator", () => {
      const own = childrenOf(child.pid).map(({ pid }) => pid);
      started.splice(
        0,
        Infinity,
        ...own,
        ...own.flatMap((pid) => childrenOf(pid).map((one) => one.pid)),
      );
      return started.length >= 3;
    });
    child.kill(signal);
    await child.exited;
    await eventually("the end of all of them", () => !started.some(isAlive));
  });
}

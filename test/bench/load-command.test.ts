// The load generator's command line.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { frame } from "./echo-server.ts";
import { echo, spoiling, start, TEXT } from "./load-support.ts";

/** Far above what it takes: other work may have the machine. */
setDefaultTimeout(60_000);

describe("the command", () => {
  async function run(...argv: string[]) {
    const command = [process.execPath, `${import.meta.dir}/../../bench/load/main.ts`, ...argv];
    const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
    const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { out, err, code: await child.exited };
  }

  test("exits with 0 and a line of JSON", async () => {
    const { out, code } = await run(`--url=${start(echo).url}`, "--json", "--duration=0.1");
    expect(JSON.parse(out)).toMatchObject({ outcome: "ok", problem: null });
    expect(code).toBe(0);
  });

  test("says for a person what it measured", async () => {
    const words = ["--duration=0.1", "--rate=1000", `--pid=${process.pid}`];
    const { out, code } = await run(`--url=${start(echo).url}`, ...words);
    expect(out).toMatch(
      /^ws:\S+ {2}1 connections x 64 bytes, 1 in flight\n {2}rate +[\d,]+ messages\/s/,
    );
    for (const name of ["latency", "server", "switches", "memory", "generator"]) {
      expect(out).toMatch(new RegExp(`^ {2}${name} +`, "m"));
    }
    expect(code).toBe(0);
  });

  test("runs a pattern by its name", async () => {
    const words = ["--pattern=churn", "--duration=0.1", "--warmup=0.05"];
    const { out, code } = await run(`--url=${start(echo).url}`, ...words);
    expect(out).toContain("churn\n  rate ");
    expect(code).toBe(0);
  });

  test("exits with 1 at a wrong echo", async () => {
    const server = start(spoiling(() => [frame(TEXT, "no")]));
    const { err, code } = await run(`--url=${server.url}`);
    expect(err).toContain("message 5: 2 bytes, expected 64");
    expect(code).toBe(1);
  });

  for (const [argument, text] of [
    ["--bogus", "Unknown option '--bogus'"],
    ["--url=http://127.0.0.1/", "not a ws:// address"],
    ["--connections=0", "--connections=0 is not a whole number"],
    ["--duration=soon", "--duration=soon is not a number"],
    ["--pattern=bogus", "--pattern=bogus: there are 1x64x256, "],
    ["--trace", "--trace needs --pid=PID"],
  ] as const) {
    test(`exits with 2 at ${argument}`, async () => {
      const { err, code } = await run("--url=ws://127.0.0.1:1/", argument);
      expect(err).toContain(text);
      expect(code).toBe(2);
    });
  }
});

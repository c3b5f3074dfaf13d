// Services that start, and those that cannot: what they are given, what is left behind, what may be tried again.

import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { launch } from "../../src/service/launcher.ts";
import { descriptorCount, leavesDescriptors, PATH, Running, serviceOptions } from "./running.ts";

const ROOT = mkdtempSync(join(tmpdir(), "websockd-launch-"));
afterAll(() => rmSync(ROOT, { recursive: true }));

describe("a service", () => {
  test("has the environment that it is given, and nothing else", async () => {
    const environment = { PATH, A: "1", HTTP_X_É: "é€😀", EMPTY: "", LINES: "a\nb" };
    const running = await Running.start(["env", "-0"], environment);
    await running.gone;
    const variables = running.text.split("\0").filter((line) => line !== "");
    expect(variables.toSorted()).toEqual(
      Object.entries(environment)
        .map(([name, value]) => `${name}=${value}`)
        .toSorted(),
    );
  });

  test("finds its name and its arguments as they were given", async () => {
    const script = 'printf "%s|" "$0" "$@"';
    const running = await Running.start(["sh", "-c", script, "name", "", "a b", "*", "--port=1"]);
    await running.gone;
    expect(running.text).toBe("name||a b|*|--port=1|");
    const named = await Running.start(["cat", "/proc/self/cmdline"]);
    await named.gone;
    expect(named.text).toBe("cat\0/proc/self/cmdline\0");
  });

  test("is started where it is to be, or where we are", async () => {
    const there = await Running.start(["pwd", "-P"], { PATH }, ROOT);
    await there.gone;
    expect(there.text).toBe(`${realpathSync(ROOT)}\n`);
    const here = await Running.start(["pwd", "-P"]);
    await here.gone;
    expect(here.text).toBe(`${process.cwd()}\n`);
  });

  test("leads a session and a process group of its own", async () => {
    const running = await Running.start(["cat", "/proc/self/stat"]);
    await running.gone;
    // proc(5): pid (comm) state ppid pgrp session
    const fields = running.text.slice(running.text.lastIndexOf(")") + 2).split(" ");
    const { pid } = running.service;
    expect(fields.slice(1, 4).map(Number)).toEqual([process.pid, pid, pid]);
  });

  test("gets its three pipes and no other descriptor", async () => {
    const running = await Running.start(["ls", "-l", "/proc/self/fd"]);
    await running.gone;
    const links = running.text.split("\n").filter((line) => line.includes(" -> "));
    const pipes = links.filter((line) => line.includes("pipe:["));
    expect(pipes.map((line) => / (\d+) -> /.exec(line)?.[1])).toEqual(["0", "1", "2"]);
    expect(links.length).toBe(4); // and the directory that ls reads
  });

  test("leaves no descriptor behind", async () => {
    const run = async () => (await Running.start(["true"])).gone;
    expect(await leavesDescriptors(run)).toBe(false);
  });
});

describe("a program that cannot start", () => {
  async function fail(
    path: string,
    environment: Record<string, string> = { PATH },
    directory = "/",
  ) {
    const options = await serviceOptions();
    const before = descriptorCount();
    const command = { path, argv: [path] };
    const stderr = { stderrLine: () => {} };
    const problem = launch({ command, environment, stderr, directory }, options);
    expect(descriptorCount()).toBe(before);
    if (!("transient" in problem)) throw new Error("it started");
    return problem;
  }

  function script(name: string, text: string, mode = 0o755): string {
    const path = join(ROOT, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  test("it is not there: not worth another try", async () => {
    const problem = await fail(join(ROOT, "missing"));
    expect(problem.transient).toBe(false);
    expect(problem.text).toContain("ENOENT");
  });

  test("its directory is not there", async () => {
    const problem = await fail("/bin/true", { PATH }, join(ROOT, "missing"));
    expect(problem.transient).toBe(false);
    expect(problem.text).toContain("ENOENT");
  });

  test("it is not executable", async () => {
    expect((await fail(script("plain", "#!/bin/sh\n", 0o644))).transient).toBe(false);
  });

  test("it is a directory", async () => {
    expect((await fail(ROOT)).transient).toBe(false);
  });

  test("its interpreter is not there", async () => {
    expect((await fail(script("orphan", "#!/no/such/shell\n"))).transient).toBe(false);
  });

  test("it is no program", async () => {
    expect((await fail(script("rubbish", "\0\0\0\0"))).transient).toBe(false);
  });

  test("its environment is too large", async () => {
    const problem = await fail("/bin/true", { PATH, BIG: "x".repeat(8 * 1024 * 1024) });
    expect(problem.transient).toBe(false);
    expect(problem.text).toContain("E2BIG");
  });
});

const HOW = ["pipes", "terminal", "pipe"];
test.each(HOW)(
  "out of descriptors: worth another try, and nothing is left open (%s)",
  async (how) => {
    const program = join(import.meta.dir, "out-of-descriptors.ts");
    const limited = `ulimit -n 128 && exec "$0" "$@"`;
    const child = Bun.spawn(["sh", "-c", limited, process.execPath, program, how], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const outcomes = JSON.parse(await child.stdout.text()) as string[];
    expect(await child.exited).toBe(0);
    expect(outcomes[0]).toBe("transient");
    expect(outcomes.at(-1)).toBe("started");
    expect(outcomes.filter((outcome) => outcome !== "transient" && outcome !== "started")).toEqual(
      [],
    );
  },
);

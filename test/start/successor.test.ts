// A successor that is none: what becomes of it, and what is said of it.

import { openSync, readSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { createLog } from "../../src/log.ts";
import type { LegacyParts } from "../../src/server/legacy.ts";
import { Notifier } from "../../src/start/notifier.ts";
import { Predecessors } from "../../src/start/predecessors.ts";
import { takePidFile } from "../../src/start/pid-file.ts";
import { obstacleOf, Succession } from "../../src/start/succession.ts";
import { Successor, type SuccessorPlan } from "../../src/start/successor.ts";
import { configOf } from "../cli/config-of.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { descriptorsOf, isAlive } from "../support/server-processes.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const NOTHING: LegacyParts = { sockets: [], admin: null };
const US = [process.pid];

function planOf(program: readonly string[], some: Partial<SuccessorPlan> = {}): SuccessorPlan {
  const handover = { ...NOTHING, predecessors: US, pidFile: null };
  const environment = { PATH: process.env["PATH"] };
  return { program, environment, handover, isDaemon: false, timeoutMs: 30_000, ...some };
}

function shell(script: string, some: Partial<SuccessorPlan> = {}): Promise<string | null> {
  return new Successor(planOf(["sh", "-c", script], some)).outcome;
}

test("it serves when it says so, or it does not", async () => {
  expect(await shell("echo >&3")).toBe(null);
  expect(await shell("exit 3")).toBe("exit 3");
  expect(await shell("printf 'no such port' >&3; exit 69")).toBe("no such port");
  expect(await shell("kill -9 $$")).toBe("signal SIGKILL");
  expect(await shell("echo 'bad library' >&2; exit 1", { isDaemon: true })).toBe("bad library");
});

test("one that says nothing in its time is killed", async () => {
  const successor = new Successor(planOf(["sleep", "1000"], { timeoutMs: 50 }));
  expect(await successor.outcome).toBe("it did not serve within 50 ms");
  expect(isAlive(successor.pid)).toBe(false);
});

test("one that cannot be started leaves no descriptor", () => {
  using directory = new TestDirectory();
  const before = descriptorsOf(process.pid);
  const missing = () => new Successor(planOf([directory.file("nothing")]));
  expect(missing).toThrow("ENOENT");
  const file = directory.write("binary", "");
  expect(() => new Successor(planOf([file]))).toThrow("EACCES");
  expect(descriptorsOf(process.pid)).toBe(before);
});

test("the pid file is the old one's again, and another try may be made", async () => {
  using directory = new TestDirectory();
  const path = directory.file("pid");
  const pidFile = takePidFile(path, 12_345);
  const options = {
    program: ["sh", "-c", `echo 777777 > ${path}; exit 1`],
    environment: { PATH: process.env["PATH"] },
    isDaemon: false,
    log: createLog("none"),
    notifier: new Notifier({ environment: {}, pid: 1 }),
    pidFile,
    predecessors: new Predecessors([]),
    obstacle: null,
  };
  const succession = new Succession(options);
  for (let i = 0; i < 2; i++) {
    expect(await succession.begin({ legacy: () => NOTHING })).toBe(null);
    expect(directory.read("pid")).toBe("12345\n");
  }
  pidFile.remove();
});

test("it gets what is handed on from descriptor 3 on", async () => {
  using directory = new TestDirectory();
  const pidFile = openSync(directory.write("pid", "1\n"), "r+");
  const handover = { ...NOTHING, predecessors: US, pidFile };
  expect(await shell("echo 22 >&4; echo >&3", { handover })).toBe(null);
  const content = Buffer.alloc(8);
  expect(content.toString("latin1", 0, readSync(pidFile, content, 0, 8, 0))).toBe("22\n");
});

test("who can have no successor", () => {
  const of = { pid: 10, sockets: [] };
  expect(obstacleOf(configOf("cat"), of)).toBe(null);
  expect(obstacleOf(configOf("cat"), { ...of, pid: 1 })).toContain("process 1 has no successor");
  expect(obstacleOf(configOf("--inetd", "cat"), of)).toContain("inetd starts the next");
  expect(obstacleOf(configOf("--once", "cat"), of)).toContain("--once");
  const accepted = { fd: 3, name: "", isListening: false, isLocal: false };
  expect(obstacleOf(configOf("cat"), { ...of, sockets: [accepted] })).toContain("one connection");
});

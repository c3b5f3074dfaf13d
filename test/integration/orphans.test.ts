// Processes that their parents left: reaped when they end, told of when they stay, and ended with their cgroup.

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { TestCgroup } from "../support/cgroup.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, isAlive, processState } from "../support/server-processes.ts";
import { PROGRAM, runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { StartedProcess } from "../support/started-process.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Prints a daemon's number, once the daemon has left the session and holds none of its pipes. */
function daemon(script: string): string {
  return `echo $(setsid sh -c '${script}' &)`;
}
const DAEMON = daemon("echo $$; exec sleep 600 < /dev/null > /dev/null 2>&1");
const DEAF = daemon('trap "" INT TERM; echo $$; exec > /dev/null 2>&1; while :; do sleep 1; done');
/** Orphans that end at once: their parents have gone by then. */
const ORPHANS = "for i in 1 2 3 4 5 6 7 8; do (sleep 0.01 & ) ; done";
const LEFT = /a program left a process behind/;

async function textOf(server: { port: number }): Promise<string> {
  using client = await RawClient.open(server);
  const { messages } = await client.settle();
  return messages.map((bytes) => Buffer.from(bytes).toString()).join("\n");
}

function zombiesOf(pid: number): number {
  return childrenOf(pid).filter(({ state }) => state === "Z").length;
}

test("a daemon is told of, once, by its number and its words", async () => {
  await using server = await startServer(["sh", "-c", DAEMON]);
  const number = Number(await textOf(server));
  try {
    const line = await server.logged(LEFT);
    expect(line).toContain(` pid=${number} `);
    expect(line).toContain("sleep 600");
    expect(processState(number)?.parent).toBe(server.pid);
    const other = Number(await textOf(server));
    try {
      await eventually("the other one", () => server.matching(LEFT).length === 2);
      expect(server.matching(LEFT)[1]).toContain(` pid=${other} `);
    } finally {
      process.kill(other, "SIGKILL");
    }
  } finally {
    process.kill(number, "SIGKILL");
  }
  await eventually("the daemons are reaped", () => childrenOf(server.pid).length === 0);
});

test("orphans are reaped, and no program's exit status is lost", async () => {
  const sessions = 30;
  await using server = await startServer(["sh", "-c", `${ORPHANS}; exit 9`]);
  await Promise.all(Array.from({ length: sessions }, () => textOf(server)));
  await eventually("all accounts", () => server.matching(/ DISCONNECT /).length === sessions);
  for (const line of server.matching(/ DISCONNECT /)) expect(line).toContain(" exit=9 ");
  await eventually("no child is left", () => childrenOf(server.pid).length === 0);
  expect(server.matching(LEFT)).toEqual([]);
});

test("what a running program has put into the background is its own affair", async () => {
  const script = "(sleep 600 > /dev/null 2>&1 &); echo ready; read line; exit 0";
  await using server = await startServer(["sh", "-c", script]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  using other = await RawClient.open(server);
  expect(await other.line()).toBe("ready");
  other.text("end");
  await other.settle();
  await server.logged(/ DISCONNECT /);
  expect(server.matching(LEFT)).toEqual([]);
  client.text("end");
  await client.settle();
});

test("as process 1 of a container it reaps all, and stops as ever", async () => {
  const unshare = Bun.which("unshare");
  if (missing("unshare", unshare !== null)) return;
  const spaces = [unshare!, "--fork", "--pid", "--mount-proc", "--kill-child"];
  if (Bun.spawnSync([...spaces, "true"]).exitCode !== 0) {
    return console.log("skipped: no permission for a process namespace");
  }
  using directory = new TestDirectory();
  const words = ["--port=0", "--address=127.0.0.1", `--log-file=${directory.file("log")}`];
  const program = ["sh", "-c", `${ORPHANS}; setsid true & echo $PPID; exit 9`];
  await using outer = new StartedProcess([...spaces, ...PROGRAM, ...words, ...program]);
  const log = () => directory.read("log");
  const listens = await eventually("its address", () => /127\.0\.0\.1:(\d+)/.exec(log()));
  const port = Number(listens[1]);
  const first = childrenOf(outer.pid)[0]!.pid;
  for (let i = 0; i < 5; i++) expect(await textOf({ port })).toBe("1");
  await eventually("five accounts", () => (log().match(/exit=9/g) ?? []).length === 5);
  await eventually("no child is left", () => childrenOf(first).length === 0);
  expect(zombiesOf(first)).toBe(0);
  process.kill(first, "SIGUSR2");
  await eventually("why not", () => log().includes("process 1 has no successor"));
  process.kill(first, "SIGTERM");
  await outer.child.exited;
  expect(outer.child.exitCode).toBe(0);
});

test("--cgroup: a daemon ends with its session, and so does the cgroup", async () => {
  using cgroup = TestCgroup.make("no daemon can be caught");
  if (cgroup === null) return;
  const script = `${DAEMON}; grep 0:: /proc/self/cgroup`;
  await using server = await startServer([`--cgroup=${cgroup.path}`, "sh", "-c", script]);
  const text = await textOf(server);
  expect(text).toContain(`/websockd-${server.pid}-`);
  const number = Number(/^\d+$/m.exec(text)![0]);
  await server.logged(/ DISCONNECT /);
  expect(isAlive(number)).toBe(false);
  expect(server.matching(LEFT)).toEqual([]);
  const leaves = () => readdirSync(cgroup.path).filter((name) => name.startsWith("websockd-"));
  expect(leaves()).toEqual([]);
});

test("--cgroup: a daemon whose session goes on, or whose program waits, is not left behind", async () => {
  using cgroup = TestCgroup.make("daemons are told of");
  if (cgroup === null) return;
  const options = [`--cgroup=${cgroup.path}`, "--prefork=1"];
  const script = `${DAEMON}; read line`;
  const server = await startServer([...options, "sh", "-c", script]);
  using client = await RawClient.open(server);
  const number = Number(await client.line());
  const ends = ["a first", "a second"];
  for (const what of ends) {
    using other = await RawClient.open(server);
    const pid = Number(await other.line());
    expect(processState(pid)?.parent).toBe(server.pid);
    other.text("end");
    await other.settle();
    await eventually(`${what} end`, () => !isAlive(pid));
  }
  await eventually("the accounts", () => server.matching(/ DISCONNECT /).length === ends.length);
  expect(processState(number)?.parent).toBe(server.pid);
  client.text("end");
  await client.settle();
  await server.stop();
  expect(server.matching(LEFT)).toEqual([]);
  expect(isAlive(number)).toBe(false);
});

test("--cgroup: even one that heeds no signal, and many at once", async () => {
  using cgroup = TestCgroup.make("no daemon can be caught");
  if (cgroup === null) return;
  const options = [`--cgroup=${cgroup.path}`, "--stop=eof:10ms,TERM:20ms,KILL"];
  await using server = await startServer([...options, "sh", "-c", DEAF]);
  const texts = await Promise.all(Array.from({ length: 12 }, () => textOf(server)));
  await eventually("all accounts", () => server.matching(/ DISCONNECT /).length === 12);
  for (const text of texts) expect(isAlive(Number(text))).toBe(false);
  const leaves = () => readdirSync(cgroup.path).filter((name) => name.startsWith("websockd-"));
  expect(leaves()).toEqual([]);
});

test("--cgroup: what a dead server left is taken away", async () => {
  using cgroup = TestCgroup.make("nothing can be left");
  if (cgroup === null) return;
  const dead = Bun.spawnSync(["sh", "-c", "echo $$"]).stdout.toString().trim();
  const left = join(cgroup.path, `websockd-${dead}-x-1`);
  mkdirSync(left);
  await using server = await startServer([`--cgroup=${cgroup.path}`, "cat"]);
  expect(server.running).toBe(true);
  expect(existsSync(left)).toBe(false);
});

test("--cgroup-limit holds, or is refused where there is no controller for it", async () => {
  using cgroup = TestCgroup.make("nothing can be limited");
  if (cgroup === null) return;
  const options = [`--cgroup=${cgroup.path}`, "--cgroup-limit=memory=64M,pids=20"];
  if (!cgroup.has("memory", "pids")) {
    const { status, stderr } = await runProgram(["--port=0", ...options, "cat"]);
    expect(status).toBe(78);
    expect(stderr).toMatch(/no controller for memory.* \(write "\+memory/);
    return;
  }
  const script = `cd "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)"; cat memory.max pids.max`;
  await using server = await startServer([...options, "sh", "-c", script]);
  expect(await textOf(server)).toBe(`${64 * 1024 * 1024}\n20`);
});

test("--cgroup: a directory of version 1 is refused", async () => {
  const old = "/sys/fs/cgroup/memory";
  if (!existsSync(join(old, "memory.limit_in_bytes"))) {
    return console.log("skipped: no cgroup of version 1 here");
  }
  const { status, stderr } = await runProgram(["--port=0", `--cgroup=${old}`, "cat"]);
  expect(status).toBe(78);
  expect(stderr).toContain("this is cgroup version 1");
});

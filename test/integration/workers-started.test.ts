// Several workers, however they are started: as a daemon, on systemd's sockets, with those told who wait for them.

import { existsSync, readFileSync, renameSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { NotifyReceiver } from "../support/notify-receiver.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, isAlive, isListening } from "../support/server-processes.ts";
import { PROGRAM, runProgram, TEST_TIMEOUT_MS } from "../support/server.ts";
import { startWorkers, workerPids, workersGone } from "../support/server-workers.ts";
import { freePort, StartedProcess } from "../support/started-process.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const SYSTEMD = "systemd-socket-activate";
const noSystemd = missing(SYSTEMD, Bun.which(SYSTEMD) !== null);
const noPython = missing("python3", Bun.which("python3") !== null);

async function echo(client: RawClient): Promise<void> {
  client.text("hello");
  expect(await client.line()).toBe("hello");
}

test("as a daemon: its pid file and its log are the parent's, SIGUSR1 is everybody's", async () => {
  using directory = new TestDirectory();
  const files = [`--log-file=${directory.file("log")}`, `--pidfile=${directory.file("pid")}`];
  const words = ["--daemon", "--workers=2", "--port=0", "--address=127.0.0.1", ...files, "cat"];
  expect(await runProgram(words)).toEqual({ status: 0, stdout: "", stderr: "" });
  const pid = Number(directory.read("pid"));
  const log = (name = "log") => directory.read(name).split("\n");
  try {
    const matching = (match: RegExp) => log().filter((line) => match.test(line));
    const workers = workerPids({ matching });
    expect(
      childrenOf(pid)
        .map((child) => child.pid)
        .toSorted(),
    ).toEqual(workers.toSorted());
    for (const one of workers) {
      expect(readFileSync(`/proc/${one}/stat`, "latin1")).toContain(` ${pid} `);
    }
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(directory.read("log"))?.[1]);
    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open({ port })));
    await Promise.all(clients.map(echo));
    renameSync(directory.file("log"), directory.file("old"));
    process.kill(pid, "SIGUSR1");
    // Each is told, and opens it when it hears of that.
    const opened = (one: number) => childLog(one) === directory.file("log");
    await eventually("the new file of all", () => [pid, ...workers].every(opened));
    for (const client of clients) client.close(1000);
    await eventually("all accounts", () => matching(/ msg=DISCONNECT /).length === 20);
    expect(
      new Set(matching(/ msg=DISCONNECT /).map((line) => / worker=\d$/.exec(line)![0])).size,
    ).toBe(2);
    expect(log("old").filter((line) => line.includes("DISCONNECT"))).toEqual([]);
    process.kill(pid, "SIGTERM");
    await workersGone([pid, ...workers]);
    expect(existsSync(directory.file("pid"))).toBe(false);
  } finally {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  }
});

/** The log file that a process has open. */
function childLog(pid: number): string {
  const { stdout } = Bun.spawnSync(["sh", "-c", `readlink /proc/${pid}/fd/* | grep /log`]);
  return stdout.toString().trim();
}

test("why there is no daemon is told by its starter, whoever found it", async () => {
  using directory = new TestDirectory();
  const file = directory.write("preload.ts", "if (process.env.WEBSOCKD_WORKER) process.exit(3);");
  const environment = { BUN_OPTIONS: `--preload=${file}` };
  const log = `--log-file=${directory.file("log")}`;
  const words = ["--daemon", "--workers=2", "--port=0", "--address=127.0.0.1", log, "cat"];
  const ended = await runProgram(words, { environment });
  expect(ended.status).toBe(3);
  expect(ended.stderr).toContain("no worker can be had");
});

test.skipIf(noPython)(
  "systemd hears of the parent: ready when all accept, reloaded when all have",
  async () => {
    using directory = new TestDirectory();
    await using receiver = await NotifyReceiver.at(directory, directory.file("notify"));
    const environment = { NOTIFY_SOCKET: receiver.path, WATCHDOG_USEC: "100000" };
    await using server = await startWorkers(2, ["cat"], { environment });
    await receiver.heard(`READY=1\\nSTATUS=listens on ${server.url}\\nMAINPID=${server.pid}'`);
    expect(workerPids(server)).toHaveLength(2);
    await receiver.heard("'WATCHDOG=1'");
    server.signal("SIGHUP");
    await receiver.heard("'READY=1'");
    expect(server.matching(/there are no certificates to read worker=/)).toHaveLength(2);
    expect(receiver.text.match(/RELOADING=1/g)).toHaveLength(1);
    await server.stop();
    await receiver.heard("'STOPPING=1\\nSTATUS=stopping'");
    expect(receiver.text.match(/STOPPING=1/g)).toHaveLength(1);
  },
);

test.skipIf(noSystemd)("on a socket that systemd opened", async () => {
  const port = freePort();
  const words = [SYSTEMD, "-l", `127.0.0.1:${port}`, ...PROGRAM, "--workers=2", "--passenv=*"];
  await using activated = new StartedProcess([
    ...words,
    "sh",
    "-c",
    "echo $PPID; env; echo end; exec cat",
  ]);
  await eventually("that somebody listens", () => isListening(port));
  using client = await RawClient.open({ port });
  const worker = Number(await client.line());
  const workers = childrenOf(activated.pid).map(({ pid }) => pid);
  expect(workers).toHaveLength(2);
  expect(workers).toContain(worker);
  for (let line = ""; line !== "end"; line = await client.line()) {
    expect(line).not.toMatch(/^(?:LISTEN_|WEBSOCKD_)/);
  }
  await echo(client);
  // The one that began first has those that come before the other accepts.
  const early: RawClient[] = [];
  for (let last = worker; last === worker; last = Number(await early.at(-1)!.line())) {
    early.push(await RawClient.open({ port }));
  }
  // All accept on the same socket: of many that come at once each has its part.
  const many = await Promise.all(Array.from({ length: 40 }, () => RawClient.open({ port })));
  const served = await Promise.all(many.map(async (one) => Number(await one.line())));
  for (const pid of workers) expect(served).toContain(pid);
  for (const one of [...early, ...many]) one[Symbol.dispose]();
  // The socket is there for the next, whoever dies.
  for (const pid of workers) process.kill(pid, "SIGKILL");
  using other = await RawClient.open({ port });
  expect(workers).not.toContain(Number(await other.line()));
  other[Symbol.dispose]();
  expect(await activated.end()).toBe(0);
});

test.skipIf(noSystemd)("a connection that systemd accepted is for one process", async () => {
  const port = freePort();
  const words = [SYSTEMD, "--accept", "-l", `127.0.0.1:${port}`, ...PROGRAM, "--workers=2", "cat"];
  await using activated = new StartedProcess(words);
  await eventually("that somebody listens", () => isListening(port));
  using client = await RawClient.connect(port);
  await client.ended();
  activated.child.kill();
  await within("its end", activated.child.exited);
  expect(await activated.stderr).toContain(
    "(Accept=yes) is served by one process (leave --workers out)",
  );
});

test("SIGTERM while workers are being started leaves nothing", async () => {
  using directory = new TestDirectory();
  const file = directory.write(
    "preload.ts",
    `if (process.env.WEBSOCKD_WORKER) { require("fs").appendFileSync("${directory.file("pids")}", process.pid + "\\n"); await new Promise(() => setInterval(() => {}, 1e6)); }`,
  );
  const words = [...PROGRAM, "--workers=2", "--port=0", "--address=127.0.0.1", "cat"];
  await using started = new StartedProcess(words, { BUN_OPTIONS: `--preload=${file}` });
  const pids = () => directory.read("pids").trim().split("\n").map(Number);
  await eventually("both workers", () => pids().length === 2);
  expect(await started.end()).toBe(0);
  expect(pids().some(isAlive)).toBe(false);
});

test("what tells a worker that it is one is for nobody else to set", async () => {
  const environment = { WEBSOCKD_WORKER: "1" };
  const { status, stderr } = await runProgram(["--port=0", "cat"], { environment });
  expect(status).toBe(78);
  expect(stderr).toBe(
    "websockd: WEBSOCKD_WORKER is what websockd tells its own workers (unset it)\n",
  );
});

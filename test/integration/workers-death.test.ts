// Workers that die: they are replaced, their clients wait, their programs end; and nothing survives their parent.

import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { TestCgroup } from "../support/cgroup.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, isAlive, isGroupAlive, processState } from "../support/server-processes.ts";
import { runProgram, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { connectsOf, startWorkers, workerPids, workersGone } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const DEAF = "trap '' INT TERM HUP; echo ready; while :; do sleep 0.05; done";
const QUICK = "--stop=eof:50ms,TERM:50ms,KILL";

/** Waits until the first worker is another than `pid`. */
async function another(server: TestServer, pid: number): Promise<void> {
  await eventually("another worker", () => workerPids(server)[0] !== pid);
}

function groupOf(line: string): number {
  return Number(/ pid=(\d+)/.exec(line)![1]);
}

test("who waits in the backlog of a worker that is killed is served by the next", async () => {
  await using server = await startWorkers(2, ["cat"]);
  const [first, second] = workerPids(server);
  process.kill(first!, "SIGSTOP");
  // The kernel accepts for it meanwhile: about half of them are in its backlog, with their requests.
  const clients = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const client = await RawClient.connect(server.port);
      client.write(requestHead());
      return client;
    }),
  );
  await eventually("those of the other", () => connectsOf(server, 2).length > 0);
  process.kill(first!, "SIGKILL");
  for (const client of clients) {
    expect(await client.head()).toStartWith("HTTP/1.1 101 ");
    client.text("hello");
    expect(await client.line()).toBe("hello");
  }
  await eventually("all of them in the log", () => server.services.length === 40);
  expect(connectsOf(server, 1).length).toBeGreaterThan(0);
  expect(workerPids(server)[1]).toBe(second!);
  const parents = new Set(server.services.map((pid) => processState(pid)!.parent));
  expect(parents).toEqual(new Set(workerPids(server)));
  await server.logged(/a worker has died: signal SIGKILL worker=1 pid=\d+ retry_ms=0/);
  for (const client of clients) client[Symbol.dispose]();
});

test("killed under load: the sessions of others go on, its own clients hear the end", async () => {
  await using server = await startWorkers(2, ["cat"]);
  const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(server)));
  let stop = false;
  const outcomes = clients.map(async (client, i) => {
    for (let n = 0; !stop; n++) {
      client.text(`${i} ${n}`);
      const line = await client.line().catch(() => null);
      if (line === null) return "ended";
      expect(line).toBe(`${i} ${n}`);
    }
    return "served";
  });
  await eventually("all of them in the log", () => server.services.length === 20);
  const lost = connectsOf(server, 1).length;
  const [pid] = workerPids(server);
  process.kill(pid!, "SIGKILL");
  await another(server, pid!);
  using late = await RawClient.open(server);
  late.text("late");
  expect(await late.line()).toBe("late");
  stop = true;
  const ended = (await Promise.all(outcomes)).filter((outcome) => outcome === "ended");
  expect(ended).toHaveLength(lost);
  expect(lost).toBeGreaterThan(0);
  for (const client of [...clients, late]) client[Symbol.dispose]();
});

test("its programs end, whether or not they heed anything, and what they started", async () => {
  const script = `case "$QUERY_STRING" in deaf) ${DEAF};; *) (trap '' INT TERM; sleep 1000) & echo ready; exit 0;; esac`;
  await using server = await startWorkers(2, [QUICK, "--linger=1h", "sh", "-c", script]);
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      RawClient.open(server, { target: i % 2 ? "/?deaf" : "/?leaves" }),
    ),
  );
  for (const client of clients) expect(await client.line()).toBe("ready");
  await eventually("all of them in the log", () => server.services.length === 20);
  const groups = connectsOf(server, 1).map(groupOf);
  const others = connectsOf(server, 2).map(groupOf);
  expect(groups.every(isGroupAlive)).toBe(true);
  const [pid] = workerPids(server);
  process.kill(pid!, "SIGKILL");
  await eventually("the end of its programs", () => !groups.some(isGroupAlive));
  expect(others.every(isGroupAlive)).toBe(true);
  await another(server, pid!);
  const workers = workerPids(server);
  await eventually("no zombie", () =>
    childrenOf(server.pid).every((child) => workers.includes(child.pid)),
  );
  for (const client of clients) client[Symbol.dispose]();
});

test("--cgroup: what left its group ends, too, and no leaf stays", async () => {
  using cgroup = TestCgroup.make("no daemon can be caught");
  if (cgroup === null) return;
  const script = `echo $(setsid sh -c 'trap "" INT TERM; echo $$; exec > /dev/null 2>&1; while :; do sleep 1; done' &); exec cat`;
  await using server = await startWorkers(2, [
    QUICK,
    `--cgroup=${cgroup.path}`,
    "sh",
    "-c",
    script,
  ]);
  const clients = await Promise.all(Array.from({ length: 12 }, () => RawClient.open(server)));
  const daemons = await Promise.all(clients.map(async (client) => Number(await client.line())));
  const [pid] = workerPids(server);
  const lost = daemons.filter((daemon) =>
    readFileSync(`/proc/${daemon}/cgroup`, "latin1").includes(`/websockd-${pid}-`),
  );
  process.kill(pid!, "SIGKILL");
  await eventually("the end of its daemons", () => !lost.some(isAlive));
  await eventually(
    "no leaf",
    () => !readdirSync(cgroup.path).some((name) => name.includes(`-${pid}-`)),
  );
  for (const client of clients) client[Symbol.dispose]();
});

test("SIGKILL of the parent: no worker is left, and no program that heeds nothing", async () => {
  await using server = await startWorkers(2, [QUICK, "sh", "-c", DEAF]);
  const clients = await Promise.all(Array.from({ length: 6 }, () => RawClient.open(server)));
  for (const client of clients) expect(await client.line()).toBe("ready");
  const pids = workerPids(server);
  expect(pids.every(isAlive)).toBe(true);
  server.signal("SIGKILL");
  for (const client of clients) expect((await client.settle()).code).toBe(1001);
  await workersGone(pids);
  await server.exited();
  await eventually("the services' end", () => server.leftovers().length === 0);
});

test("one that ends with a status of its own is told of with it, and the server's is the first bad one", async () => {
  await using server = await startWorkers(2, ["--closems=600000", "sh", "-c", DEAF]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  const [line] = await eventually("the session", () => {
    const lines = server.matching(/ CONNECT /);
    return lines.length > 0 ? lines : null;
  });
  const worker = Number(/ worker=(\d)$/.exec(line!)![1]);
  const pid = workerPids(server)[worker - 1]!;
  server.signal("SIGTERM");
  await server.logged(new RegExp(` stopping reason="its parent stops" worker=${worker}$`));
  process.kill(pid, "SIGINT"); // for this one it is the second
  expect(await server.exited()).toBe(130);
  expect(server.matching(/ERROR {2}a worker has ended: exit 130 /)).toHaveLength(1);
  expect(server.matching(/INFO {3}a worker has ended: exit 0 /)).toHaveLength(1);
});

test("one that dies again and again comes back later and later", async () => {
  await using server = await startWorkers(2, ["cat"]);
  const steady = workerPids(server)[1];
  for (let i = 0; i < 4; i++) {
    const pid = workerPids(server)[0]!;
    process.kill(pid, "SIGSEGV");
    await another(server, pid);
  }
  const waits = server
    .matching(/a worker has died/)
    .map((line) => / retry_ms=(\d+)/.exec(line)![1]);
  expect(waits).toEqual(["0", "100", "200", "400"]);
  expect(workerPids(server)[1]).toBe(steady);
});

/** What each worker does before it is one: the environment of a server that has it. */
function preloaded(directory: TestDirectory, text: string): Record<string, string> {
  const file = directory.write("preload.ts", `if (process.env.WEBSOCKD_WORKER) { ${text} }`);
  return { BUN_OPTIONS: `--preload=${file}` };
}

const START = ["--port=0", "--address=127.0.0.1", "--workers=2"];

test("when no worker can serve, the start fails with the words and the status of one", async () => {
  using directory = new TestDirectory();
  const served = directory.file("served");
  mkdirSync(served);
  const environment = preloaded(
    directory,
    `require("fs").rmSync("${served}", { recursive: true, force: true });`,
  );
  const ended = await runProgram([...START, `--staticdir=${served}`, "cat"], { environment });
  expect(ended.status).toBe(78);
  expect(ended.stderr).toBe(`websockd: --staticdir=${served}: there is no such directory\n`);
});

test("nor when they end without a word", async () => {
  using directory = new TestDirectory();
  const environment = preloaded(directory, "process.exit(3);");
  const ended = await runProgram([...START, "cat"], { environment });
  expect(ended).toMatchObject({
    status: 3,
    stderr: "websockd: no worker can be had: the first ended with exit 3\n",
  });
});

test("one that cannot be started again is told of, and tried later; the others serve", async () => {
  using directory = new TestDirectory();
  const flag = directory.file("flag");
  const environment = preloaded(
    directory,
    `if (require("fs").existsSync("${flag}")) process.exit(3);`,
  );
  await using server = await startWorkers(2, ["cat"], { environment });
  const [pid] = workerPids(server);
  directory.write("flag", "");
  process.kill(pid!, "SIGKILL");
  await server.logged(/a worker has died: exit 3 worker=1 pid=\d+ retry_ms=200/);
  rmSync(flag);
  await another(server, pid!);
  using client = await RawClient.open(server);
  client.text("hello");
  expect(await client.line()).toBe("hello");
});

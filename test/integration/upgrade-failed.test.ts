// SIGUSR2 when there can be no successor: the server goes on as if nothing had been, and says why.

import { existsSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { Generations } from "../support/generations.ts";
import { loadDuring } from "../support/load-during.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, isAlive } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

async function echoes({ server }: Generations): Promise<void> {
  using client = await RawClient.open(server);
  client.text("hello");
  expect(await client.line()).toBe("hello");
}

test.each([1, 2])("with a bad file, then with a good one (%d workers)", async (workers) => {
  using directory = new TestDirectory();
  await using other = await startServer(["cat"]);
  const [config, pidFile, socket] = ["c.toml", "pid", "socket"].map((name) => directory.file(name));
  const good = `workers = ${workers}\nunixsocket = "${socket}"\n`;
  directory.write("c.toml", good);
  await using all = await Generations.start([
    `--config=${config}`,
    `--pidfile=${pidFile}`,
    `--admin=unix:${directory.file("admin")}`,
    "cat",
  ]);
  const load = await loadDuring([all.server.url], async () => {
    for (const [text, reason] of [
      ["maxfork = 1", 'c.toml:3:1: maxfork is no option (did you mean maxforks?)"'],
      ["workers = [", "c.toml:"],
      ['sslcert = "/nowhere"\nssl = true\nsslkey = "/nowhere"', "/nowhere"],
      [`redirport = ${other.port}`, `port ${other.port} is in use`],
      [`health = "127.0.0.1:${other.port}"`, "it is in use (choose another --health)"],
    ] as const) {
      directory.write("c.toml", text.includes("workers") ? text : good + text);
      const line = await all.fail();
      expect(line).toContain("the upgrade has failed, and this process goes on");
      expect(line).toContain(reason);
      expect([directory.read("pid"), existsSync(socket!)]).toEqual([`${all.pid}\n`, true]);
      const ready = await fetch("http://localhost/readyz", { unix: directory.file("admin") });
      expect(ready.status).toBe(200);
    }
    directory.write("c.toml", good);
    await all.upgrade();
  });
  expect(load.problem).toBe(null);
  expect((await fetch("http://localhost/", { unix: socket! })).status).toBe(404);
  expect(directory.read("pid")).toBe(`${all.pid}\n`);
});

/** Its log is a pipe that nobody reads: it waits for ever when it opens it. */
async function startHanging(directory: TestDirectory): Promise<{ all: Generations; pid: number }> {
  directory.write("c.toml", "");
  const all = await Generations.start([`--config=${directory.file("c.toml")}`, "cat"]);
  expect(Bun.spawnSync(["mkfifo", directory.file("fifo")]).exitCode).toBe(0);
  directory.write("c.toml", `log-file = "${directory.file("fifo")}"`);
  process.kill(all.pid, "SIGUSR2");
  const line = await all.server.logged(/an upgrade begins/);
  return { all, pid: Number(/ pid=(\d+)/.exec(line)![1]) };
}

test("one that hangs has a second one refused, and ends with the server", async () => {
  using directory = new TestDirectory();
  const { all, pid } = await startHanging(directory);
  await using generations = all;
  expect(await generations.fail()).toEndWith('no upgrade reason="one is under way"');
  await echoes(generations);
  process.kill(generations.pid, "SIGTERM");
  await generations.gone(generations.pid);
  await generations.gone(pid);
});

test("one that is killed leaves the other serving", async () => {
  using directory = new TestDirectory();
  const { all, pid } = await startHanging(directory);
  await using generations = all;
  process.kill(pid, "SIGKILL");
  expect(await generations.server.logged(/the upgrade has failed/)).toEndWith(
    'reason="signal SIGKILL"',
  );
  await echoes(generations);
  expect(isAlive(pid)).toBe(false);
  await eventually("nobody left", () => childrenOf(generations.pid).length === 0);
});

test("who serves one client has no successor, nor has a worker", async () => {
  await using all = await Generations.start(["--once", "cat"]);
  expect(await all.fail()).toContain("it serves one client (--once)");
  await using several = await Generations.start(["--workers=2", "cat"]);
  const { server } = several;
  const worker = Number(/ pid=(\d+)/.exec(await server.logged(/a worker accepts/))![1]);
  process.kill(worker, "SIGUSR2");
  expect(await server.logged(/no upgrade/)).toContain("signals are for the parent");
  await echoes(several);
});

test("to one that has a successor SIGTERM closes its sessions in order, and SIGHUP and SIGUSR2 say nothing", async () => {
  for (const words of [["cat"], ["--workers=2", "cat"]]) {
    await using all = await Generations.start(words);
    const { server } = all;
    using client = await RawClient.open(server);
    client.text("here");
    expect(await client.line()).toBe("here");
    await all.upgrade();
    server.signal("SIGUSR2");
    expect(await server.logged(/no upgrade/)).toContain("this process ends");
    server.signal("SIGHUP");
    await server.logged(/nothing is read again/);
    server.signal("SIGTERM");
    expect((await client.settle()).code).toBe(1001);
    await all.gone(server.pid);
    await echoes(all);
  }
});

test.each(["all", "last"])("SIGTERM to %s ends all in order, the last one last", async (kind) => {
  for (const words of [["cat"], ["--workers=2", "cat"]]) {
    await using all = await Generations.start(words);
    const clients: RawClient[] = [];
    for (let i = 0; i < 3; i++) {
      clients.push(await RawClient.open(all.server));
      if (i < 2) await all.upgrade();
    }
    // systemd asks all of them, or the last alone: by KillMode=. (A worker that has not heard yet may have taken the next.)
    const asked = kind === "all" ? all.pids : [all.pid];
    for (const pid of asked.filter(isAlive)) process.kill(pid, "SIGTERM");
    const codes = await Promise.all(clients.map(async (client) => (await client.settle()).code));
    expect(codes).toEqual([1001, 1001, 1001]);
    await all.gone(all.pid);
    expect(all.pids.filter(isAlive)).toEqual([]);
  }
});

test("one that ends before it hears of its successor's stop holds up nobody: the one before it is asked", async () => {
  await using all = await Generations.start(["cat"]);
  using first = await RawClient.open(all.server);
  await all.upgrade();
  const middle = all.pid;
  using second = await RawClient.open(all.server);
  await all.upgrade();
  process.kill(middle, "SIGSTOP");
  process.kill(all.pid, "SIGTERM");
  await all.server.logged(/stopping signal=SIGTERM/);
  process.kill(middle, "SIGKILL");
  expect((await first.settle()).code).toBe(1001);
  await second.ended();
  for (const pid of all.pids) await all.gone(pid);
});

test("who was stopped for its successor is not hurried by the signal that all get, but by a second one", async () => {
  const deaf = "trap '' INT TERM; echo ready; read -r line; exec sleep 600";
  for (const [ms, status] of [
    [500, 0],
    [60_000, 143],
  ] as const) {
    await using all = await Generations.start([`--stop=eof:${ms}ms,KILL`, "sh", "-c", deaf]);
    const { server } = all;
    using client = await RawClient.open(server);
    expect(await client.line()).toBe("ready");
    await all.upgrade();
    process.kill(all.pid, "SIGTERM");
    await server.logged(/stopping signal=SIGURG/);
    client.reset(); // it would be waited for
    server.signal("SIGTERM");
    if (status !== 0) process.kill(all.pid, "SIGTERM");
    expect(await server.exited()).toBe(status);
    await eventually("the end of its program", () => server.leftovers().length === 0);
  }
});

test("--drain-timeout bounds what is left to the old one, which then says that one may come again", async () => {
  await using all = await Generations.start(["--drain-timeout=50ms", "cat"]);
  using client = await RawClient.open(all.server);
  await all.upgrade();
  expect((await client.settle()).code).toBe(1012);
  await all.gone(all.server.pid);
});

// --daemon, --pidfile, --log-file: in the background, once, and with a log that can be moved away.

import { existsSync, readdirSync, readlinkSync, renameSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { Generations } from "../support/generations.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isAlive } from "../support/server-processes.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Ends the daemon of that pid file, when a test ends. */
class Daemon implements AsyncDisposable {
  readonly pid: number;

  constructor(directory: TestDirectory) {
    this.pid = Number(directory.read("pid"));
    if (!(this.pid > 1)) throw new Error(`no process id: ${directory.read("pid")}`);
  }

  async end(): Promise<void> {
    if (isAlive(this.pid)) process.kill(this.pid, "SIGTERM");
    await eventually("the daemon's end", () => !isAlive(this.pid));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Where its descriptors lead. */
function linksOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
}

function wordsFor(directory: TestDirectory): string[] {
  const files = [`--log-file=${directory.file("log")}`, `--pidfile=${directory.file("pid")}`];
  return ["--daemon", "--port=0", "--address=127.0.0.1", "--log-format=text", ...files];
}

test("it listens when its starter exits, serves, and leaves no pid file", async () => {
  using directory = new TestDirectory();
  const started = await runProgram([...wordsFor(directory), "cat"]);
  expect(started).toEqual({ status: 0, stdout: "", stderr: "" });
  await using daemon = new Daemon(directory);
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(directory.read("log"))?.[1]);
  using client = await RawClient.open({ port });
  client.text("hello");
  expect(await client.line()).toBe("hello");

  const second = await runProgram([...wordsFor(directory), "cat"]);
  expect(second.status).toBe(69);
  expect(second.stderr).toContain(`process ${daemon.pid} holds it (stop it, or name another file)`);
  expect(Number(directory.read("pid"))).toBe(daemon.pid);

  renameSync(directory.file("log"), directory.file("old"));
  process.kill(daemon.pid, "SIGUSR1");
  await eventually("the new file", () => existsSync(directory.file("log")));
  client.close(1000);
  await eventually("a line in it", () => directory.read("log").includes(" DISCONNECT "));
  expect(directory.read("old")).not.toContain(" DISCONNECT ");
  await daemon.end();
  expect(existsSync(directory.file("pid"))).toBe(false);
});

test("a log that is moved away after upgrades is left by those before, too", async () => {
  using directory = new TestDirectory();
  const log = () => directory.read("log");
  await runProgram([...wordsFor(directory), "cat"]);
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(log())?.[1]);
  const clients: RawClient[] = [];
  const pids: number[] = [];
  for (let i = 0; i < 3; i++) {
    clients.push(await RawClient.open({ port }));
    pids.push(Number(directory.read("pid")));
    if (i === 2) break;
    process.kill(pids[i]!, "SIGUSR2");
    await eventually("the next one", () => log().split("a successor serves, ").length === i + 2);
  }
  await using daemon = new Daemon(directory);
  const files = (): string[] => {
    return pids.flatMap((pid) => linksOf(pid).filter((path) => path === directory.file("log")));
  };
  renameSync(directory.file("log"), directory.file("old"));
  process.kill(daemon.pid, "SIGUSR1");
  await eventually("the new file of all", () => files().length === 3);
  for (const client of clients) client.close(1000);
  await eventually("their ends in it", () => log().split(" DISCONNECT ").length === 4);
  expect(directory.read("old")).not.toContain(" DISCONNECT ");
});

test("one that dies after an upgrade can be started again, while the one before it has sessions", async () => {
  using directory = new TestDirectory();
  const words = [`--pidfile=${directory.file("pid")}`, `--unixsocket=${directory.file("socket")}`];
  await using all = await Generations.start([...words, "cat"]);
  using client = await RawClient.open(all.server);
  await all.upgrade();
  const dead = all.pid;
  process.kill(dead, "SIGKILL");
  await all.gone(dead);
  await using again = await startServer([`--port=${all.server.port}`, ...words, "cat"]);
  await again.logged(new RegExp(`took over a stale pid file pid=${dead}`));
  client.text("as ever");
  expect(await client.line()).toBe("as ever");
  client.close(1000);
  await all.gone(all.server.pid);
  expect(directory.read("pid")).toBe(`${again.pid}\n`);
  expect(existsSync(directory.file("socket"))).toBe(true);
});

test("a file that the next one does not want goes with the one before it", async () => {
  using directory = new TestDirectory();
  const told = (name: string) => `pidfile = "${directory.file(name)}"\n`;
  directory.write("c.toml", told("first"));
  await using all = await Generations.start([`--config=${directory.file("c.toml")}`, "cat"]);
  using client = await RawClient.open(all.server);
  directory.write("c.toml", told("second"));
  await all.upgrade();
  const numbers = () => ["first", "second"].map((name) => Number(directory.read(name)));
  expect(numbers()).toEqual(all.pids);
  client.close(1000);
  await all.gone(all.server.pid);
  expect(numbers()).toEqual([0, all.pid]);
});

test("why there is no daemon is told by its starter, with its status", async () => {
  using directory = new TestDirectory();
  const { status, stderr } = await runProgram([...wordsFor(directory), "no-such-program"]);
  expect(status).toBe(127);
  expect(stderr).toStartWith('websockd: Cannot find the program "no-such-program"');
  expect(existsSync(directory.file("pid"))).toBe(false);
});

test("--daemon needs a place for its log", async () => {
  const { status, stderr } = await runProgram(["--daemon", "cat"]);
  expect(status).toBe(2);
  expect(stderr).toContain("--log-file=FILE");
});

test("a pid file that a dead process left is taken over, and programs do not hold it", async () => {
  using directory = new TestDirectory();
  directory.write("pid", "99999999\n");
  const words = [`--pidfile=${directory.file("pid")}`, "cat"];
  await using server = await startServer(words);
  await server.logged(/took over a stale pid file pid=99999999/);
  expect(Number(directory.read("pid"))).toBe(server.pid);
  using client = await RawClient.open(server);
  client.text("hello");
  expect(await client.line()).toBe("hello");
  await server.logged(/ CONNECT /);
  expect(readdirSync(`/proc/${server.services[0]}/fd`).toSorted()).toEqual(["0", "1", "2"]);
  await server.stop();
  expect(existsSync(directory.file("pid"))).toBe(false);
});

test.each([
  ["a file with something else in it", "pid", "my letters\n", "something else than a process id"],
  [
    "a directory that is not there",
    "none/pid",
    null,
    "cannot be made (ENOENT: its directory is not there; make it)",
  ],
])("%s is no pid file", async (_, name, content, problem) => {
  using directory = new TestDirectory();
  if (content !== null) directory.write(name, content);
  const words = ["--port=0", `--pidfile=${directory.file(name)}`, "cat"];
  const { status, stderr } = await runProgram(words);
  expect(status).toBe(78);
  expect(stderr).toContain(problem);
  if (content !== null) expect(directory.read(name)).toBe(content);
});

test.each([1, 2])("who reads the number may use it at once (%d workers)", async (workers) => {
  using directory = new TestDirectory();
  const words = [`--pidfile=${directory.file("pid")}`, `--workers=${workers}`, "cat"];
  let server: TestServer | null = null;
  const starting = startServer(words).then((started) => (server = started));
  starting.catch(() => {}); // it is told below
  // Looked for all the time: there are some milliseconds until signals are heard.
  const number = () => directory.read("pid").endsWith("\n");
  while (!number() && server === null) await new Promise((resolve) => setImmediate(resolve));
  const pid = Number(directory.read("pid"));
  process.kill(pid, "SIGUSR1");
  process.kill(pid, "SIGHUP");
  await using started = await starting;
  await started.logged(/there are no certificates to read/);
});

test("--check tells what cannot be written, and makes nothing", async () => {
  using directory = new TestDirectory();
  const files = [`--log-file=${directory.file("log")}`, "--pidfile=/nowhere/pid"];
  const { status, stdout } = await runProgram(["--check", "--port=0", ...files, "cat"]);
  expect(status).toBe(78);
  expect(stdout).toContain(
    "wrong: --pidfile=/nowhere/pid: cannot be written (ENOENT: its directory is not there; make it)",
  );
  expect(stdout).not.toContain("wrong: --log-file");
  expect(readdirSync(directory.path)).toEqual([]);
  const device = await runProgram(["--check", "--port=0", "--pidfile=/dev/null", "cat"]);
  expect(device.stdout).toContain("wrong: --pidfile=/dev/null: this is no regular file");
});

test("a log file that cannot be opened is refused", async () => {
  const { status, stderr } = await runProgram(["--port=0", "--log-file=/nowhere/log", "cat"]);
  expect(status).toBe(78);
  expect(stderr).toContain(
    "--log-file=/nowhere/log: cannot be opened (ENOENT: its directory is not there; make it)",
  );
});

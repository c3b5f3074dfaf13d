// SIGUSR2 in the ways in which a server is started: in the background, on systemd's sockets, on a full disk.

import { existsSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { Generations } from "../support/generations.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isAlive, isListening } from "../support/server-processes.ts";
import { PROGRAM, runProgram, TEST_TIMEOUT_MS } from "../support/server.ts";
import { freePort, StartedProcess } from "../support/started-process.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const SYSTEMD = "systemd-socket-activate";
const noSystemd = missing(SYSTEMD, Bun.which(SYSTEMD) !== null);
/** A file system of one page. */
const TINY = "mount -t tmpfs -o size=4k none";
/** Root's, or anybody's with a user namespace. */
const SPACES = ["-m", "-Urm"].find(
  (flags) => Bun.spawnSync(["unshare", flags, "sh", "-c", `${TINY} /mnt`]).exitCode === 0,
);
const noMount = missing("unshare with mount", SPACES !== undefined);

async function echo(port: number): Promise<void> {
  using client = await RawClient.open({ port });
  client.text("hello");
  expect(await client.line()).toBe("hello");
}

/** Ended with the test, whoever it is by then. */
class OwnerOf implements AsyncDisposable {
  readonly #directory: TestDirectory;

  constructor(directory: TestDirectory) {
    this.#directory = directory;
  }

  get pid(): number {
    return Number(this.#directory.read("pid"));
  }

  async upgrade(): Promise<void> {
    const { pid } = this;
    process.kill(pid, "SIGUSR2");
    await eventually("the next one's number", () => this.pid !== pid);
    await eventually("the end of the old one", () => !isAlive(pid));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!existsSync(this.#directory.file("pid"))) return;
    const { pid } = this;
    process.kill(pid, "SIGTERM");
    await eventually("its end", () => !isAlive(pid));
  }
}

test("in the background, where the log has why the next one fails, though nobody hears it", async () => {
  using directory = new TestDirectory();
  const config = directory.write("c.toml", "");
  const files = [`--log-file=${directory.file("log")}`, `--pidfile=${directory.file("pid")}`];
  const words = ["--daemon", "--port=0", "--address=127.0.0.1", `--config=${config}`, ...files];
  const started = await runProgram([...words, "cat"]);
  expect([started.status, started.stderr]).toEqual([0, ""]);
  await using owner = new OwnerOf(directory);
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(directory.read("log"))?.[1]);
  for (let i = 0; i < 2; i++) await owner.upgrade();
  await echo(port);
  directory.write("c.toml", "maxfork = 1");
  process.kill(owner.pid, "SIGUSR2");
  await eventually("the reason", () =>
    /has failed.*c\.toml:1:1: maxfork is no/.test(directory.read("log")),
  );
  await echo(port);
});

test.skipIf(noSystemd)("on the sockets that systemd opened, each by its name", async () => {
  using directory = new TestDirectory();
  const [port, redirect] = [freePort(), freePort()];
  const sockets = ["-l", `127.0.0.1:${redirect}`, "-l", `127.0.0.1:${port}`];
  const names = "--fdname=redirect:web";
  const words = [`--pidfile=${directory.file("pid")}`, "sh", "-c", "env; exec cat"];
  const program = [SYSTEMD, ...sockets, names, ...PROGRAM, "--passenv=*", ...words];
  await using activated = new StartedProcess(program);
  await eventually("that somebody listens", () => isListening(port));
  using first = await RawClient.open({ port });
  await using owner = new OwnerOf(directory);
  expect(owner.pid).toBe(activated.pid);
  first.close(1000);
  for (let i = 0; i < 2; i++) await owner.upgrade();
  using client = await RawClient.open({ port });
  client.text("end of variables");
  const seen: string[] = [];
  while (seen.at(-1) !== "end of variables") seen.push(await client.line());
  expect(seen.filter((line) => /^(?:LISTEN_|WEBSOCKD_|NOTIFY_)/.test(line))).toEqual([]);
  const answer = await fetch(`http://127.0.0.1:${redirect}/a`, { redirect: "manual" });
  expect(answer.headers.get("location")).toBe(`http://127.0.0.1:${port}/a`);
});

test.skipIf(noMount)("a full disk for the pid file refuses a start, not an upgrade", async () => {
  using directory = new TestDirectory();
  const at = directory.path;
  const program = (fill: string) => {
    const script = `${TINY} ${at} && ${fill}; exec "$@"`;
    return ["unshare", SPACES!, "sh", "-c", script, "sh", ...PROGRAM];
  };
  const words = [`--pidfile=${at}/pid`, "cat"];
  const full = program(`head -c 9999 /dev/zero > ${at}/full`);
  const { status, stderr } = await runProgram(["--port=0", ...words], { program: full });
  expect([status, stderr]).toEqual([
    78,
    expect.stringContaining("cannot be written (ENOSPC: the disk is full)"),
  ]);
  // The only page has the number of the first; that of the next goes to the same.
  const first = program(`echo 99999999 > ${at}/pid && ! echo 1 > ${at}/full`);
  await using all = await Generations.start(words, { program: first });
  await all.upgrade();
  await echo(all.server.port);
});

test("a second server on the same port is told so, while one upgrades, too", async () => {
  await using all = await Generations.start(["cat"]);
  const words = [`--port=${all.server.port}`, "--address=127.0.0.1", "cat"];
  const statuses: (number | null)[] = [];
  await Promise.all([
    all.upgrade(),
    (async () => {
      for (let i = 0; i < 3; i++) {
        const { status, stderr } = await runProgram(words);
        expect(stderr).toContain("is in use (choose another --port)");
        statuses.push(status);
      }
    })(),
  ]);
  expect(statuses).toEqual([69, 69, 69]);
});

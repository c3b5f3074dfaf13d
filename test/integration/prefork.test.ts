// --prefork: programs that wait for their clients, those that do not, bursts, ends, and their variables.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { TestCgroup } from "../support/cgroup.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, descriptorsOf, isAlive } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Says its number when it is asked for it. */
const NUMBERED = ["sh", "-c", "while read -r line; do echo $$ $line; done"];
const EARLY = / before its client came/;
function livingChildren(server: TestServer): number[] {
  return childrenOf(server.pid).flatMap(({ pid, state }) => (state === "Z" ? [] : [pid]));
}

/** The numbers of the programs that wait, once there are so many. */
async function waiting(server: TestServer, count: number): Promise<number[]> {
  return eventually(`${count} programs`, () => {
    const pids = livingChildren(server);
    return pids.length === count ? pids : null;
  });
}

async function numberOf(client: RawClient): Promise<number> {
  client.text("which");
  return Number((await client.line()).split(" ")[0]);
}

test("a client gets one that was there before it, and another takes its place", async () => {
  await using server = await startServer(["--prefork=3", ...NUMBERED]);
  const before = await waiting(server, 3);
  using first = await RawClient.open(server);
  using second = await RawClient.open(server);
  const used = [await numberOf(first), await numberOf(second)];
  for (const pid of used) expect(before).toContain(pid);
  expect(new Set(used).size).toBe(2);
  const after = await waiting(server, 5);
  expect(after.filter((pid) => !before.includes(pid))).toHaveLength(2);
  first.close(1000);
  await first.farewell();
  await waiting(server, 4);
  expect(server.matching(/ CONNECT /)).toHaveLength(2);
});

test("what it says before its client comes is that client's, its errors are the log's", async () => {
  const script = "echo hello; echo early >&2; read -r line; echo late >&2; echo $line; exit 3";
  await using server = await startServer(["--prefork=1", "sh", "-c", script]);
  const early = await server.logged(/ early/);
  const [pid] = await waiting(server, 1);
  expect(early).toContain(`pid=${pid}`);
  expect(early).not.toContain("session=");
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("hello");
  client.text("bye");
  const { code, messages } = await client.settle();
  expect([code, Buffer.concat(messages).toString()]).toEqual([4003, "bye"]);
  expect(await server.logged(/ late/)).toContain("session=1");
  expect(await server.logged(/ DISCONNECT /)).toContain(`pid=${pid}`);
});

describe("its variables", () => {
  const SHOW = ["sh", "-c", "read -r line; env; echo end; exec cat"];
  const fields = ['X-Quote: a"b\\c\u00e9'];

  async function linesUntilEnd(client: RawClient): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await client.line();
      if (line === "end") return lines;
      lines.push(line);
    }
  }

  test("are the operator's alone, whether it waited or not", async () => {
    const words = ["--prefork=1", "--passenv=PATH,KEPT", "--env=SET=2", ...SHOW];
    await using server = await startServer(words, { environment: { KEPT: "1" } });
    await waiting(server, 1);
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.open(server)));
    for (const client of clients) {
      using each = client;
      each.text("go");
      const names = (await linesUntilEnd(each)).map((line) => line.split("=")[0]);
      expect(names).toEqual(expect.arrayContaining(["KEPT", "PATH", "SET"]));
      expect(names.filter((name) => /^(REMOTE|HTTP|QUERY|UNIQUE|SERVER)_/.test(name!))).toEqual([]);
    }
  });

  for (const framing of ["lines", "length", "raw"]) {
    test(`are the first line with --prefork-env=line and --framing=${framing}`, async () => {
      const program = `
import json, os, struct, sys
line = sys.stdin.buffer.readline()
told = json.loads(line)
rest = sys.stdin.buffer.read(1) if "${framing}" == "raw" else b""
text = json.dumps([told, dict(os.environ), rest.decode()]).encode()
if "${framing}" == "length": text = struct.pack(">I", len(text)) + text
sys.stdout.buffer.write(text + (b"\\n" if "${framing}" == "lines" else b""))
sys.stdout.flush()`;
      const words = ["--prefork=1", "--prefork-env=line", `--framing=${framing}`];
      const given = ["--env=SET=2", "--env=REMOTE_PORT=set"];
      await using server = await startServer([...words, ...given, "python3", "-c", program]);
      await waiting(server, 1);
      // More than one: one of them was not there before its client.
      const clients = await Promise.all(
        [1, 2, 3].map(() => RawClient.open(server, { target: "/a%20b?q=1&r", fields })),
      );
      const ids = new Set<string>();
      for (const client of clients) {
        using each = client;
        each.binary("!");
        const [told, environment, rest] = JSON.parse(await each.line());
        expect(told).toMatchObject({
          REMOTE_ADDR: "127.0.0.1",
          QUERY_STRING: "q=1&r",
          PATH_INFO: "/a b",
          HTTP_X_QUOTE: 'a"b\\c\u00e9',
          WEBSOCKET_PROTOCOL: "",
        });
        expect(told).not.toHaveProperty("SET");
        expect(told).not.toHaveProperty("PATH");
        expect(environment).toMatchObject({ SET: "2", REMOTE_PORT: "set" });
        expect(told).not.toHaveProperty("REMOTE_PORT"); // the operator's word holds for all
        expect(environment).not.toHaveProperty("QUERY_STRING");
        expect(rest).toBe(framing === "raw" ? "!" : "");
        ids.add(told.UNIQUE_ID);
      }
      expect(ids.size).toBe(3);
    });
  }
});

describe("one that does not wait", () => {
  test("is told of once, tried again later and later, and clients are served all the same", async () => {
    using directory = new TestDirectory();
    const script = `echo x >> ${directory.file("starts")}; exit 7`;
    await using server = await startServer(["--prefork=4", "sh", "-c", script]);
    const line = await server.logged(EARLY);
    expect(line).toContain("--prefork wants one that waits for stdin");
    expect(line).toContain('reason="exit 7"');
    const starts = () => directory.read("starts").length / 2;
    await eventually("a second try", () => starts() >= 6);
    for (let i = 0; i < 3; i++) {
      using client = await RawClient.open(server);
      expect((await client.settle()).code).toBe(4007);
    }
    expect(server.matching(EARLY)).toHaveLength(1);
    expect(starts()).toBeLessThan(20);
  });

  test("and is killed while it waits is replaced", async () => {
    await using server = await startServer(["--prefork=2", ...NUMBERED]);
    const before = await waiting(server, 2);
    process.kill(before[0]!, "SIGKILL");
    expect(await server.logged(EARLY)).toContain("signal SIGKILL");
    const after = await eventually("another one", () => {
      const pids = livingChildren(server);
      return pids.length === 2 && !pids.includes(before[0]!) ? pids : null;
    });
    using client = await RawClient.open(server);
    expect(after).toContain(await numberOf(client));
  });

  test("or cannot be started is told of once, and clients are told why not", async () => {
    using directory = new TestDirectory();
    const program = directory.write("program", "#!/no/such/interpreter\n", 0o755);
    await using server = await startServer(["--prefork=3", program]);
    await server.logged(/Cannot start a spare/);
    expect(String(await RawClient.open(server).catch(String))).toContain("HTTP/1.1 502 ");
    expect(server.matching(/Cannot start a spare/)).toHaveLength(1);
  });
});

test("a burst: no more sessions than may be, no more programs than those and the spares", async () => {
  const [sessionsMax, spares] = [6, 3];
  const words = [`--maxforks=${sessionsMax}`, `--prefork=${spares}`, ...NUMBERED];
  await using server = await startServer(words);
  await waiting(server, spares);
  const descriptors = descriptorsOf(server.pid);
  for (let round = 0; round < 3; round++) {
    const attempts = await Promise.allSettled(
      Array.from({ length: 30 }, () => RawClient.open(server)),
    );
    const clients = attempts.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(clients).toHaveLength(sessionsMax);
    for (const each of attempts) {
      if (each.status === "rejected") expect(String(each.reason)).toContain("HTTP/1.1 429 ");
    }
    expect(new Set(await Promise.all(clients.map(numberOf))).size).toBe(sessionsMax);
    await waiting(server, sessionsMax + spares);
    for (const client of clients) client.close(1000);
    await Promise.all(clients.map((client) => client.farewell()));
    await waiting(server, spares);
  }
  // When they were counted first, the last of the spares may just have been in the making.
  await eventually("no more descriptors", () => descriptorsOf(server.pid) <= descriptors);
});

test("they end with the server, also those that heed nothing but SIGKILL", async () => {
  const script = 'trap "" INT TERM; echo up >&2; while :; do sleep 1; done';
  const server = await startServer(["--prefork=3", "sh", "-c", script]);
  await eventually("three of them", () => server.matching(/ up/).length === 3);
  const pids = await waiting(server, 3);
  await server.stop();
  expect(pids.filter(isAlive)).toEqual([]);
});

test("they end when the server is told twice to", async () => {
  const script = 'trap "" INT TERM; echo up >&2; while :; do sleep 1; done';
  const server = await startServer(["--prefork=2", "--stop=eof:1h", "sh", "-c", script]);
  await eventually("two of them", () => server.matching(/ up/).length === 2);
  const pids = await waiting(server, 2);
  server.signal("SIGTERM");
  await server.logged(/ stopping/);
  server.signal("SIGTERM");
  expect(await server.exited()).toBe(143);
  await eventually("their end", () => pids.every((pid) => !isAlive(pid)));
});

test("they are nobody: --exit-idle and --once go by clients", async () => {
  const idle = await startServer(["--prefork=2", "--exit-idle=300ms", "cat"]);
  expect(await idle.exited()).toBe(0);
  const once = await startServer(["--prefork=2", "--once", "cat"]);
  const client = await RawClient.open(once);
  client.close(1000);
  await client.farewell();
  client[Symbol.dispose]();
  expect(await once.exited()).toBe(0);
});

test("each has its cgroup, and takes it along", async () => {
  using parent = TestCgroup.make("spare programs have their own");
  if (parent === null) return;
  const leaves = () =>
    readdirSync(parent.path).filter((name) => existsSync(join(parent.path, name, "cgroup.procs")));
  const server = await startServer(["--prefork=2", `--cgroup=${parent.path}`, ...NUMBERED]);
  await waiting(server, 2);
  expect(leaves()).toHaveLength(2);
  using client = await RawClient.open(server);
  await numberOf(client);
  await waiting(server, 3);
  expect(leaves()).toHaveLength(3);
  await server.stop();
  expect(leaves()).toEqual([]);
});

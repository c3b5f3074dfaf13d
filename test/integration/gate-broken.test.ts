// Gates that are broken: each is over in bounded time, its client learns no details, the log does, and its place is free again.

import { chmodSync, readdirSync, renameSync, rmSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { TestCgroup } from "../support/cgroup.ts";
import { admission, admissionWhenFree, gateOption, refusal } from "../support/gates.ts";
import { missing } from "../support/missing-peer.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, descriptorsOf, isAlive, isGroupAlive } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const BROKEN = "Whether this WebSocket may be opened could not be found out.\n";
/** One place: who is let in behind a broken one has proved that it was given back. */
const ONE = "--maxforks=1";

/** The gate does `script`, its number in the file `pid`, until the file `good` is there: then it lets in. */
function gateWith(directory: TestDirectory, script: string): string {
  const [pid, good] = [directory.file("pid"), directory.file("good")];
  return gateOption(directory, `echo $$ > "${pid}"; [ -e "${good}" ] && exit 0\n${script}`);
}

/** The place comes free, nothing of the gate is left, and a good answer lets in as ever. */
async function proveOver(server: TestServer, directory: TestDirectory): Promise<void> {
  const pid = Number(directory.read("pid"));
  await eventually("the end of the gate", () => !isGroupAlive(pid));
  directory.write("good", "");
  await eventually("no child is left", () => childrenOf(server.pid).length === 0);
  expect(await admissionWhenFree(server)).toEqual(["in"]);
}

interface Case {
  readonly name: string;
  readonly script: string;
  readonly status: number;
  /** What the log says. */
  readonly problem: RegExp;
}

const LATE = /the gate ".*" is broken: It did not exit within 400 ms \(--gate-timeout\)/i;
const LONG = /is broken: It wrote more than 16384 bytes to stdout/;
const CASES: readonly Case[] = [
  { name: "hangs", script: "exec sleep 60", status: 504, problem: LATE },
  {
    name: "hangs, and heeds no signal that it can ignore",
    script: 'trap "" TERM INT HUP; while :; do sleep 60; done',
    status: 504,
    problem: LATE,
  },
  {
    name: "closes stdout and stderr, and runs on",
    script: "exec sleep 60 >&- 2>&-",
    status: 504,
    problem: LATE,
  },
  { name: "stops itself", script: "kill -STOP $$", status: 504, problem: LATE },
  { name: "has said all, and hangs", script: "echo User: u; sleep 60", status: 504, problem: LATE },
  { name: "prints 1 GB", script: "head -c 1G /dev/zero", status: 502, problem: LONG },
  {
    name: "prints for ever, and heeds no SIGTERM",
    script: 'trap "" TERM PIPE; while :; do yes; done 2>/dev/null',
    status: 502,
    problem: LONG,
  },
  {
    name: "prints a little too much, and exits with 0",
    script: "echo X: y; echo; head -c 16379 /dev/zero | tr '\\0' x; exit 0",
    status: 502,
    problem: LONG,
  },
  {
    name: "prints no fields",
    script: "echo you may come in; exit 0",
    status: 502,
    problem: /is broken: Line 1 of its output is no field: write fields as NAME: VALUE/,
  },
  {
    name: "refuses, and forgets to exit so",
    script: "echo Status: 401; exit 0",
    status: 502,
    problem: /is broken: It exited with 0, which lets in, and gave a Status/,
  },
  {
    name: "splits the response",
    script: "printf 'X: a\\rSet-Cookie: b\\n'; exit 0",
    status: 502,
    problem: /is broken: Line 1 of its output is no field/,
  },
  {
    name: "chooses a subprotocol that nobody offered",
    script: "echo Sec-WebSocket-Protocol: x; exit 0",
    status: 502,
    problem: /is broken: It gave a Sec-WebSocket-Protocol that the client did not offer/,
  },
];

for (const { name, script, status, problem } of CASES) {
  test.concurrent(`one that ${name}: ${status}`, async () => {
    using directory = new TestDirectory();
    const time = `--gate-timeout=${status === 504 ? "400ms" : "60s"}`;
    const words = [ONE, time, gateWith(directory, script)];
    await using server = await startServer([...words, "echo", "in"]);
    expect(await refusal(server)).toMatchObject({ status, body: BROKEN });
    expect(await server.logged(/ERROR .* is broken/)).toMatch(problem);
    const line = await server.logged(/ REFUSED /);
    expect(line).toMatch(
      new RegExp(` status=${status} reason="the gate is broken" id=\\S+ duration_ms=`),
    );
    await proveOver(server, directory);
  });
}

test.concurrent("1 GB on stderr is read and dropped, and what it says then holds", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, "head -c 1G /dev/zero >&2; echo User: late");
  await using server = await startServer([
    gate,
    "--gate-timeout=60s",
    "sh",
    "-c",
    "echo $REMOTE_USER",
  ]);
  expect((await admission(server)).lines).toEqual(["late"]);
  expect(server.matching(/ stream=stderr$/).length).toBeLessThan(10);
});

test.concurrent("16 KiB are not too much", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, "echo X: y; echo; head -c 16378 /dev/zero | tr '\\0' x");
  await using server = await startServer([gate, "echo", "in"]);
  expect((await admission(server)).lines).toEqual(["in"]);
});

test.concurrent(
  "a grandchild that holds stdout and stderr is not waited for, and ends",
  async () => {
    using directory = new TestDirectory();
    const gate = gateWith(directory, `sleep 600 & echo $! > "${directory.file("child")}"; exit 1`);
    await using server = await startServer([ONE, gate, "echo", "in"]);
    expect(await refusal(server)).toMatchObject({ status: 403 });
    await eventually("its end", () => !isAlive(Number(directory.read("child"))));
    await proveOver(server, directory);
  },
);

test.concurrent(
  "one that admits, and leaves something behind in its group: the session waits for its end",
  async () => {
    using directory = new TestDirectory();
    const deaf = '(trap "" TERM; while :; do sleep 60; done)';
    const script = `${deaf} & echo $! > "${directory.file("child")}"; exit 0`;
    const gate = gateOption(directory, script);
    const check = `kill -0 $(cat "${directory.file("child")}") 2>/dev/null && echo there || echo gone`;
    await using server = await startServer([gate, "sh", "-c", check]);
    expect((await admission(server)).lines).toEqual(["gone"]);
  },
);

test.concurrent("a daemon of its own is told of, as any program's is", async () => {
  using directory = new TestDirectory();
  const daemon = 'setsid sh -c "echo \\$\\$ > \\"$0.pid\\"; exec sleep 600" > /dev/null 2>&1 &';
  const gate = gateOption(directory, `${daemon}\nwhile [ ! -s "$0.pid" ]; do sleep 0.01; done`);
  await using server = await startServer([gate, "echo", "in"]);
  expect((await admission(server)).lines).toEqual(["in"]);
  const pid = Number(directory.read("gate.pid"));
  try {
    expect(await server.logged(/left a process behind/)).toContain(` pid=${pid} `);
  } finally {
    process.kill(pid, "SIGKILL");
  }
});

test.concurrent("--cgroup: there a daemon ends with its gate", async () => {
  using cgroup = TestCgroup.make("no daemon can be caught");
  if (cgroup === null) return;
  using directory = new TestDirectory();
  const daemon = 'setsid sh -c "echo \\$\\$ > \\"$0.pid\\"; exec sleep 600" > /dev/null 2>&1 &';
  const gate = gateOption(directory, `${daemon}\nwhile [ ! -s "$0.pid" ]; do sleep 0.01; done`);
  await using server = await startServer([gate, `--cgroup=${cgroup.path}`, "echo", "in"]);
  expect((await admission(server)).lines).toEqual(["in"]);
  expect(isAlive(Number(directory.read("gate.pid")))).toBe(false);
  await server.logged(/ DISCONNECT /);
  expect(readdirSync(cgroup.path).filter((name) => name.startsWith("websockd-"))).toEqual([]);
});

test.concurrent(
  "one that is gone since the start, or may not run: 502, and again a session when it is back",
  async () => {
    using directory = new TestDirectory();
    const gate = gateOption(directory, "exit 0");
    const path = directory.file("gate");
    await using server = await startServer([ONE, gate, "echo", "in"]);
    renameSync(path, directory.file("away"));
    expect(await refusal(server)).toMatchObject({ status: 502, body: BROKEN });
    expect(await server.logged(/ is broken: It cannot be started: /)).toContain("ENOENT");
    renameSync(directory.file("away"), path);
    expect((await admission(server)).lines).toEqual(["in"]);
    await server.logged(/ DISCONNECT /);
    directory.write("gate", "#!/no/such/interpreter\n");
    expect(await refusal(server)).toMatchObject({ status: 502, body: BROKEN });
    rmSync(path);
    directory.write("gate", "#!/bin/sh\n");
    chmodSync(path, 0o644);
    expect(await refusal(server)).toMatchObject({ status: 502, body: BROKEN });
    chmodSync(path, 0o755);
    expect((await admission(server)).lines).toEqual(["in"]);
  },
);

test.concurrent("out of descriptors: 503 with Retry-After, and none is lost", async () => {
  const prlimit = Bun.which("prlimit");
  if (missing("prlimit", prlimit !== null)) return;
  using directory = new TestDirectory();
  await using server = await startServer([
    "--maxforks=1",
    gateOption(directory, ":"),
    "echo",
    "in",
  ]);
  await admission(server);
  await server.logged(/ DISCONNECT /);
  const before = descriptorsOf(server.pid);
  const highest = Math.max(...readdirSync(`/proc/${server.pid}/fd`).map(Number));
  const limit = (count: number) =>
    Bun.spawnSync([prlimit!, `--pid=${server.pid}`, `--nofile=${count}:`]);
  expect(limit(highest + 3).exitCode).toBe(0);
  const answer = await refusal(server);
  expect(answer).toMatchObject({ status: 503, body: BROKEN });
  expect(answer.head).toContain("\r\nRetry-After: 1\r\n");
  expect(limit(1000).exitCode).toBe(0);
  expect((await admission(server)).lines).toEqual(["in"]);
  await eventually("as many as before", () => descriptorsOf(server.pid) <= before);
});

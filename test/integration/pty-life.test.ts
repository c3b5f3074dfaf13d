// Terminals beside all else that there is: users, workers, TLS, spare programs, and the end of each.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned } from "../support/certificates.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { rejection } from "../support/rejection.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, descriptorsOf, isGroupAlive } from "../support/server-processes.ts";
import { PROGRAM, runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { startWorkers, workerPids } from "../support/server-workers.ts";
import { TerminalClient } from "../support/terminal-client.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("skipped: who is not root cannot start programs as somebody else");
const noSetpriv = missing("setpriv", Bun.which("setpriv") !== null);

describe.skipIf(!isRoot)("--user", () => {
  test("the terminal belongs to that user, who controls it", async () => {
    const script = "id -un; stat -c %U $(tty); : >/dev/tty && echo own; exec >$(tty) && echo again";
    await using server = await startServer(["--user=nobody", "--pty", "sh", "-c", script]);
    using client = await TerminalClient.open(server);
    expect((await client.closed).code).toBe(1000);
    expect(client.screen).toBe("nobody\r\nnobody\r\nown\r\nagain\r\n");
  });

  test.skipIf(noSetpriv)("it cannot be given without CAP_CHOWN: refused at the start", async () => {
    const program = ["setpriv", "--bounding-set=-chown", ...PROGRAM];
    const words = ["--port=0", "--user=nobody", "--pty", "cat"];
    const { status, stderr } = await runProgram(words, { program });
    expect([status, stderr]).toEqual([78, expect.stringMatching(/--pty: .* CAP_CHOWN/)]);
  });

  test("and with limits, a niceness and a directory", async () => {
    const words = ["--user=nobody", "--limit=nofile=77", "--nice=5", "--cwd=/", "--pty"];
    await using server = await startServer([...words, "sh", "-c", "ulimit -n; nice; pwd; tty"]);
    using client = await TerminalClient.open(server);
    await client.closed;
    expect(client.screen).toMatch(/^77\r\n5\r\n\/\r\n\/dev\/pts\/\d+\r\n$/);
  });

  test("--pty=pipe", async () => {
    const script = "id -un; stat -c %U $(tty); echo x >/dev/stdout";
    await using server = await startServer(["--user=nobody", "--pty=pipe", "sh", "-c", script]);
    using client = await RawClient.open(server);
    const { messages } = await client.settle();
    expect(messages.map((bytes) => Buffer.from(bytes).toString())).toEqual([
      "nobody",
      "nobody",
      "x",
    ]);
  });
});

test("--workers", async () => {
  await using server = await startServer(["--workers=2", "--pty", "sh", "-c", "tty; exit 3"]);
  for (let i = 0; i < 8; i++) {
    using client = await TerminalClient.open(server);
    expect((await client.closed).code).toBe(4003);
    expect(client.screen).toMatch(/^\/dev\/pts\//);
  }
});

test("a worker that is killed: the shell's jobs are ended, too", async () => {
  const shell = ["bash", "--norc", "--noprofile", "--noediting"];
  const words = ["--stop=eof:50ms,TERM:50ms", "--env=PS1=ready> ", "--pty", ...shell];
  await using server = await startWorkers(2, words);
  using client = await TerminalClient.open(server);
  await client.shows("ready> ");
  client.type("sleep 1001 & sleep 1002 & disown; (trap '' HUP TERM; sleep 1003) &\r");
  await eventually("jobs", () => server.leftovers().length === 4);
  for (const pid of workerPids(server)) process.kill(pid, "SIGKILL");
  await eventually("their end", () => server.leftovers().length === 0);
  expect((await client.closed).code).toBe(1006);
});

test("TLS, and --compress", async () => {
  using directory = new TestDirectory();
  const { certificate, key } = selfSigned(directory, "localhost", ["DNS:localhost"]);
  const tls = ["--ssl", `--sslcert=${certificate}`, `--sslkey=${key}`];
  await using server = await startServer([...tls, "--compress", "--pty", "cat"]);
  const options = { tls: { rejectUnauthorized: false } };
  using client = await TerminalClient.open(server, options);
  client.type("typed\r");
  await client.shows("typed\r\ntyped\r\n");
  client.resize(90, 30);
  client.signal("INT");
  expect((await client.closed).code).toBe(4302);
});

test("--prefork: what a spare has shown is for its client", async () => {
  await using server = await startServer([
    "--prefork=2",
    "--pty",
    "sh",
    "-c",
    "echo first; exec cat",
  ]);
  await eventually("spares", () => childrenOf(server.pid).length === 2);
  using client = await TerminalClient.open(server);
  await client.shows("first\r\n");
  client.resize(50, 20);
  client.type("typed\r\x04");
  expect((await client.closed).code).toBe(1000);
  expect(client.screen).toBe("first\r\ntyped\r\ntyped\r\n");
});

test("--dir: the program that the path names", async () => {
  using directory = new TestDirectory();
  directory.write("where", "#!/bin/sh\necho $SCRIPT_NAME $(stty size)\n", 0o755);
  await using server = await startServer([`--dir=${directory.path}`, "--pty=81x25"]);
  using client = await TerminalClient.open({ url: `${server.url}where` });
  await client.closed;
  expect(client.screen).toBe("/where 25 81\r\n");
});

describe("the end", () => {
  test("of the server: the program is hung up, the client told", async () => {
    await using server = await startServer(["--pty", "sh", "-c", "echo go; sleep 1000"]);
    using client = await TerminalClient.open(server);
    await client.shows("go");
    await server.stop();
    expect((await client.closed).code).toBe(1001);
  });

  test("of the server by SIGKILL: the kernel hangs up", async () => {
    await using server = await startServer(["--pty", "sh", "-c", "echo go; sleep 1000"]);
    using client = await TerminalClient.open(server);
    await client.shows("go");
    const [leader] = server.services;
    await server.crash();
    await eventually("the end of the group", () => !isGroupAlive(leader!));
  });

  test("of the client's sending alone: the end of file is typed", async () => {
    await using server = await startServer(["--pty", "sh", "-c", "cat; echo after; exit 6"]);
    using client = await RawClient.open(server);
    await client.flushed();
    client.cut();
    const { messages, code } = await client.farewell();
    expect([Buffer.concat(messages).toString(), code]).toEqual(["after\r\n", 4006]);
  });

  test("--on-client-close=finish: nothing is hung up", async () => {
    using directory = new TestDirectory();
    const file = directory.file("done");
    const script = `echo go; cat; sleep 0.2; echo done >${file}; exit 4`;
    const words = ["--on-client-close=finish", "--pty", "sh", "-c", script];
    await using server = await startServer(words);
    const client = await TerminalClient.open(server);
    await client.shows("go");
    client.leave();
    expect(await server.logged(/ DISCONNECT /)).toContain(" exit=4 ");
    expect(directory.read("done")).toBe("done\n");
  });

  test.each([
    ["closes all ends and lives on", "exec <&- >&- 2>&-; sleep 0.3; exit 5", ""],
    [
      "opens the terminal again",
      "exec <&- >&- 2>&-; sleep 0.3; echo again >/dev/tty; exit 5",
      "again\r\n",
    ],
  ])("of a program that %s is its own: no hang-up", async (_, script, shown) => {
    await using server = await startServer(["--pty", "sh", "-c", script]);
    using client = await TerminalClient.open(server);
    client.type("for nobody");
    expect(await client.closed).toEqual({ code: 4005, reason: "exit 5" });
    expect(client.screen.replace("for nobody", "")).toBe(shown);
  });

  test("of the program, while a job holds the terminal: --linger", async () => {
    const script = "trap '' HUP; sleep 1000 & echo last; exit 2";
    await using server = await startServer(["--pty", "sh", "-c", script]);
    using client = await TerminalClient.open(server);
    expect((await client.closed).code).toBe(4002);
    expect(client.screen).toBe("last\r\n");
    await server.logged(/ DISCONNECT /);
    expect(server.leftovers()).toEqual([]);
  });

  test("of a hundred clients: no descriptor and no process is left", async () => {
    await using server = await startServer(["--loglevel=access", "--pty", "cat"]);
    const before = descriptorsOf(server.pid);
    for (let round = 0; round < 4; round++) {
      const opening = Array.from({ length: 25 }, () => TerminalClient.open(server));
      for (const client of await Promise.all(opening)) client.leave();
    }
    await eventually("their end", () => childrenOf(server.pid).length === 0);
    await eventually("their descriptors", () => descriptorsOf(server.pid) <= before + 2);
  });
});

test("a program that cannot be started is an HTTP error, as with pipes", async () => {
  using directory = new TestDirectory();
  const program = directory.write("program", "#!/bin/sh\n", 0o755);
  await using server = await startServer(["--pty", program]);
  const before = descriptorsOf(server.pid);
  directory.write("program", "", 0o644);
  Bun.spawnSync(["rm", program]);
  expect(await rejection(RawClient.open(server))).toContain("HTTP/1.1 502");
  await server.logged(/Cannot start /);
  expect(descriptorsOf(server.pid)).toBeLessThanOrEqual(before + 1);
});

test("whatever runs in a terminal is a shell to who warns of one", async () => {
  const check = async (...words: string[]) =>
    (await runProgram(["--check", ...words, "top"])).stdout;
  expect(await check("--pty")).toMatch(/WARNING .*ANYBODY .* by top, in a terminal/);
  expect(await check("--pty=pipe")).not.toContain("WARNING");
  expect(await check("--pty", "--address=127.0.0.1")).not.toContain("WARNING");
  const open = ["--pty", "--address=127.0.0.1", "--origin=*"];
  expect(await check(...open)).toMatch(/WARNING .*ANY WEB PAGE .* by top, in a terminal/);
});

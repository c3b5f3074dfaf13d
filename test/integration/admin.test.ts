// --admin of the real program: who may ask, what it says while the server lives and ends, and that its figures are exact.

import { existsSync, statSync } from "node:fs";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { adminUrl, growth, metrics } from "../support/admin.ts";
import { curl, HAS_CURL } from "../support/curl.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { rejection } from "../support/rejection.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const ADMIN = "--admin=127.0.0.1:0";
/** Echoes; `quit` makes it exit with 3. */
const PROGRAM = 'while read -r line; do [ "$line" = quit ] && exit 3; echo "$line"; done';

/** Answers the Close that it is sent. */
async function leave(client: RawClient): Promise<void> {
  const { code } = await client.farewell();
  client.close(code);
}

test("what happened is what the metrics say, and what goes on is in them", async () => {
  await using server = await startServer([ADMIN, "--maxforks=2", "sh", "-c", PROGRAM]);
  const begin = await metrics(server);
  expect(begin.get("websockd_sessions")).toBe(0);
  using first = await RawClient.open(server);
  using second = await RawClient.open(server);
  first.text("hello");
  expect(await first.line()).toBe("hello");
  expect(await rejection(RawClient.open(server))).toContain("429");
  expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
  const during = {
    websockd_sessions: 2,
    'websockd_messages_total{direction="incoming"}': 1,
    'websockd_messages_total{direction="outgoing"}': 1,
    'websockd_bytes_total{direction="incoming"}': 6,
    'websockd_bytes_total{direction="outgoing"}': 6,
    'websockd_refusals_total{status="404"}': 1,
    'websockd_refusals_total{status="429"}': 1,
    websockd_spawn_duration_seconds_count: 2,
  };
  expect(growth(begin, await metrics(server))).toEqual(during);
  first.text("quit");
  await leave(first);
  await server.logged(/ DISCONNECT .* exit=3 /);
  second.close(1000);
  await second.farewell();
  await server.logged(/ DISCONNECT .*closed by client/);
  const { websockd_sessions: _, ...lasting } = during;
  const after = await metrics(server);
  expect(growth(begin, after)).toEqual({
    ...lasting,
    'websockd_messages_total{direction="incoming"}': 2,
    'websockd_bytes_total{direction="incoming"}': 11,
    'websockd_sessions_ended_total{cause="exit"}': 1,
    'websockd_sessions_ended_total{cause="closed"}': 1,
    'websockd_program_exits_total{kind="exit",of="3"}': 1,
    'websockd_program_exits_total{kind="exit",of="0"}': 1,
  });
  expect(after.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
});

test("a client that does not read shows as a queue, a pause and buffer memory", async () => {
  await using server = await startServer([ADMIN, "yes"]);
  using client = await RawClient.open(server);
  client.pause();
  let seen = await metrics(server);
  while (seen.get('websockd_sessions_paused{direction="outgoing"}') !== 1) {
    seen = await metrics(server);
  }
  expect(seen.get('websockd_sessions_paused{direction="incoming"}')).toBe(0);
  const waiting = seen.get('websockd_queue_bytes{direction="outgoing"}')!;
  expect(waiting).toBeGreaterThan(256 * 1024);
  expect(seen.get("websockd_buffer_memory_bytes")).toBeGreaterThanOrEqual(waiting);
  client.reset();
  await server.logged(/ DISCONNECT /);
  const after = await metrics(server);
  expect(after.get('websockd_queue_bytes{direction="outgoing"}')).toBe(0);
  expect(after.get("websockd_buffer_memory_bytes")).toBe(0);
});

test("while it drains it lives, and is not ready", async () => {
  using directory = new TestDirectory();
  const go = directory.file("go");
  const script = 'echo ready; cat >&2; while [ ! -e "$1" ]; do sleep 0.02; done';
  const words = ["--stop=eof:20s,KILL", "sh", "-c", script, "sh", go];
  await using server = await startServer([ADMIN, ...words]);
  const at = await adminUrl(server);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  expect((await fetch(`${at}readyz`)).status).toBe(200);
  process.kill(server.pid, "SIGTERM");
  await server.logged(/ stopping/);
  const answers = await Promise.all(["readyz", "livez"].map((path) => fetch(at + path)));
  expect(answers.map(({ status }) => status)).toEqual([503, 200]);
  directory.write("go", "");
  expect(await server.exited()).toBe(0);
});

describe.skipIf(!HAS_CURL)("who asks, and for what", () => {
  test("by address and name, and only to read", async () => {
    await using server = await startServer([ADMIN, "cat"]);
    const at = await adminUrl(server);
    const { port } = new URL(at);
    const metricsAnswer = await curl([`${at}metrics`]);
    expect(metricsAnswer.status).toBe(200);
    expect(metricsAnswer.fields.get("content-type")).toBe(
      "text/plain; version=0.0.4; charset=utf-8",
    );
    const ask = async (...words: string[]) => (await curl([...words, `${at}metrics`])).status;
    expect(await ask("-H", `Host: localhost:${port}`)).toBe(200);
    expect(await ask("-H", `Host: rebound.example:${port}`)).toBe(421);
    expect(await ask("-H", "Host:")).not.toBe(200);
    expect(await ask("-X", "POST")).toBe(405);
    expect(await ask("-X", "OPTIONS", "-H", "Origin: http://evil.example")).toBe(405);
    expect(await ask("-I")).toBe(200);
    expect((await curl([`${at}none`])).status).toBe(404);
    const cross = await curl(["-H", "Origin: http://evil.example", `${at}metrics`]);
    expect([...cross.fields.keys()].filter((name) => name.startsWith("access-control"))).toEqual(
      [],
    );
  });

  test("nothing of it is at the public port", async () => {
    await using server = await startServer([ADMIN, "cat"]);
    for (const path of ["metrics", "livez", "readyz"]) {
      expect((await curl([`http://127.0.0.1:${server.port}/${path}`])).status).toBe(404);
    }
  });

  test("at a Unix socket, which is the owner's, and gone at the end", async () => {
    using directory = new TestDirectory();
    const path = directory.file("admin");
    {
      await using server = await startServer([`--admin=unix:${path}`, "cat"]);
      expect(await adminUrl(server)).toBe(`unix:${path}`);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const { status, body } = await curl(["--unix-socket", path, "http://localhost/readyz"]);
      expect([status, body]).toEqual([200, "ready\n"]);
      const second = await runProgram(["--port=0", `--admin=unix:${path}`, "cat"]);
      expect(second.stderr).toContain(
        "another program listens there (stop it, or choose another --admin)",
      );
      expect(second.status).not.toBe(0);
    }
    expect(existsSync(path)).toBe(false);
  });
});

test("--check tells of it, and what is wrong with it", async () => {
  const check = (admin: string) => runProgram(["--check", "--port=0", `--admin=${admin}`, "cat"]);
  const good = await check("127.0.0.1:0");
  expect([good.status, good.stdout]).toEqual([0, expect.stringMatching(/watched at +127.0.0.1:0/)]);
  const bad = await check("unix:/none/admin");
  expect(bad.stdout).toContain("wrong: Cannot listen on /none/admin (ENOENT");
  await using server = await startServer([ADMIN, "cat"]);
  const { host } = new URL(await adminUrl(server));
  expect((await check(host)).status).toBe(0);
});

test("an address that is in use ends the start", async () => {
  await using server = await startServer([ADMIN, "cat"]);
  const { host } = new URL(await adminUrl(server));
  const { status, stderr } = await runProgram(["--port=0", `--admin=${host}`, "cat"]);
  expect(stderr).toContain(`Cannot listen on ${host}: it is in use (choose another --admin)`);
  expect(status).not.toBe(0);
});

describe.skipIf(missing("promtool", Bun.which("promtool") !== null))("promtool", () => {
  test("finds nothing amiss in the metrics", async () => {
    await using server = await startServer([ADMIN, "sh", "-c", PROGRAM]);
    using client = await RawClient.open(server);
    client.text("quit");
    await leave(client);
    await server.logged(/ DISCONNECT /);
    const text = await (await fetch(`${await adminUrl(server)}metrics`)).text();
    const check = Bun.spawn(["promtool", "check", "metrics"], {
      stdin: Buffer.from(text),
      stdout: "pipe",
      stderr: "pipe",
    });
    const said = await Promise.all(
      [check.stdout, check.stderr].map((of) => new Response(of).text()),
    );
    expect([await check.exited, ...said]).toEqual([0, "", ""]);
  });
});

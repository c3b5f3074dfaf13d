// --health of the real program: what anybody may ask, that it is no more than that, and that those who ask are bounded.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { curl, HAS_CURL } from "../support/curl.ts";
import { healthUrl } from "../support/health.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { startWorkers } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const HEALTH = "--health=127.0.0.1:0";
/** As in admin/health-listener.ts. */
const CONNECTIONS_MAX = 64;

const statusOf = async (url: string) => (await fetch(url)).status;
const sessionsAt = async (url: string) =>
  Number(/^websockd_sessions (\d+)$/m.exec(await (await fetch(`${url}metrics`)).text())?.[1]);

test("it lives, it is ready, and its figures are true, with several workers, too", async () => {
  await using one = await startServer([HEALTH, "cat"]);
  await using two = await startWorkers(2, [HEALTH, "cat"]);
  for (const server of [one, two]) {
    const at = await healthUrl(server);
    expect([await statusOf(`${at}livez`), await statusOf(`${at}readyz`)]).toEqual([200, 200]);
    expect(await sessionsAt(at)).toBe(0);
    using client = await RawClient.open(server);
    client.text("hello");
    expect(await client.line()).toBe("hello");
    expect(await sessionsAt(at)).toBe(1);
  }
});

test("while it drains it lives, and is not ready", async () => {
  using directory = new TestDirectory();
  const go = directory.file("go");
  const script = 'echo ready; cat >&2; while [ ! -e "$1" ]; do sleep 0.02; done';
  await using server = await startServer([
    HEALTH,
    "--stop=eof:20s,KILL",
    "sh",
    "-c",
    script,
    "sh",
    go,
  ]);
  const at = await healthUrl(server);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  server.signal("SIGTERM");
  await server.logged(/ stopping/);
  expect([await statusOf(`${at}readyz`), await statusOf(`${at}livez`)]).toEqual([503, 200]);
  directory.write("go", "");
  expect(await server.exited()).toBe(0);
});

describe.skipIf(!HAS_CURL)("what is asked for", () => {
  test("is read, by any name, and is nothing of the operator's", async () => {
    await using server = await startServer([HEALTH, "cat"]);
    const at = await healthUrl(server);
    using client = await RawClient.open(server);
    const [, session] = / session=(\d+)/.exec(await server.logged(/ CONNECT /))!;
    const ask = async (...words: string[]) => (await curl(words)).status;
    expect(await ask("-H", "Host: node-1.example", `${at}readyz`)).toBe(200);
    expect(await ask("-0", "-H", "Host:", `${at}readyz?from=balancer`)).toBe(200);
    expect(await ask("-I", `${at}livez`)).toBe(200);
    expect(await ask("-X", "POST", `${at}sessions/${session}/end`)).toBe(405);
    for (const path of ["", "live", "sessions", `sessions/${session}/end`]) {
      expect(await ask(at + path), path).toBe(404);
    }
    const { fields, body } = await curl([`${at}metrics`]);
    expect(fields.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(body).toEndWith("\n");
    client.text("still there");
    expect(await client.line()).toBe("still there");
  });
});

test("those who say nothing have a bound, and two seconds", async () => {
  await using server = await startServer([HEALTH, "cat"]);
  const at = await healthUrl(server);
  const { port } = new URL(at);
  const silent = () => RawClient.connect(Number(port));
  const mute = await Promise.all(Array.from({ length: CONNECTIONS_MAX }, silent));
  // One too many has its answer: who has been there longest is cut for it.
  expect(await statusOf(`${at}readyz`)).toBe(200);
  const answers = await Promise.all(mute.map((client) => client.rest()));
  const statuses = answers.map((bytes) => Buffer.from(bytes).toString("latin1", 9, 12)).toSorted();
  expect(statuses).toEqual(["", ...Array<string>(CONNECTIONS_MAX - 1).fill("408")]);
  for (const client of mute) client.reset();
  using last = await RawClient.open(server);
  last.text("clients have noticed nothing");
  expect(await last.line()).toBe("clients have noticed nothing");
});

test("an address that cannot be had ends the start, and --check says so", async () => {
  const words = ["--port=0", "--address=127.0.0.1", "--health=192.0.2.1:9091"];
  const { status, stderr } = await runProgram([...words, "cat"]);
  expect([status, stderr]).toEqual([69, expect.stringContaining("(choose another --health)")]);
  const checked = await runProgram([...words, "--check", "cat"]);
  expect(checked.status).toBe(78);
  expect(checked.stdout + checked.stderr).toContain("Cannot listen on 192.0.2.1:9091");
  const good = await runProgram([HEALTH, "--port=0", "--check", "cat"]);
  expect([good.status, good.stdout]).toEqual([0, expect.stringMatching(/health at +127.0.0.1:0/)]);
});

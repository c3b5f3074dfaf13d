// The log of the real program: its form where it goes to a pipe, and the line that accounts for a session.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { TestServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

let server: TestServer;
afterEach(() => server.stop());

/** Starts without the option that the other tests have for the log; returns the port. */
async function start(listens: RegExp, ...words: string[]): Promise<{ port: number }> {
  server = new TestServer(["--port=0", "--address=127.0.0.1", ...words], {});
  const [, port] = listens.exec(await server.logged(listens))!;
  return { port: Number(port) };
}

/** The fields of a line in logfmt. */
function fieldsOf(line: string): Record<string, string> {
  const pairs = [...line.matchAll(/([a-z0-9_]+)=("(?:[^"\\]|\\.)*"|\S+)/g)];
  return Object.fromEntries(
    pairs.map(([, name, value]) => [
      name,
      value!.startsWith('"') ? (JSON.parse(value!) as string) : value!,
    ]),
  );
}

const LOGFMT = /^time=\S+ level=info msg="websockd listens on ws:\/\/127\.0\.0\.1:(\d+)\/"$/;

test("a session is accounted for in one line: who, what, how long, how much, how it ended", async () => {
  const at = await start(LOGFMT, "sh", "-c", "read -r x; echo $x; exit 3");
  using client = await RawClient.open(at, {
    target: "/a?b=c",
    fields: ["Origin: http://localhost"],
  });
  const { port } = client;
  client.text("hello");
  await client.settle();
  const connect = fieldsOf(await server.logged(/ msg=CONNECT /));
  const end = fieldsOf(await server.logged(/ msg=DISCONNECT /));
  expect(end).toEqual({
    time: expect.stringMatching(/^\d{4}-/),
    level: "access",
    msg: "DISCONNECT",
    session: "1",
    id: connect["id"]!,
    peer: `127.0.0.1:${port}`,
    host: "localhost",
    path: "/a?b=c",
    command: expect.stringMatching(/\/sh$/),
    origin: "http://localhost",
    pid: connect["pid"]!,
    duration_ms: expect.stringMatching(/^\d+$/),
    messages_in: "1",
    messages_out: "1",
    bytes_in: "6",
    bytes_out: "6",
    exit: "3",
    close: "4003",
    cpu_s: expect.stringMatching(/^\d+\.\d{3}$/),
    reason: "exit 3",
  });
  expect(connect["id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(server.matching(/ msg=DISCONNECT /)).toHaveLength(1);
});

test("a signal and a client's Close are told", async () => {
  const at = await start(LOGFMT, "sh", "-c", 'read -r x; [ "$x" = die ] && kill -9 $$; exec cat');
  using dying = await RawClient.open(at);
  dying.text("die");
  await dying.settle();
  const killed = fieldsOf(await server.logged(/ msg=DISCONNECT session=1 /));
  expect(killed).toMatchObject({ signal: "SIGKILL", close: "4309", reason: "signal SIGKILL" });
  expect(killed).not.toHaveProperty("exit");
  using closing = await RawClient.open(at);
  closing.text("go on");
  closing.close(4321);
  await closing.settle();
  const closed = fieldsOf(await server.logged(/ msg=DISCONNECT session=2 /));
  expect(closed).toMatchObject({ close: "4321", exit: "0", reason: "closed by client, code 4321" });
});

test("lines that are not UTF-8 are counted, and told once", async () => {
  const at = await start(LOGFMT, "printf", "a\\nb\\377\\n\\376\\nc\\n");
  using client = await RawClient.open(at);
  await client.settle();
  expect(fieldsOf(await server.logged(/ msg=DISCONNECT /))["invalid_utf8"]).toBe("2");
  expect(server.matching(/--invalid-utf8 says/)).toHaveLength(1);
});

test("--log-format=json: every line is an object, the first one too", async () => {
  const listens = /^\{.*"msg":"websockd listens on ws:\/\/127\.0\.0\.1:(\d+)\/"\}$/;
  const at = await start(listens, "--log-format=json", "sh", "-c", "echo oops >&2");
  using client = await RawClient.open(at);
  await client.settle();
  await server.logged(/"DISCONNECT"/);
  const events = server.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.map(({ msg }) => msg)).toEqual([
    expect.stringContaining("listens"),
    "CONNECT",
    "oops",
    "DISCONNECT",
  ]);
  expect(events[3]).toMatchObject({ session: 1, messages_in: 0, exit: 0, close: 1000 });
});

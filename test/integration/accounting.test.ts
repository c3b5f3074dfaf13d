// The log of the real program: its form where it goes to a pipe, and the line that accounts for a session.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { deflated } from "../support/deflated.ts";
import { frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
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

test("a session's begin is told before what its first message is to be told for, which came with the request", async () => {
  const at = await start(LOGFMT, "cat");
  using client = await RawClient.connect(at.port);
  client.write(Buffer.concat([Buffer.from(requestHead()), frame({ opcode: 1, payload: "a\nb" })]));
  await client.head();
  expect(await client.line()).toBe("a");
  await server.logged(/a message from the client has a delimiter inside/);
  const [begin, note] = server.matching(/ session=1 /);
  expect(begin).toContain(" msg=CONNECT ");
  expect(fieldsOf(note!)["pid"]).toBe(fieldsOf(begin!)["pid"]!);
});

test("lines that are not UTF-8 are counted, and told once", async () => {
  const at = await start(LOGFMT, "printf", "a\\nb\\377\\n\\376\\nc\\n");
  using client = await RawClient.open(at);
  await client.settle();
  expect(fieldsOf(await server.logged(/ msg=DISCONNECT /))["invalid_utf8"]).toBe("2");
  expect(server.matching(/--invalid-utf8 says/)).toHaveLength(1);
});

test("a last line that is refused is what the session closed with, not the exit", async () => {
  const at = await start(LOGFMT, "--invalid-utf8=close", "printf", "a\\n\\303");
  using client = await RawClient.open(at);
  expect((await client.settle()).code).toBe(1011);
  expect(fieldsOf(await server.logged(/ msg=DISCONNECT /))).toMatchObject({ close: "1011" });
});

test("what a session counted is its own, also when its program outlives its client and another came", async () => {
  const at = await start(LOGFMT, "--stop=eof:10s,KILL", "sh", "-c", "cat; sleep 60");
  using first = await RawClient.open(at);
  for (let i = 0; i < 3; i++) first.text("a");
  for (let i = 0; i < 3; i++) expect(await first.line()).toBe("a");
  first.close(1000);
  await first.settle();
  expect(await first.ended()).toBe("eof");
  using second = await RawClient.open(at);
  second.text("b");
  expect(await second.line()).toBe("b");
  expect(server.matching(/ msg=DISCONNECT /)).toHaveLength(0);
  const leader = fieldsOf(await server.logged(/ msg=CONNECT session=1 /))["pid"];
  process.kill(-Number(leader), "SIGKILL");
  const end = fieldsOf(await server.logged(/ msg=DISCONNECT session=1 /));
  expect(end).toMatchObject({ messages_in: "3", messages_out: "3" });
  second.close(1000);
  await second.settle();
  const other = fieldsOf(await server.logged(/ msg=CONNECT session=2 /))["pid"];
  process.kill(-Number(other), "SIGKILL");
});

test("messages with a delimiter inside are told once, and the records that they made are counted", async () => {
  for (const [framing, inside, outside] of [
    ["lines", "\n", "\0"],
    ["nul", "\0", "\n"],
  ]) {
    const at = await start(LOGFMT, `--framing=${framing}`, "--compress", "cat");
    const fields = ["Sec-WebSocket-Extensions: permessage-deflate"];
    using client = await RawClient.open(at, { fields });
    client.text(`a${outside}b`);
    client.text(`a${inside}b`);
    client.binary(`\xff${inside}${inside}`);
    const content = deflated(Buffer.from(`a${inside}`));
    client.write(frame({ opcode: 1, reserved: 4, payload: content }));
    client.close(1000);
    await client.settle();
    const end = fieldsOf(await server.logged(/ msg=DISCONNECT /));
    expect(end).toMatchObject({ messages_in: "4", extra_records: "4" });
    expect(server.matching(/became more than one record/)).toHaveLength(1);
    await server.stop();
  }
  const at = await start(LOGFMT, "--framing=netstring", "cat");
  using client = await RawClient.open(at);
  client.text("a\n\0,b");
  client.close(1000);
  await client.settle();
  expect(fieldsOf(await server.logged(/ msg=DISCONNECT /))).not.toHaveProperty("extra_records");
  expect(server.matching(/became more than one record/)).toHaveLength(0);
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

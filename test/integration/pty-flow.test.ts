// Floods of a terminal, either way, and storms of control: memory keeps its bound, others go on, and nothing is lost.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { concat, frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { descriptorsOf, residentMemory } from "../support/server-processes.ts";
import { atRest, bytesWrittenBy } from "../support/server-stall.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const MIB = 1024 * 1024;
/** Both queues of a session, and what may be on top of them: see backpressure.test.ts. */
const SESSION_MEMORY_MAX = 2 * 256 * 1024 + 3 * 512 * 1024 + 2 * 64 * 1024;
/** For the JavaScript heap, its compiled code and its garbage. */
const ALLOWANCE = 24 * MIB;

/** A terminal without echo and CR for each, and a program for each path. */
const BY_PATH = `stty raw -echo -opost
case $PATH_INFO in
  /yes) exec yes;;
  /seq) exec seq -f 'line-%080.0f' 1 100000;;
  /deaf) exec sleep 1000;;
  /late) sleep 1; exec cat;;
  *) echo ready; exec cat;;
esac`;
const WORDS = ["--pty", "sh", "-c", BY_PATH];

async function serviceOf(server: TestServer, target: string): Promise<number> {
  const line = await server.logged(new RegExp(` CONNECT .* path=${target} `));
  return Number(/ pid=(\d+)/.exec(line)![1]);
}

/** Bytes of messages until there are `count`. */
async function bytesOf(client: RawClient, count: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length < count;) {
    const part = await client.message();
    parts.push(part);
    length += part.length;
  }
  return Buffer.concat(parts);
}

describe("a client that stops reading", () => {
  test("while the program is `yes`", async () => {
    await using server = await startServer(WORDS);
    using first = await RawClient.open(server);
    await first.message();
    const before = residentMemory(server.pid);
    const clients = await Promise.all(
      Array.from({ length: 4 }, () => RawClient.open(server, { target: "/yes" })),
    );
    try {
      for (const client of clients) client.pause();
      const connects = await eventually("the services", () => {
        const lines = server.matching(/ CONNECT .* path=\/yes /);
        return lines.length === clients.length && lines;
      });
      const pids = connects.map((line) => Number(/ pid=(\d+)/.exec(line)![1]));
      const written = () => pids.reduce((sum, pid) => sum + bytesWrittenBy(pid), 0);
      await atRest("their output", written);
      const growth = residentMemory(server.pid) - before;
      expect(growth).toBeLessThan(clients.length * SESSION_MEMORY_MAX + ALLOWANCE);
      const atStall = written();
      for (const client of clients) client.resume();
      await eventually("the flow", () => written() > atStall + 8 * MIB);
      first.binary("echo");
      expect(String(await bytesOf(first, 4))).toBe("echo");
    } finally {
      for (const client of clients) client.reset();
    }
  });

  test("and then reads on, gets every byte, in order, and the Close", async () => {
    await using server = await startServer(WORDS);
    using client = await RawClient.open(server, { target: "/seq" });
    client.pause();
    const pid = await serviceOf(server, "/seq");
    await atRest("its output", () => bytesWrittenBy(pid));
    client.resume();
    const { messages, code } = await client.settle();
    expect(code).toBe(1000);
    const lines = Buffer.concat(messages).toString().split("\n");
    const wrong = lines.findIndex(
      (line, i) => i < 100_000 && line !== `line-${String(i + 1).padStart(80, "0")}`,
    );
    expect([wrong, lines.length]).toEqual([-1, 100_001]);
  });

  test("and leaves: the program is hung up, and nothing of it stays", async () => {
    await using server = await startServer(WORDS);
    const before = descriptorsOf(server.pid);
    using client = await RawClient.open(server, { target: "/yes" });
    client.pause();
    const pid = await serviceOf(server, "/yes");
    await atRest("its output", () => bytesWrittenBy(pid));
    client.reset();
    await server.logged(/ DISCONNECT /);
    expect(server.leftovers()).toEqual([]);
    await eventually("its descriptors", () => descriptorsOf(server.pid) <= before);
  });
});

describe("a client that floods", () => {
  const piece = (i: number) => `${i} `.padEnd(1000, "0123456789");

  test("a program that reads late: no byte is lost, none out of order", async () => {
    await using server = await startServer(WORDS);
    using client = await RawClient.open(server, { target: "/late" });
    const before = residentMemory(server.pid);
    const count = 8000;
    const frames = Array.from({ length: count }, (_, i) => frame({ opcode: 2, payload: piece(i) }));
    client.write(concat(frames));
    const expected = Array.from({ length: count }, (_, i) => piece(i)).join("");
    const back = await bytesOf(client, expected.length);
    expect(back.toString() === expected).toBe(true);
    expect(residentMemory(server.pid) - before).toBeLessThan(SESSION_MEMORY_MAX + ALLOWANCE);
  });

  test("one that reads nothing, and leaves", async () => {
    await using server = await startServer(WORDS);
    const client = await RawClient.open(server, { target: "/deaf" });
    const before = residentMemory(server.pid);
    // More than the kernel's buffers between the two hold.
    client.write(
      concat(Array.from({ length: 24_000 }, (_, i) => frame({ opcode: 2, payload: piece(i) }))),
    );
    await atRest("the flood", () => client.unsent);
    expect(residentMemory(server.pid) - before).toBeLessThan(SESSION_MEMORY_MAX + ALLOWANCE);
    client.reset();
    await server.logged(/ DISCONNECT .*connection lost/);
    expect(server.leftovers()).toEqual([]);
  });

  test.each([
    ["sizes", (i: number) => `{"type":"resize","cols":${1 + (i % 1000)},"rows":${1 + (i % 999)}}`],
    ["signals", () => '{"type":"signal","name":"CONT"}'],
  ])("with %s: memory keeps its bound, and others go on", async (_name, control) => {
    await using server = await startServer(WORDS);
    using client = await RawClient.open(server);
    await client.message();
    using bystander = await RawClient.open(server);
    await bystander.message();
    const frames = Array.from({ length: 50_000 }, (_, i) =>
      frame({ opcode: 1, payload: control(i) }),
    );
    const bytes = concat(frames);
    // There is garbage, more or less of it at any moment: what does not go with it would show in the least.
    const memory: number[] = [];
    for (let round = 0; round < 10; round++) {
      client.write(bytes);
      client.binary("behind it");
      bystander.binary("beside it");
      expect(String(await bytesOf(bystander, 9))).toBe("beside it");
      expect(String(await bytesOf(client, 9))).toBe("behind it");
      memory.push(residentMemory(server.pid));
    }
    const least = (from: number) => Math.min(...memory.slice(from, from + 5));
    expect(least(5) - least(0)).toBeLessThan(2 * SESSION_MEMORY_MAX + ALLOWANCE);
  });
});

test("every cut of messages comes to the same", async () => {
  await using server = await startServer(WORDS);
  using client = await RawClient.open(server);
  await client.message();
  const resize = frame({ opcode: 1, payload: '{"type":"resize","cols":99,"rows":33}' });
  const parts = [
    frame({ opcode: 2, payload: "a" }),
    resize,
    frame({ opcode: 2, payload: "" }),
    frame({ opcode: 2, payload: "bc", fin: false }),
    frame({ opcode: 0, payload: "de" }),
    resize,
    frame({ opcode: 2, payload: "f" }),
  ];
  for (const byte of concat(parts)) {
    client.write(Uint8Array.of(byte));
    await client.flushed();
  }
  expect(String(await bytesOf(client, 6))).toBe("abcdef");
});

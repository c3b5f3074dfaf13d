// A reader that stops reading: the server holds no more than its queues, others go on, and nothing is lost at the end.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { concat, frame } from "../support/frames.ts";
import { Bystander } from "../support/raw-bystander.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { residentMemory } from "../support/server-processes.ts";
import { atRest, bytesWrittenBy } from "../support/server-stall.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const MIB = 1024 * 1024;
/** Both queues of a session (2 x 256 KiB), what may be on top of them when they close (a chunk framed, a record). */
const SESSION_MEMORY_MAX = 2 * 256 * 1024 + 3 * 512 * 1024 + 2 * 64 * 1024;
/** For the JavaScript heap, its compiled code and its garbage: a server without a bound passes it in a second. */
const ALLOWANCE = 24 * MIB;

/** A program for each path, so that a bystander can echo on the same server. */
const BY_PATH = `case $PATH_INFO in
  /yes) exec yes;;
  /seq) exec seq -f 'line-%080.0f' 1 400000;;
  /deaf) exec sleep 1000;;
  /late) until [ -e "$1" ]; do sleep 0.02; done; exec cat;;
  *) exec cat;;
esac`;

async function start(directory: TestDirectory): Promise<TestServer> {
  return startServer(["sh", "-c", BY_PATH, "sh", directory.file("go")]);
}

/** The service of the session that asked for `target`. */
async function serviceOf(server: TestServer, target: string): Promise<number> {
  const line = await server.logged(new RegExp(` CONNECT .* path=${target} `));
  return Number(/ pid=(\d+)/.exec(line)![1]);
}

/** Memory before the load, after a session has been and gone: what all sessions share is then in place. */
async function warm(server: TestServer): Promise<number> {
  using client = await RawClient.open(server);
  for (let i = 0; i < 200; i++) client.text("x".repeat(60_000));
  for (let i = 0; i < 200; i++) await client.message();
  client.close(1000);
  await client.settle();
  await server.logged(/ DISCONNECT /);
  return residentMemory(server.pid);
}

describe("a client that stops reading", () => {
  test("while the service is `yes`", async () => {
    using directory = new TestDirectory();
    await using server = await start(directory);
    const before = await warm(server);
    const bystander = await Bystander.start(server);
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
      await atRest("the services' output", written);
      await bystander.echoes(200);
      const growth = residentMemory(server.pid) - before;
      expect(growth).toBeLessThan(clients.length * SESSION_MEMORY_MAX + ALLOWANCE);
      const atStall = written();
      for (const client of clients) client.resume();
      await eventually("the flow", () => written() > atStall + 16 * MIB);
      for (const client of clients) expect(await client.line()).toBe("y");
      await bystander.echoes(10);
    } finally {
      for (const client of clients) client.reset();
    }
    await bystander.stop();
  });

  test("and then reads on, gets every line, in order, and the Close", async () => {
    using directory = new TestDirectory();
    await using server = await start(directory);
    const bystander = await Bystander.start(server);
    using client = await RawClient.open(server, { target: "/seq" });
    client.pause();
    const pid = await serviceOf(server, "/seq");
    await atRest("the service's output", () => bytesWrittenBy(pid));
    await bystander.echoes(100);
    client.resume();
    const { messages, code } = await client.settle();
    expect(code).toBe(1000);
    expect(messages.length).toBe(400_000);
    const wrong = messages.findIndex(
      (bytes, i) => Buffer.from(bytes).toString() !== `line-${String(i + 1).padStart(80, "0")}`,
    );
    expect(wrong).toBe(-1);
    await bystander.stop();
  });

  test.each([
    ["seq 1 1500000; exit 9"],
    ["sleep 1000 & seq 1 1500000; exit 9"], // whose stdout somebody else still holds
  ])("is still told of the program's exit, after all that it wrote: %s", async (script) => {
    await using server = await startServer(["sh", "-c", script]);
    using client = await RawClient.open(server);
    for (let round = 0; round < 3; round++) {
      client.pause();
      await atRest("what has come", () => client.unread + 1);
      client.resume();
      await client.message();
    }
    const { messages, code } = await client.settle();
    expect(code).toBe(4009);
    expect(messages.length).toBe(1_500_000 - 3);
    expect(Buffer.from(messages.at(-1)!).toString()).toBe("1500000");
  });
});

describe("a client that stops reading and", () => {
  test("closes: what it is owed goes before the answer", async () => {
    using directory = new TestDirectory();
    await using server = await start(directory);
    using client = await RawClient.open(server, { target: "/yes" });
    client.pause();
    const pid = await serviceOf(server, "/yes");
    await atRest("the service's output", () => bytesWrittenBy(pid));
    client.close(4444);
    await eventually("the service's end", () => server.leftovers().length === 0);
    client.resume();
    const { messages, code } = await client.farewell();
    expect(code).toBe(4444);
    expect(messages.every((bytes) => bytes.length === 1 && bytes[0] === 0x79)).toBe(true);
  });

  test("sends pings: the answers do not pile up", async () => {
    await using server = await startServer(["--buffer-memory=4M", "cat"]); // the session ends if they do
    const bystander = await Bystander.start(server);
    using client = await RawClient.open(server);
    client.pause();
    const ping = frame({ opcode: 9, payload: "p".repeat(125) });
    const pings = concat(Array<Uint8Array>(8192).fill(ping));
    for (let i = 0; i < 32; i++) client.write(pings); // 32 MiB
    await eventually("pings that are read", () => client.unsent < 32 * MIB);
    await bystander.echoes(100);
    client.resume();
    client.text("after them");
    expect(await client.line()).toBe("after them");
    await bystander.stop();
  });
});

test("a message of 1 GiB needs no memory of its own", async () => {
  const pieces = 1024;
  const script = `head -c ${pieces * MIB} | sha256sum`;
  await using server = await startServer(["--maxframesize=0", "sh", "-c", script]);
  const piece = new Uint8Array(MIB).map((_, i) => 97 + (i % 23));
  const hash = new Bun.CryptoHasher("sha256");
  for (let i = 0; i < pieces; i++) hash.update(piece);
  using client = await RawClient.open(server);
  // A masking key of zeros leaves the payload as it is.
  client.write(frame({ opcode: 2, key: new Uint8Array(4), declaredLength: BigInt(pieces * MIB) }));
  let largest = 0;
  for (let i = 0; i < pieces; i++) {
    client.write(piece);
    await client.flushed();
    largest = Math.max(largest, residentMemory(server.pid));
  }
  expect(await client.line()).toBe(`${hash.digest("hex")}  -`);
  // 100 to 280 MiB have been seen: chunks that the garbage collector has not met yet.
  expect(largest).toBeLessThan((pieces / 2) * MIB);
});

describe("a service that stops reading", () => {
  const payload = (i: number) => `${i} `.padEnd(1000, "0123456789");
  /** Numbered messages, `count` of them, as one stream of frames. */
  const flood = (count: number) =>
    concat(Array.from({ length: count }, (_, i) => frame({ opcode: 1, payload: payload(i) })));

  test("while the client floods, and reads on: no byte is lost, none out of order", async () => {
    using directory = new TestDirectory();
    await using server = await start(directory);
    const before = await warm(server);
    const bystander = await Bystander.start(server);
    using client = await RawClient.open(server, { target: "/late" });
    const count = 32_000;
    client.write(flood(count));
    await atRest("the flood", () => client.unsent);
    await bystander.echoes(200);
    const growth = residentMemory(server.pid) - before;
    expect(growth).toBeLessThan(SESSION_MEMORY_MAX + ALLOWANCE);
    directory.write("go", "");
    for (let i = 0; i < count; i++) {
      const back = Buffer.from(await client.message()).toString();
      if (back !== payload(i)) expect(back).toBe(payload(i));
    }
    expect(client.unsent).toBe(0);
    await bystander.stop();
  });

  /** A flood into a program that reads nothing, and then `leave`. */
  async function leaveInFlood(leave: (client: RawClient) => void): Promise<void> {
    using directory = new TestDirectory();
    await using server = await start(directory);
    const bystander = await Bystander.start(server);
    using client = await RawClient.open(server, { target: "/deaf" });
    client.write(flood(16_000));
    await atRest("the flood", () => client.unsent);
    leave(client);
    await server.logged(/ DISCONNECT .*connection lost/);
    await bystander.stop();
  }

  test("and a client that is cut off in the flood", () => leaveInFlood((client) => client.reset()));

  test("does not delay what it writes", async () => {
    await using server = await startServer([
      "sh",
      "-c",
      "read -r line; seq 1 100000; exec sleep 1000",
    ]);
    using client = await RawClient.open(server);
    client.write(flood(16_000));
    for (let i = 1; i <= 100_000; i++) {
      const back = Buffer.from(await client.message()).toString();
      if (back !== String(i)) expect(back).toBe(String(i));
    }
    expect(client.unsent).toBeGreaterThan(0);
  });
});

// Floods of control frames: they cost a server neither memory nor its other clients.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { concat, frame } from "../support/frames.ts";
import { Bystander } from "../support/raw-bystander.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { residentMemory, unreadFrom } from "../support/server-processes.ts";
import { atRest, bytesWrittenBy } from "../support/server-stall.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const MIB = 1024 * 1024;
const OPCODE_CLOSE = 8;
const OPCODE_PING = 9;
const OPCODE_PONG = 10;
/** For the chunks that the garbage collector has not met yet: without a bound the flood would pass it, too. */
const ALLOWANCE = 96 * MIB;

const PINGS = 100_000;
/** A body of 125 bytes (5.5) that says which Ping it was. */
const body = (i: number) => String(i).padStart(125, "p");
const pings = concat(
  Array.from({ length: PINGS }, (_, i) => frame({ opcode: OPCODE_PING, payload: body(i) })),
);

/** Numbers of the Pings that were answered, up to the answer to `text`. */
async function answers(client: RawClient, text: string): Promise<number[]> {
  const numbers: number[] = [];
  for (;;) {
    const { opcode, payload } = await client.frame();
    const content = Buffer.from(payload).toString();
    if (opcode !== OPCODE_PONG) {
      expect(content).toBe(text);
      return numbers;
    }
    const number = Number(content.replace(/^p*/, ""));
    expect(content).toBe(body(number));
    numbers.push(number);
  }
}

describe("ping flood: 100,000 pings in one go", () => {
  test("from a client that does not read: the latest of each chunk is answered, in order", async () => {
    await using server = await startServer(["--buffer-memory=4M", "cat"]);
    const bystander = await Bystander.start(server);
    await bystander.echoes(500);
    const before = residentMemory(server.pid);
    using client = await RawClient.open(server);
    client.pause();
    client.write(pings);
    client.text("after them");
    await client.flushed();
    await bystander.echoes(100);
    expect(residentMemory(server.pid) - before).toBeLessThan(ALLOWANCE);
    client.resume();
    const numbers = await answers(client, "after them");
    expect(numbers.at(-1)).toBe(PINGS - 1); // 5.5.3: "the most recently processed Ping frame"
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.length).toBeLessThan(PINGS / 10);
    await bystander.stop();
  });

  test("behind a queue that is full: one Pong in all", async () => {
    const script = 'yes "$(printf %060000d 0)" | head -n 700; exec cat';
    await using server = await startServer(["sh", "-c", script]);
    using client = await RawClient.open(server);
    await client.line();
    client.pause();
    await atRest("its program", () =>
      server.leftovers().reduce((sum, { pid }) => sum + bytesWrittenBy(pid), 0),
    );
    client.write(pings);
    await client.flushed();
    await eventually("that all is read", () => unreadFrom(client.port) === 0);
    client.resume();
    client.text("after them");
    const pongs: number[] = [];
    for (let last = ""; last !== "after them";) {
      const { opcode, payload } = await client.frame();
      const content = Buffer.from(payload).toString();
      if (opcode === OPCODE_PONG) pongs.push(Number(content.replace(/^p*/, "")));
      else last = content;
    }
    expect(pongs).toEqual([PINGS - 1]); // 5.5.3: "the most recently processed Ping frame"
  });
});

describe("close flood", () => {
  const CLIENTS = 100;
  const CLOSES = 1000;

  /** Each session is over, and nobody of its program is left. */
  async function over(server: TestServer): Promise<void> {
    await eventually(
      "the sessions' ends",
      () => server.matching(/ DISCONNECT /).length === CLIENTS,
    );
    expect(server.matching(/closed by client, code 1000/).length).toBe(CLIENTS);
  }

  test("100 connections with 1,000 Closes each, none alike: one answer, to the first", async () => {
    await using server = await startServer(["cat"]);
    const bystander = await Bystander.start(server);
    const closes = concat(
      Array.from({ length: CLOSES }, (_, i) => {
        const code = i === 0 ? 1000 : 3000 + i;
        const payload = Uint8Array.of(code >> 8, code & 255);
        return frame({ opcode: OPCODE_CLOSE, payload });
      }),
    );
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () => RawClient.open(server)),
    );
    try {
      for (const client of clients) client.write(closes);
      for (const client of clients) {
        expect(Buffer.from(await client.rest()).toString("hex")).toBe("880203e8");
      }
      await over(server);
      await bystander.echoes(10);
    } finally {
      for (const client of clients) client.reset();
    }
    await bystander.stop();
  });

  test("100 connections that go on sending data and Closes after their Close", async () => {
    await using server = await startServer(["cat"]);
    const bystander = await Bystander.start(server);
    const close = frame({ opcode: OPCODE_CLOSE, payload: Uint8Array.of(3, 232) });
    const data = frame({ opcode: 1, payload: "never read" });
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () => RawClient.open(server)),
    );
    try {
      for (const client of clients) client.write(close);
      for (const client of clients) {
        for (let i = 0; i < 100; i++) client.write(concat([data, close]));
        expect((await client.farewell()).messages).toEqual([]); // 5.5.1: nothing after a Close is read
      }
      await over(server);
      await bystander.echoes(10);
    } finally {
      for (const client of clients) client.reset();
    }
    await bystander.stop();
  });
});

// Peers that are cut off, that never finish, or that speak something else: one log line each, and no other notices.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Bystander } from "../support/raw-bystander.ts";
import { frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { unreadFrom } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

let server: TestServer;
let bystander: Bystander;
beforeAll(async () => {
  server = await startServer(["--loglevel=debug", "cat"]);
  bystander = await Bystander.start(server);
});
afterAll(async () => {
  await bystander.stop();
  await server.stop();
});

/** The one line that tells how the connection from `port` ended. */
async function lastLine(port: number): Promise<string> {
  const line = new RegExp(` (DISCONNECT|REFUSED|ABANDONED) .*peer=127\\.0\\.0\\.1:${port} `);
  const found = await server.logged(line);
  await bystander.echoes(3);
  expect(server.matching(line)).toEqual([found]);
  return found;
}

const MESSAGE = frame({ opcode: 1, payload: "0123456789".repeat(10) });

/** Where nothing is missing a FIN is the program's end of file, and its exit the session's end. */
const WHOLE = /DISCONNECT session=\d+ .*(?:connection lost|exit 0)/;

/** What is sent before the connection is cut, after the 101 or without one. */
const PHASES: readonly (readonly [string, boolean, readonly Uint8Array[], RegExp])[] = [
  ["before the head", false, [], /DEBUG .*ABANDONED .*before its request was whole/],
  ["in the head", false, [Buffer.from(requestHead().slice(0, 60))], /ACCESS ABANDONED .*whole/],
  ["after the 101", true, [], WHOLE],
  ["after a message", true, [MESSAGE], WHOLE],
  ["in a frame's header", true, [MESSAGE.subarray(0, 3)], /DISCONNECT .*connection lost/],
  ["in a frame's payload", true, [MESSAGE.subarray(0, 50)], /DISCONNECT .*connection lost/],
  [
    "in a message",
    true,
    [frame({ opcode: 1, fin: false, payload: "half" })],
    /DISCONNECT .*connection lost/,
  ],
  [
    "between the halves of a character",
    true,
    [frame({ opcode: 1, fin: false, payload: Uint8Array.of(0xe2, 0x82) })],
    /DISCONNECT .*connection lost/,
  ],
];

describe.each(["reset", "FIN"] as const)("%s", (how) => {
  test.each(PHASES)("%s", async (_, upgraded, parts, line) => {
    const client = await (upgraded ? RawClient.open(server) : RawClient.connect(server.port));
    const { port } = client;
    for (const part of parts) client.write(part);
    await client.flushed();
    if (how === "FIN") await client.end();
    else {
      // Once the server has taken what was sent: a reset would overtake it.
      await eventually("that the server has read all", () => unreadFrom(port) === 0);
      await bystander.echoes(2); // and has accepted: of one reset before, nobody knows whose it was
      client.reset();
    }
    const told = await lastLine(port);
    expect(told).toMatch(line);
    if (how === "reset" && line === WHOLE) expect(told).toContain("connection lost");
    await client.ended();
  });
});

describe("no request", () => {
  test.each<[name: string, bytes: Uint8Array, status: number]>([
    ["a TLS hello", Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3), 400],
    ["zeros", new Uint8Array(64), 400],
    ["a line without a version", Buffer.from("GET /\r\n\r\n"), 400],
    ["HTTP/2's preface", Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505],
    ["lines that end with LF alone", Buffer.from("GET / HTTP/1.1\nHost: x\n\n"), 400],
    ["a folded field", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n"), 400],
    ["a space before the colon", Buffer.from("GET / HTTP/1.1\r\nHost : x\r\n\r\n"), 400],
    ["a control byte in a field", Buffer.from("GET / HTTP/1.1\r\nHost: x\x01\r\n\r\n"), 400],
    ["a control byte in the target", Buffer.from("GET /\x1b[31m HTTP/1.1\r\nHost: x\r\n\r\n"), 400],
    ["a head that never ends", Buffer.from("GET / HTTP/1.1\r\nX: " + "x".repeat(20_000)), 431],
    ["a first line that never ends", Buffer.from("G".repeat(20_000)), 414],
  ])("%s", async (_, bytes, status) => {
    using client = await RawClient.connect(server.port);
    const { port } = client;
    client.write(bytes);
    const answer = Buffer.from(await client.rest()).toString("latin1");
    expect(answer).toStartWith(`HTTP/1.1 ${status} `);
    expect(answer).toContain("\r\nConnection: close\r\n");
    expect(await lastLine(port)).toContain(` status=${status} `);
  });
});

test("a request with a large body gets its answer, not a reset", async () => {
  using client = await RawClient.connect(server.port);
  client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8388608\r\n\r\n");
  for (let i = 0; i < 8; i++) client.write(new Uint8Array(1024 * 1024));
  expect(await client.head()).toStartWith("HTTP/1.1 404 ");
  expect(await client.ended()).toBe("eof");
});

test("a HEAD is answered without a body (RFC 9110 9.3.2)", async () => {
  using client = await RawClient.connect(server.port);
  client.write("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(await client.head()).toMatch(/^HTTP\/1\.1 404 .*\r\nContent-Length: [1-9]/s);
  expect((await client.rest()).length).toBe(0);
});

test.concurrent("a head that drips, a byte now and then, is given up after 10 s: 408", async () => {
  using client = await RawClient.connect(server.port);
  const { port } = client;
  const dripping = setInterval(() => client.write("x"), 500);
  client.write("GET / HTTP/1.1\r\nX: ");
  try {
    expect(await client.head()).toStartWith("HTTP/1.1 408 ");
    expect(await lastLine(port)).toContain(" status=408 ");
  } finally {
    clearInterval(dripping);
  }
});

test.concurrent("a connection that says nothing is given up after 10 s: 408", async () => {
  using client = await RawClient.connect(server.port);
  expect(await client.head()).toStartWith("HTTP/1.1 408 ");
});

// What RFC 6455 allows a client to do, on a real socket: fragments, pings between them, cuts anywhere.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { concat, frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

let server: TestServer;
beforeAll(async () => {
  server = await startServer(["cat"]);
});
afterAll(async () => {
  await server.stop();
});

test("5.7 the examples: a masked text, a fragmented one, a Ping", async () => {
  using client = await RawClient.open(server);
  client.hex("818537fa213d7f9f4d5158");
  expect(await client.line()).toBe("Hello");
  client.write(frame({ opcode: 1, fin: false, payload: "Hel" }));
  client.write(frame({ opcode: 0, payload: "lo" }));
  expect(await client.line()).toBe("Hello");
  client.hex("898537fa213d7f9f4d5158");
  const pong = await client.frame();
  expect([pong.opcode, Buffer.from(pong.payload).toString()]).toEqual([10, "Hello"]);
});

test("5.6 the frames that come back are whole texts, unmasked, without reserved bits", async () => {
  using client = await RawClient.open(server);
  client.text("x");
  client.binary("y");
  const shape = { fin: true, reserved: 0, opcode: 1 };
  expect(await client.frame()).toMatchObject(shape);
  expect(await client.frame()).toMatchObject(shape);
});

test("5.4 control frames between fragments are answered at once", async () => {
  using client = await RawClient.open(server);
  client.write(frame({ opcode: 1, fin: false, payload: "one " }));
  client.ping("between");
  expect((await client.frame()).opcode).toBe(10);
  client.write(frame({ opcode: 10, payload: "a Pong that nobody asked for (5.5.3)" }));
  client.write(frame({ opcode: 0, fin: false }));
  client.write(frame({ opcode: 0, payload: "message" }));
  expect(await client.line()).toBe("one message");
});

test("8.1 a character may be cut between fragments", async () => {
  using client = await RawClient.open(server);
  const bytes = new TextEncoder().encode("\u{1F600}");
  client.write(frame({ opcode: 1, fin: false, payload: bytes.subarray(0, 1) }));
  client.write(frame({ opcode: 0, fin: false, payload: bytes.subarray(1, 3) }));
  client.write(frame({ opcode: 0, payload: bytes.subarray(3) }));
  expect(await client.line()).toBe("\u{1F600}");
});

test("5.5.2 a Ping of 125 bytes, and an empty one", async () => {
  using client = await RawClient.open(server);
  client.ping("p".repeat(125));
  expect((await client.frame()).payload.length).toBe(125);
  client.ping("");
  expect(await client.frame()).toMatchObject({ opcode: 10, payload: new Uint8Array(0) });
});

test("frames that come byte by byte", async () => {
  using client = await RawClient.open(server);
  const stream = concat([
    frame({ opcode: 1, payload: "first" }),
    frame({ opcode: 2, fin: false, payload: "x".repeat(130) }),
    frame({ opcode: 9, payload: "?" }),
    frame({ opcode: 0, payload: "y" }),
  ]);
  for (const byte of stream) {
    client.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve)); // so that each is a segment of its own
  }
  expect(await client.line()).toBe("first");
  expect(await client.line()).toBe("x".repeat(130) + "y");
});

test("a request head that comes byte by byte, frames in the same segment as its end", async () => {
  using client = await RawClient.connect(server.port);
  const head = requestHead();
  for (const character of head.slice(0, -4)) {
    client.write(character);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const frames = [frame({ opcode: 1, payload: "early" }), frame({ opcode: 1, payload: "bird" })];
  client.write(concat([Buffer.from("\r\n\r\n"), ...frames]));
  expect(await client.head()).toStartWith("HTTP/1.1 101 ");
  expect(await client.line()).toBe("early");
  expect(await client.line()).toBe("bird");
});

test("a message, a Close and FIN in one segment: the Close is answered", async () => {
  using client = await RawClient.open(server);
  client.write(
    concat([
      frame({ opcode: 1, payload: "last" }),
      frame({ opcode: 8, payload: Uint8Array.of(3, 232) }),
    ]),
  );
  expect((await client.farewell()).code).toBe(1000);
  expect(await client.ended()).toBe("eof");
});

test("5.5.1 what follows a Close is ignored", async () => {
  using client = await RawClient.open(server);
  client.write(
    concat([
      frame({ opcode: 8, payload: Uint8Array.of(3, 232) }),
      frame({ opcode: 3, payload: "no such opcode" }),
      frame({ opcode: 1, payload: "too late" }),
    ]),
  );
  const { code, messages } = await client.farewell();
  expect([code, messages]).toEqual([1000, []]);
  expect((await client.rest()).length).toBe(0); // one Close only
});

test("7.1.1 a server closes the TCP connection first", async () => {
  using client = await RawClient.open(server);
  client.close(1000);
  await client.farewell();
  expect(await client.ended()).toBe("eof"); // although this client did nothing for it
});

test("200,000 small messages in one stream come back in order", async () => {
  using client = await RawClient.open(server);
  const count = 200_000;
  const sent = Array.from({ length: count }, (_, i) => frame({ opcode: 1, payload: String(i) }));
  client.write(concat(sent));
  for (let i = 0; i < count; i++) {
    const back = Buffer.from(await client.message()).toString();
    if (back !== String(i)) expect(back).toBe(String(i));
  }
});

// Each way to break the protocol, on a real socket: its close code, one log line, and a bystander who notices nothing.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { concat, frame, fromHex } from "../support/frames.ts";
import { Bystander } from "../support/raw-bystander.ts";
import { RawClient } from "../support/raw-client.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const KEY = "37fa213d";

let server: TestServer;
let bystander: Bystander;
beforeAll(async () => {
  server = await startServer(["cat"]);
  bystander = await Bystander.start(server);
});
afterAll(async () => {
  await bystander.stop();
  await server.stop();
});

/** Sends `bytes`, and checks what comes of it: the Close, the end of the connection, one line in the log. */
async function refused(bytes: Uint8Array, code: number, name: string, at = server): Promise<void> {
  using client = await RawClient.open(at);
  const { port } = client;
  client.write(bytes);
  const farewell = await client.settle();
  expect(farewell.code).toBe(code);
  expect(farewell.reason).not.toBe("");
  expect(farewell.messages).toEqual([]);
  expect(await client.ended()).toBe("eof");
  const line = new RegExp(` DISCONNECT .*peer=127\\.0\\.0\\.1:${port} .*reason="(.*)"$`);
  const [, reason = ""] = line.exec(await at.logged(line))!;
  expect(reason).toStartWith(`${name}: `);
  expect(at.matching(new RegExp(`(?<! CONNECT .*):${port} `))).toHaveLength(1);
}

type Vector = readonly [what: string, hex: string, code: number, name: string];

const VECTORS: readonly Vector[] = [
  ["5.1 an unmasked frame", "8105 48656c6c6f", 1002, "unmasked"],
  ["5.1 an unmasked Close", "8802 03e8", 1002, "unmasked"],
  ["5.2 RSV1", `c180 ${KEY}`, 1002, "reserved-bits"],
  ["5.2 RSV2", `a180 ${KEY}`, 1002, "reserved-bits"],
  ["5.2 RSV3 on a Ping", `9980 ${KEY}`, 1002, "reserved-bits"],
  ["5.2 opcode 3", `8380 ${KEY}`, 1002, "reserved-opcode"],
  ["5.2 opcode 7", `8780 ${KEY}`, 1002, "reserved-opcode"],
  ["5.2 opcode 11", `8b80 ${KEY}`, 1002, "reserved-opcode"],
  ["5.2 opcode 15", `8f80 ${KEY}`, 1002, "reserved-opcode"],
  ["5.2 top bit of the length", `82ff 8000000000000001 ${KEY}`, 1002, "length-top-bit"],
  ["5.2 5 bytes in 16 bits", `82fe 0005 ${KEY} 0000000000`, 1002, "length-not-minimal"],
  ["5.2 65535 in 64 bits", `82ff 000000000000ffff ${KEY}`, 1002, "length-not-minimal"],
  ["5.4 a continuation alone", `8080 ${KEY}`, 1002, "unexpected-continuation"],
  ["5.4 a message in a message", `0180 ${KEY} 8180 ${KEY}`, 1002, "expected-continuation"],
  ["5.5 a Ping in fragments", `0980 ${KEY}`, 1002, "control-fragmented"],
  ["5.5 a Close in fragments", `0880 ${KEY}`, 1002, "control-fragmented"],
  ["5.5 a Ping of 126 bytes", `89fe 007e ${KEY}`, 1002, "control-too-long"],
  ["5.5.1 a Close body of one byte", `8881 00000000 03`, 1002, "close-body-too-short"],
  ["10.4 over 1 MiB, by its header", `82ff 0000000000100001 ${KEY}`, 1009, "message-too-big"],
  ["10.4 far over", `82ff 7fffffffffffffff ${KEY}`, 1009, "message-too-big"],
  ["8.1 a byte that never is UTF-8", `8181 00000000 ff`, 1007, "invalid-utf8"],
  ["8.1 an overlong form", `8182 00000000 c0af`, 1007, "invalid-utf8"],
  ["8.1 a surrogate", `8183 00000000 eda080`, 1007, "invalid-utf8"],
  ["8.1 above U+10FFFF", `8184 00000000 f4908080`, 1007, "invalid-utf8"],
  ["8.1 a character cut by the end", `8182 00000000 e282`, 1007, "invalid-utf8"],
  [
    "8.1 a character broken between fragments",
    "0182 00000000 e282 8081 00000000 41",
    1007,
    "invalid-utf8",
  ],
  ["5.5.1 a reason that is no UTF-8", "8883 00000000 03e8ff", 1007, "close-reason-invalid-utf8"],
];

test.each(VECTORS)("%s", async (_, hex, code, name) => {
  await refused(fromHex(hex), code, name);
  await bystander.echoes(3);
});

test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])(
  "7.4 the close code %d",
  async (code) => {
    const body = Uint8Array.of(code >> 8, code & 255);
    await refused(frame({ opcode: 8, payload: body }), 1002, "close-code-illegal");
  },
);

test.each([1000, 1001, 1003, 1007, 1011, 1012, 1014, 3000, 4999])(
  "7.4 the close code %d is legal and comes back",
  async (code) => {
    using client = await RawClient.open(server);
    client.close(code);
    expect((await client.farewell()).code).toBe(code);
    expect(await client.ended()).toBe("eof");
  },
);

test("10.4 a message over 1 MiB in fragments", async () => {
  const half = new Uint8Array(512 * 1024);
  const parts = [
    frame({ opcode: 2, fin: false, payload: half }),
    frame({ opcode: 0, fin: false, payload: half }),
    frame({ opcode: 0, payload: "x" }),
  ];
  await refused(concat(parts), 1009, "message-too-big");
});

test("10.4 the limit is an option: --maxframesize", async () => {
  await using small = await startServer(["--maxframesize=10", "cat"]);
  await refused(frame({ opcode: 1, payload: "12345678901" }), 1009, "message-too-big", small);
  using client = await RawClient.open(small);
  client.text("1234567890");
  expect(await client.line()).toBe("1234567890");
});

describe("10.4 fragments", () => {
  const empty = frame({ opcode: 0, fin: false });

  test("4,096 empty ones are too many", async () => {
    const parts = [frame({ opcode: 1, fin: false }), ...Array<Uint8Array>(4096).fill(empty)];
    await refused(concat(parts), 1008, "too-many-empty-fragments");
  });

  test("a million are too many, even without a limit of size", async () => {
    await using unlimited = await startServer(["--maxframesize=0", "wc", "-c"]);
    const one = frame({ opcode: 0, fin: false, payload: "x" });
    const many = new Uint8Array(one.length * 1_048_576);
    for (let at = 0; at < many.length; at += one.length) many.set(one, at);
    const bytes = concat([frame({ opcode: 1, fin: false, payload: "x" }), many]);
    await refused(bytes, 1008, "too-many-fragments", unlimited);
  });
});

test("a client that sends on after its violation still gets the Close, not a reset", async () => {
  using client = await RawClient.open(server);
  client.hex(`82ff 0000000000800000 ${KEY}`);
  for (let i = 0; i < 8; i++) client.write(new Uint8Array(1024 * 1024));
  expect((await client.farewell()).code).toBe(1009);
  expect(await client.ended()).toBe("eof");
});

test("messages before the violation reach the program, what follows does not", async () => {
  await using slow = await startServer(["sh", "-c", "cat >&2"]);
  using client = await RawClient.open(slow);
  const parts = [
    frame({ opcode: 1, payload: "before" }),
    fromHex(`8380 ${KEY}`),
    frame({ opcode: 1, payload: "after" }),
  ];
  client.write(concat(parts));
  expect((await client.settle()).code).toBe(1002);
  await slow.logged(/ DISCONNECT /);
  expect(slow.matching(/ before session=1 .*stream=stderr$/)).toHaveLength(1);
  expect(slow.matching(/ after session=1/)).toHaveLength(0);
});

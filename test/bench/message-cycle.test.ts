// Messages of any sizes and compressed ones: each split of a stream, and each bit of it.
import { describe, expect, test } from "bun:test";
import { constants, deflateRawSync } from "node:zlib";
import { cksum } from "../../bench/load/cksum.ts";
import { maskedFrame } from "../../bench/load/frame-cycle.ts";
import { cycledMessages } from "../../bench/load/message-cycle.ts";
import type { Messages } from "../../bench/load/messages.ts";
import { frame } from "./echo-server.ts";

const PAYLOADS = ["a", "two", "three three", "x".repeat(130)].map((text) => Buffer.from(text));

function newMessages(deflate: boolean): { messages: Messages; pings: string[] } {
  const pings: string[] = [];
  const messages = cycledMessages({ payloads: PAYLOADS, window: 2, deflate })({
    index: 0,
    onEchoes: () => {},
    onPing: (payload) => void pings.push(Buffer.from(payload).toString()),
  });
  messages.send(2, 0);
  return { messages, pings };
}

function compress(payload: Buffer, level: number): Buffer {
  const finishFlush = constants.Z_SYNC_FLUSH;
  return deflateRawSync(payload, { level, finishFlush }).subarray(0, -4);
}

const [one = Buffer.alloc(0), two = Buffer.alloc(0)] = PAYLOADS;
const streams = {
  plain: [frame(0x81, one), frame(0x81, two)],
  fragmented: [frame(0x01, one), frame(0x89, "ping"), frame(0x80, ""), frame(0x81, two)],
  compressed: [frame(0xc1, compress(one, 9)), frame(0xc1, compress(two, 9))],
  "compressed in fragments": [
    frame(0x41, compress(one, 1).subarray(0, 1)),
    frame(0x80, compress(one, 1).subarray(1)),
    frame(0xc1, compress(two, 0)),
  ],
  "not compressed, where it might be": [frame(0x81, one), frame(0xc1, compress(two, 6))],
};

for (const [name, frames] of Object.entries(streams)) {
  const deflate = name.includes("compressed");
  const stream = Buffer.concat(frames);
  test(`${name} echoes, at every cut`, () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const { messages } = newMessages(deflate);
      const count = messages.receive(stream.subarray(0, cut), 0, 1);
      expect(count + messages.receive(stream, cut, 1)).toBe(2);
      expect(messages.problem).toBeUndefined();
      expect(messages.inFlight).toBe(0);
    }
  });
}

test("no wrong bit passes, compressed or not", () => {
  for (const [frames, deflate] of [
    [streams.plain, false],
    [streams.compressed, true],
  ] as const) {
    const stream = Buffer.concat(frames);
    for (let bit = 0; bit < stream.length * 8; bit++) {
      const wrong = Buffer.from(stream);
      wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { messages } = newMessages(deflate);
      messages.receive(wrong, 0, 1);
      const passed = messages.problem === undefined && messages.completed === 2;
      // Deflate has bits that mean nothing, at its end: what comes out is then right all the same.
      if (passed) expect(deflate).toBe(true);
      if (!deflate) expect(passed).toBe(false);
    }
  }
});

describe("what is wrong", () => {
  for (const [text, frames, deflate, problem] of [
    ["compressed, and nobody agreed", [frame(0xc1, compress(one, 9))], false, "reserved bits"],
    ["more than was sent", [...streams.plain, frame(0x81, "three three")], false, "nothing that"],
    ["binary", [frame(0x82, one)], false, "opcode 2"],
    ["another message", [frame(0x81, two)], false, "3 bytes, expected 1"],
    ["longer than any", [frame(0x81, "x".repeat(2000))], false, "expected at most"],
    ["no deflate", [frame(0xc1, Buffer.of(0xff, 0xff))], true, "cannot be inflated"],
    ["a bomb", [frame(0xc1, compress(Buffer.alloc(1e6), 9))], true, "cannot be inflated"],
    [
      "a Close",
      [frame(0x88, Buffer.from("\x03\xe8bye", "latin1"))],
      false,
      'closed with code 1000 "bye"',
    ],
  ] as const) {
    test(text, () => {
      const { messages } = newMessages(deflate);
      messages.receive(Buffer.concat(frames), 0, 1);
      expect(messages.problem).toContain(problem);
      expect(messages.receive(Buffer.concat(frames), 0, 1)).toBe(0);
    });
  }

  test("a list that is shorter than two windows", () => {
    expect(() => cycledMessages({ payloads: PAYLOADS, window: 3, deflate: false })).toThrow("few");
  });
});

test("what is sent comes again after the last, and masked", () => {
  const { messages } = newMessages(false);
  const { bytes, ringLength } = messages.sent;
  expect(ringLength).toBe(7 + 9 + 17 + 138);
  const key = bytes.subarray(2, 6);
  expect((bytes[6] ?? 0) ^ (key[0] ?? 0)).toBe(0x61);
  expect(messages.sent.inARow(7, ringLength)).toBe(ringLength - 7);
  messages.receive(Buffer.concat(streams.plain), 0, 1);
  expect([messages.send(1, 0), messages.send(1, 0)]).toEqual([17, 138]);
});

test("lengths of frames are in their shortest form", () => {
  for (const [length, header] of [
    [125, "81fd"],
    [126, "81fe007e"],
    [65_535, "81feffff"],
    [65_536, "81ff0000000000010000"],
  ] as const) {
    const bytes = maskedFrame({ firstByte: 0x81, payload: Buffer.alloc(length) });
    expect(bytes.toString("hex", 0, header.length / 2)).toBe(header);
    expect(bytes.length).toBe(header.length / 2 + 4 + length);
  }
});

test("cksum is that of coreutils", () => {
  for (const length of [0, 1, 5, 255, 256, 70_000]) {
    const bytes = Buffer.alloc(length, "checksummed ");
    const { stdout } = Bun.spawnSync(["cksum"], { stdin: bytes });
    expect(cksum(bytes)).toBe(stdout.toString().trim());
  }
});

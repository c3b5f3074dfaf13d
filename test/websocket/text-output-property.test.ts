// RFC 6455 5.6: what goes out for any bytes, at any cuts, frame for frame as a plain twin makes it of the whole.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { CHUNK_SIZE_MAX, FRAGMENT_SIZE, FRAMES_SIZE } from "../../src/kernel/kernel.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import type { InvalidUtf8 } from "../../src/websocket/record-output.ts";
import { ByteList } from "../support/byte-list.ts";
import { concat } from "../support/frames.ts";
import { encodePlainly } from "../support/plain-encoder.ts";
import { judgeUtf8Plainly, replacePlainly } from "../support/plain-utf8.ts";
import { Random, seedOfRun } from "../support/random.ts";
import { cutAt, randomSplit } from "../support/splits.ts";
import { kernel, NEVER, OPTIONS } from "./peer.ts";

// A second or two each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

const POLICIES: readonly InvalidUtf8[] = ["replace", "binary", "close"];
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Ends no record. */
const NO_BYTE = 256;

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

interface Output {
  readonly frames: Uint8Array;
  readonly invalidRecords: number;
  readonly end: string;
}

/** One that writes down its frames, and how it ended. */
class Sent {
  readonly frames = new ByteList();
  /** How often frames were handed on. */
  writes = 0;
  end = "";
  readonly protocol: Protocol;

  constructor(invalidUtf8: InvalidUtf8) {
    const handler = {
      ...NEVER,
      payload: NEVER.closed,
      transmit: () => {}, // the Close, told by `failed`
      transmitFrames: (begin: number, end: number) => this.transmitted(begin, end),
      failed: ({ name }: { name: string }) => void (this.end = name),
    };
    this.protocol = new Protocol(kernel, { ...OPTIONS, invalidUtf8 }, handler);
  }

  transmitted(begin: number, end: number): void {
    this.writes++;
    if (end > kernel.frames + FRAMES_SIZE) throw new Error("frames where they do not belong");
    this.frames.append(kernel.bytes.subarray(begin, end));
  }

  send(piece: Uint8Array): void {
    kernel.bytes.set(piece, kernel.outgoing);
    this.protocol.send(kernel.outgoing, kernel.outgoing + piece.length);
  }
}

function outputOf(stream: Uint8Array, policy: InvalidUtf8, cuts: readonly number[]): Output {
  const sent = new Sent(policy);
  for (const piece of cutAt(stream, cuts)) sent.send(piece);
  sent.protocol.finish();
  sent.protocol.release();
  const { frames, end, protocol } = sent;
  return { frames: frames.view(), invalidRecords: protocol.invalidRecords, end };
}

/** The frames of one message. */
function framesOf(record: Uint8Array, opcode: number): Uint8Array {
  if (record.length === 0) return Uint8Array.of(0x80 | opcode, 0);
  return encodePlainly(record, { opcode, delimiter: NO_BYTE, fragmentSize: FRAGMENT_SIZE });
}

function expected(stream: Uint8Array, policy: InvalidUtf8): Output {
  const parts: Uint8Array[] = [];
  let invalidRecords = 0;
  for (let at = 0; at < stream.length;) {
    const line = stream.indexOf(LINE_FEED, at);
    const recordEnd = line < 0 ? stream.length : line;
    const whole = stream.subarray(at, recordEnd);
    const hasReturn = line >= 0 && whole.at(-1) === CARRIAGE_RETURN;
    const record = hasReturn ? whole.subarray(0, -1) : whole;
    at = recordEnd + 1;
    if (judgeUtf8Plainly(record) === "whole") {
      parts.push(framesOf(record, 1));
      continue;
    }
    invalidRecords++;
    if (policy === "close") {
      return { frames: concat(parts), invalidRecords, end: "output-invalid-utf8" };
    }
    const begin = concat([whole, Uint8Array.of(LINE_FEED)]).subarray(0, FRAGMENT_SIZE);
    const isBinary = policy === "binary" && judgeUtf8Plainly(begin) === "invalid";
    parts.push(isBinary ? framesOf(record, 2) : framesOf(replacePlainly(record), 1));
  }
  return { frames: concat(parts), invalidRecords, end: "" };
}

/** Whole characters, line ends, halves of characters, and bytes that are none. */
function randomText(random: Random, partsMax: number): Buffer {
  const parts: Buffer[] = [];
  const faultyOneIn = random.pick([3, 12, 100]);
  for (let i = random.between(1, partsMax); i > 0; i--) {
    if (random.oneIn(faultyOneIn)) {
      const character = Buffer.from(random.pick(["é", "€", "😀", "\u{10ffff}", "\ud7ff"]));
      const cut = character.subarray(0, random.between(1, character.length - 1));
      parts.push(random.oneIn(2) ? cut : Buffer.from(random.bytes(random.between(1, 3))));
    } else {
      parts.push(
        Buffer.from(random.pick(["a", "é", "€", "😀", "\n", "\r\n", "\r", "\0", "\ufffd"])),
      );
    }
  }
  return Buffer.concat(parts);
}

function expectSame(got: Output, wanted: Output, about: string): void {
  expect({ invalidRecords: got.invalidRecords, end: got.end }, about).toEqual({
    invalidRecords: wanted.invalidRecords,
    end: wanted.end,
  });
  expect(Buffer.compare(got.frames, wanted.frames), about).toBe(0);
}

describe("as the plain twin", () => {
  test.each(POLICIES)("--invalid-utf8=%s: short records", (policy) => {
    const seed = seedOfRun();
    const random = new Random(seed);
    for (let round = 0; round < 3000; round++) {
      const stream = randomText(random, 40);
      const cuts = randomSplit(random, stream.length);
      const about = `seed ${seed}, round ${round}: ${stream.toString("hex")} cut at ${cuts}`;
      expectSame(outputOf(stream, policy, cuts), expected(stream, policy), about);
    }
  });

  // With `close` what is out of a long record depends on when its fault comes.
  test.each(["replace", "binary"] as const)(
    "--invalid-utf8=%s: records as long as a frame",
    (policy) => {
      const seed = seedOfRun();
      const random = new Random(seed);
      for (let round = 0; round < 120; round++) {
        const first = FRAGMENT_SIZE + random.between(-8, 4);
        const stream = Buffer.concat([
          Buffer.alloc(first, "x"),
          randomText(random, 12),
          Buffer.alloc(random.pick([0, 0, 5, FRAGMENT_SIZE - 10, FRAGMENT_SIZE]), "y"),
          randomText(random, 12),
        ]);
        const wanted = expected(stream, policy);
        const splits = [[], randomSplit(random, stream.length)];
        for (let i = 0; i < 6; i++) {
          const cut = first + random.between(-2, 8);
          const next = cut + random.between(1, 4);
          splits.push([cut, next].filter((place) => place > 0 && place < stream.length));
        }
        for (const cuts of splits) {
          const about = `seed ${seed}, round ${round}, ${first} times x, cut at ${cuts}`;
          expectSame(outputOf(stream, policy, cuts), wanted, about);
        }
      }
    },
  );
});

test("a character that a chunk cuts stays whole in a record whose faults are replaced", () => {
  const stream = Buffer.concat([
    Buffer.alloc(FRAGMENT_SIZE + 50, "x"),
    Buffer.from("\xffa", "latin1"),
  ]);
  const text = Buffer.concat([stream, Buffer.from("€😀\n")]);
  for (const policy of ["replace", "binary"] as const) {
    for (let cut = stream.length; cut < text.length; cut++) {
      const got = outputOf(text, policy, [FRAGMENT_SIZE + 50, cut]);
      expectSame(got, expected(text, policy), `${policy}, cut at ${cut}`);
    }
  }
});

test("a chunk of nothing ends nothing", () => {
  kernel.bytes[kernel.outgoing - 1] = LINE_FEED; // what lies below a chunk is none of it
  for (const policy of ["replace", "binary"] as const) {
    const sent = new Sent(policy);
    for (const piece of ["\xffa\n\xff", "", "b\xff\n", "", "c"])
      sent.send(Buffer.from(piece, "latin1"));
    sent.protocol.finish();
    sent.protocol.release();
    const stream = Buffer.from("\xffa\n\xffb\xff\nc", "latin1");
    expect(Buffer.compare(sent.frames.view(), expected(stream, policy).frames)).toBe(0);
    expect(sent.protocol.invalidRecords).toBe(2);
  }
});

describe("a chunk full of faults", () => {
  test.each([
    ["each line faulty", "\xff\n"],
    ["each second one", "\xff\n\n"],
    ["none but faults", "\xff"],
    ["lines in Latin-1", `\xe9${"a".repeat(62)}\n`],
  ])("goes out in a few writes, not one for each line: %s", (_, unit) => {
    const chunk = Buffer.alloc(CHUNK_SIZE_MAX, unit, "latin1");
    for (const policy of ["replace", "binary"] as const) {
      const sent = new Sent(policy);
      sent.send(chunk);
      sent.protocol.finish();
      sent.protocol.release();
      expect(sent.writes).toBeLessThanOrEqual(4);
      expectSame(
        { frames: sent.frames.view(), invalidRecords: 0, end: "" },
        { ...expected(chunk, policy), invalidRecords: 0 },
        policy,
      );
    }
  });

  test("of which the connection ends in the middle: nothing is kept", () => {
    const sent = new Sent("replace");
    sent.transmitted = () => {
      sent.writes++;
      sent.protocol.release();
    };
    // Replaced it is more than is gathered at once; behind it a line that would be kept.
    const chunk = Buffer.alloc(CHUNK_SIZE_MAX, 0xff);
    chunk.write("\nopen", chunk.length - 5);
    sent.send(chunk);
    expect(sent.writes).toBe(1);
    expect(sent.protocol.closed).toBe(true);
    expect(kernel.slabs.used).toBe(0);
  });
});

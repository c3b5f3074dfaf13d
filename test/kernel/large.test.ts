// Messages and records larger than every buffer of the kernel.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { CHUNK_SIZE_MAX, DECODER, FRAGMENT_SIZE, STATE_SIZE } from "../../src/kernel/kernel.ts";
import { concat, frame } from "../support/frames.ts";
import { kernel } from "../support/kernel-driver.ts";
import { OUTCOME, PlainDecoder, type DecoderOptions } from "../support/plain-decoder.ts";
import { encodePlainly } from "../support/plain-encoder.ts";
import { Random, seedOfRun } from "../support/random.ts";
import { decodeLike, encodeLike } from "../support/same.ts";

// A second or less each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

const MIB = 1024 * 1024;
const PIECE_SIZES = [4096, 65_536, 100_003, CHUNK_SIZE_MAX];
const OPTIONS: DecoderOptions = {
  messageSizeMax: 0,
  fragmentsMax: 1_048_576,
  fragmentsEmptyMax: 4096,
  delimiter: 0x0a,
};
const seed = seedOfRun();

function cutsOf(length: number, pieceSize: number): number[] {
  return Array.from({ length: Math.ceil(length / pieceSize) - 1 }, (_, i) => (i + 1) * pieceSize);
}

/** About `length` bytes of text that repeats only after many. */
function longText(random: Random, length: number): Uint8Array {
  const paragraph = concat([random.text(9000), random.text(9000), random.text(9001)]);
  const count = Math.ceil(length / paragraph.length);
  return concat(Array.from({ length: count }, () => paragraph));
}

/** Decodes `stream` in pieces of each size; the twin says what must come out. */
function expectDecoded(stream: Uint8Array, outputLength: number): void {
  const expected = new PlainDecoder(OPTIONS);
  expected.feed(stream);
  expect(expected.output.length).toBe(outputLength);
  for (const pieceSize of PIECE_SIZES) {
    const cuts = cutsOf(stream.length, pieceSize);
    decodeLike(expected, {
      ...OPTIONS,
      stream,
      cuts,
      name: `seed ${seed}, pieces of ${pieceSize}`,
    });
  }
}

describe("a message of 5 MiB, then a short one", () => {
  const random = new Random(seed);
  const payload = longText(random, 5 * MIB);
  const after = frame({ opcode: 1, payload: "after" });
  const outputLength = payload.length + "\nafter\n".length;

  test("in one frame", () => {
    const long = frame({ opcode: 1, payload, key: random.bytes(4) });
    expectDecoded(concat([long, after]), outputLength);
  });

  test("in fragments with Pings between", () => {
    const ping = frame({ opcode: 9, payload: "still there?", key: random.bytes(4) });
    const parts: Uint8Array[] = [];
    for (let at = 0; at < payload.length;) {
      const end = Math.min(payload.length, at + random.pick([0, 1, 125, 126, 65_536, 300_000]));
      const options = { opcode: parts.length === 0 ? 1 : 0, key: random.bytes(4) };
      const fin = end === payload.length;
      parts.push(frame({ ...options, payload: payload.subarray(at, end), fin }), ping);
      at = end;
    }
    expectDecoded(concat([...parts, after]), outputLength);
  });
});

test("a frame of more than 4 GiB ends where its header says", () => {
  const { bytes, words, incoming } = kernel;
  const state = kernel.states.borrow();
  bytes.fill(0, state, state + STATE_SIZE);
  words[(state + DECODER.DELIMITER) >> 2] = OPTIONS.delimiter;
  const messagesAfter = (length: number): number => {
    words[(state + DECODER.OUTPUT) >> 2] = incoming - 16;
    expect(kernel.unframe(state, incoming, incoming + length)).toBe(OUTCOME.MORE);
    return words[(state + DECODER.MESSAGES) >> 2]!;
  };
  const rest = 5;
  const declaredLength = BigInt(2 ** 32 + rest);
  const header = frame({ opcode: 2, declaredLength, key: new Uint8Array(4) });
  bytes.set(header, incoming);
  expect(messagesAfter(header.length)).toBe(0);
  // What the chunks hold does not matter: it is what the one before has left.
  for (let sent = 0; sent < 2 ** 32; sent += CHUNK_SIZE_MAX) {
    if (messagesAfter(CHUNK_SIZE_MAX) !== 0) throw new Error(`ended after ${sent} bytes`);
  }
  expect(messagesAfter(rest - 1)).toBe(0);
  expect(messagesAfter(1)).toBe(1);
  bytes.set(frame({ opcode: 1, payload: "after" }), incoming);
  expect(messagesAfter(11)).toBe(2);
  kernel.states.giveBack(state);
});

test("records of several MiB through enframe", () => {
  const line = longText(new Random(seed), 3 * MIB).map((byte) => (byte === 0x0a ? 0x20 : byte));
  const carriageReturn = Uint8Array.of(0x0d);
  const lineFeed = Uint8Array.of(0x0a);
  const lines = [line, lineFeed, line.subarray(1), carriageReturn, lineFeed, lineFeed, line];
  const stream = concat(lines);
  const options = { opcode: 1, delimiter: 0x0a, fragmentSize: FRAGMENT_SIZE };
  const expected = encodePlainly(stream, options);
  for (const pieceSize of PIECE_SIZES) {
    const cuts = cutsOf(stream.length, pieceSize);
    encodeLike(expected, {
      ...options,
      stream,
      cuts,
      name: `seed ${seed}, pieces of ${pieceSize}`,
    });
    expect(kernel.slabs.used).toBe(0);
  }
});

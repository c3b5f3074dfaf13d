// RFC 6455 5.2, 5.3: unframe at every length where something changes, at every alignment, with every phase of the key.

import { describe, setDefaultTimeout, test } from "bun:test";
import { concat, frame } from "../support/frames.ts";
import { PlainDecoder, type DecoderOptions } from "../support/plain-decoder.ts";
import { Random, seedOfRun } from "../support/random.ts";
import { decodeLike, decodeWithBoth } from "../support/same.ts";
import { everySplit } from "../support/splits.ts";

// A second or less each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

const OPTIONS: DecoderOptions = {
  messageSizeMax: 0,
  fragmentsMax: 1024,
  fragmentsEmptyMax: 16,
  delimiter: 0x0a,
};
const ALIGNMENTS = Array.from({ length: 16 }, (_, alignment) => alignment);
const SHORT = Array.from({ length: 301 }, (_, length) => length);
const LONG = [65534, 65535, 65536, 65537];
const seed = seedOfRun();

/** A frame of this length between two short messages. Text may end inside a code point: it is not UTF-8 then. */
function streamOf(random: Random, length: number, opcode: number): Uint8Array {
  const payload = opcode === 1 ? random.text(length).subarray(0, length) : random.bytes(length);
  const short = frame({ opcode: 1, payload: "é", key: random.bytes(4) });
  return concat([short, frame({ opcode, payload, key: random.bytes(4) }), short]);
}

describe.each([
  { kind: "text", opcode: 1 },
  { kind: "binary", opcode: 2 },
])("$kind", ({ opcode }) => {
  test.each([
    { name: "0 to 300 bytes", lengths: SHORT },
    { name: "around 64 KiB", lengths: LONG },
  ])("$name at every alignment, whole and cut once", ({ lengths }) => {
    const random = new Random(seed);
    for (const length of lengths) {
      const stream = streamOf(random, length, opcode);
      const name = `seed ${seed}, length ${length}`;
      const expected = new PlainDecoder(OPTIONS);
      expected.feed(stream);
      for (const alignment of ALIGNMENTS) {
        decodeLike(expected, { ...OPTIONS, stream, cuts: [], alignment, name });
        const cuts = [random.between(1, stream.length - 1)];
        decodeLike(expected, { ...OPTIONS, stream, cuts, alignment, name });
      }
    }
  });
});

test("the masking key goes on over every cut", () => {
  const random = new Random(seed);
  for (let length = 1; length <= 80; length++) {
    const stream = streamOf(random, length, 2);
    for (const cuts of everySplit(stream.length)) {
      decodeWithBoth({ ...OPTIONS, stream, cuts, name: `seed ${seed}` });
    }
  }
});

test("a frame in pieces of equal length, each length from 1 to 70", () => {
  const random = new Random(seed);
  const stream = streamOf(random, 300, 2);
  for (let step = 1; step <= 70; step++) {
    const cuts: number[] = [];
    for (let cut = step; cut < stream.length; cut += step) cuts.push(cut);
    for (const alignment of ALIGNMENTS) {
      decodeWithBoth({ ...OPTIONS, stream, cuts, alignment, name: `seed ${seed}, step ${step}` });
    }
  }
});

// RFC 6455 5.2, 5.4: enframe against its plain twin: records, line ends, fragments, at every split.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { concat, fromHex } from "../support/frames.ts";
import { KernelEncoder } from "../support/kernel-driver.ts";
import { encodePlainly } from "../support/plain-encoder.ts";
import { fuzzMs, Random, seedOfRun } from "../support/random.ts";
import { encodeLike } from "../support/same.ts";
import { everySplit, randomSplit } from "../support/splits.ts";
import { NUL, RECORD_VECTORS, TEXT } from "./vectors-records.ts";

// A second or less each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

const seed = seedOfRun();

describe("RFC 6455, at every split", () => {
  test.each([...RECORD_VECTORS])("$name", ({ name, stream: hex, frames, options }) => {
    const stream = fromHex(hex);
    expect(encodePlainly(stream, options).toHex()).toBe(frames.replaceAll(" ", ""));
    for (const cuts of everySplit(stream.length)) {
      encodeLike(fromHex(frames), { ...options, stream, cuts, name });
    }
  });
});

test("CR, LF and a letter in every order of up to seven bytes, at every split", () => {
  const alphabet = [0x0d, 0x0a, 0x61];
  const options = { ...TEXT, fragmentSize: 3 };
  for (let length = 1; length <= 7; length++) {
    for (let number = 0; number < 3 ** length; number++) {
      const stream = Uint8Array.from(
        { length },
        (_, i) => alphabet[Math.floor(number / 3 ** i) % 3]!,
      );
      const expected = encodePlainly(stream, options);
      for (let mask = 0; mask < 2 ** (length - 1); mask++) {
        const cuts = Array.from({ length: length - 1 }, (_, i) => i + 1).filter(
          (cut) => (mask >> (cut - 1)) & 1,
        );
        encodeLike(expected, { ...options, stream, cuts, name: "CR, LF, a" });
      }
    }
  }
});

/** A line without LF in it, often with CR at its ends. */
function randomLine(random: Random, length: number): Uint8Array {
  const line = (random.oneIn(2) ? random.text(length) : random.bytes(length)).subarray(0, length);
  for (let i = 0; i < line.length; i++) if (line[i] === 0x0a || line[i] === 0) line[i] = 0x0d;
  if (length > 0 && random.oneIn(3)) line[length - 1] = 0x0d;
  return line;
}

function randomLines(random: Random, lengths: readonly number[], count: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    parts.push(randomLine(random, random.pick(lengths)));
    const ends = [[0x0a], [0x0a], [0x0d, 0x0a], [0x00], []];
    parts.push(Uint8Array.from(random.pick(ends)));
  }
  return concat(parts);
}

describe("random lines at every split", () => {
  const short = [0, 1, 2, 3, 5, 15, 16, 17, 33];
  test.each([
    { name: "LF", options: TEXT, lengths: [...short, 124, 125, 126, 127] },
    { name: "NUL", options: NUL, lengths: [...short, 124, 125, 126, 127] },
    { name: "fragments of 2 bytes", options: { ...TEXT, fragmentSize: 2 }, lengths: short },
    { name: "fragments of 3 bytes", options: { ...TEXT, fragmentSize: 3 }, lengths: short },
    { name: "fragments of 16 bytes", options: { ...TEXT, fragmentSize: 16 }, lengths: short },
    { name: "fragments of 16 bytes, NUL", options: { ...NUL, fragmentSize: 16 }, lengths: short },
    {
      name: "fragments of 126 bytes",
      options: { ...TEXT, fragmentSize: 126 },
      lengths: [125, 126, 127, 253],
    },
  ])("$name", ({ name, options, lengths }) => {
    const random = new Random(seed);
    for (let round = 0; round < 20; round++) {
      const stream = randomLines(random, lengths, 8);
      const expected = encodePlainly(stream, options);
      for (const cuts of everySplit(stream.length)) {
        const alignment = random.below(16);
        encodeLike(expected, {
          ...options,
          stream,
          cuts,
          alignment,
          name: `seed ${seed}, ${name}`,
        });
      }
    }
  });
});

test("a line of 0 to 470 bytes, where it goes by 64, and around 64 KiB, at every alignment", () => {
  const random = new Random(seed);
  const lengths = Array.from({ length: 471 }, (_, length) => length);
  for (const length of [...lengths, 65_534, 65_535, 65_536, 65_537]) {
    const line = randomLine(random, length);
    const stream = concat([line, Uint8Array.of(0x0a), line, Uint8Array.of(0x0a, 0x61, 0x0a)]);
    const expected = encodePlainly(stream, TEXT);
    for (let alignment = 0; alignment < 16; alignment++) {
      const cuts = alignment % 2 === 0 ? [] : [random.between(1, stream.length - 1)];
      encodeLike(expected, {
        ...TEXT,
        stream,
        cuts,
        alignment,
        name: `seed ${seed}, length ${length}`,
      });
    }
  }
});

test(
  "long lines at random splits",
  () => {
    const deadline = performance.now() + fuzzMs(700);
    const lengths = [
      0, 1, 2, 125, 126, 1000, 65_533, 65_534, 65_535, 65_536, 65_537, 131_070, 131_072,
    ];
    for (let index = 0; performance.now() < deadline; index++) {
      const streamSeed = (seed + index) >>> 0;
      const random = new Random(streamSeed);
      const options = random.pick([TEXT, NUL, { ...TEXT, fragmentSize: 1000 }]);
      const stream = randomLines(random, lengths, 8);
      const expected = encodePlainly(stream, options);
      for (let splits = 0; splits < 4; splits++) {
        const cuts = randomSplit(random, stream.length);
        encodeLike(expected, { ...options, stream, cuts, name: `WEBSOCKD_SEED=${streamSeed}` });
      }
    }
  },
  fuzzMs(700) + 10_000,
);

test("RECORDS counts the records that ended, the last line too", () => {
  using encoder = new KernelEncoder({ ...TEXT, fragmentSize: 3 });
  encoder.feed(fromHex("6162636465 0a 0a 61"));
  expect(encoder.records).toBe(2);
  encoder.finish();
  expect(encoder.records).toBe(3);
});

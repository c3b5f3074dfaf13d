// Records with their length before them, out: length and netstring against their plain twin, whole, broken and cut.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import { Random, seedOfRun } from "../support/random.ts";
import { everySplit, randomSplit } from "../support/splits.ts";
import { randomRecords } from "../support/random-records.ts";
import { recordsDifference, sendRecords } from "../support/same-records.ts";
import { kernel } from "./peer.ts";
import { AUTO, BINARY, LENGTH, NETSTRING, PREFIXED_VECTORS, TEXT } from "./vectors-prefixed.ts";

// A second or two each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

describe("at every split, as the plain twin", () => {
  for (const [name, options, content, messages, fault] of PREFIXED_VECTORS) {
    test(`${options.framing}: ${name}`, () => {
      const stream = typeof content === "string" ? new Uint8Array(Buffer.from(content)) : content;
      const whole = sendRecords(stream, options, []);
      expect(whole.messages).toEqual(messages);
      expect(whole.text).toBe(fault);
      for (const cuts of everySplit(stream.length)) {
        expect(recordsDifference(stream, options, cuts), `cut at ${cuts}`).toBeNull();
      }
    });
  }
});

describe("random streams, as the plain twin", () => {
  for (const options of [LENGTH, NETSTRING, TEXT, BINARY, AUTO]) {
    test(`${options.framing}, ${options.frameType ?? "types told"}`, () => {
      const seed = seedOfRun();
      for (let round = 0; round < 120; round++) {
        const random = new Random(seed + round);
        const stream = randomRecords(random, options);
        const cuts = randomSplit(random, stream.length);
        expect(recordsDifference(stream, options, cuts), `seed ${seed + round}`).toBeNull();
      }
    });
  }
});

describe("records as long as a fragment", () => {
  const lengths = [FRAGMENT_SIZE - 1, FRAGMENT_SIZE, FRAGMENT_SIZE + 1, 3 * FRAGMENT_SIZE];
  for (const options of [NETSTRING, AUTO, LENGTH].map((one) => ({
    ...one,
    recordSizeMax: 2 ** 20,
  }))) {
    for (const length of lengths) {
      test(`${options.framing}, ${options.frameType ?? "types told"}: ${length} bytes, and what is wrong near them`, () => {
        const head = options.framing === "length" ? lengthOf(length) : Buffer.from(`${length}:`);
        const tail = Buffer.from(options.framing === "length" ? "" : ",");
        for (const [place, bytes] of [
          [0, "a"],
          [0, "\xff"],
          [length - 1, "\xc3"],
          [FRAGMENT_SIZE - 2, "\xc3"],
          [FRAGMENT_SIZE - 2, "\xc3\xa9"],
          [FRAGMENT_SIZE - 1, "\xc3\xa9"],
        ] as const) {
          const payload = Buffer.alloc(length, "x");
          payload.write(bytes, place, "latin1");
          const stream = new Uint8Array(Buffer.concat([head, payload, tail, head]));
          for (const cut of [
            1,
            head.length,
            9,
            place + head.length,
            FRAGMENT_SIZE,
            FRAGMENT_SIZE + head.length,
            length + head.length,
            stream.length - 1,
          ]) {
            const cuts = cut > 0 && cut < stream.length ? [cut] : [];
            expect(
              recordsDifference(stream, options, cuts),
              `${bytes} at ${place}, cut at ${cut}`,
            ).toBeNull();
          }
        }
      });
    }
  }
});

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

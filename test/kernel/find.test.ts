// count: how often a byte is there, at every length and alignment.

import { expect, test } from "bun:test";
import { kernel } from "../support/kernel-driver.ts";
import { Random, seedOfRun } from "../support/random.ts";

const { bytes, incoming, count } = kernel;

/** Counts with the same byte on both sides, which tempts. */
function counted(content: Uint8Array, byte: number, alignment: number): number {
  const begin = incoming + alignment;
  bytes.fill(byte, begin - 16, begin + content.length + 80);
  bytes.set(content, begin);
  return count(byte, begin, begin + content.length);
}

test("0 to 300 bytes at every alignment", () => {
  const random = new Random(seedOfRun());
  for (let length = 0; length <= 300; length++) {
    const content = random.bytes(length).map((byte) => byte & 7);
    const wanted = content.filter((byte) => byte === 3).length;
    for (let alignment = 0; alignment < 16; alignment++) {
      expect(counted(content, 3, alignment)).toBe(wanted);
    }
  }
});

test("nothing but the byte: no lane overflows", () => {
  for (const length of [64 * 60, 64 * 63, 64 * 64 + 5, 64 * 120, 300_000]) {
    expect(counted(new Uint8Array(length).fill(0xff), 0xff, 1)).toBe(length);
    expect(counted(new Uint8Array(length), 0xff, 1)).toBe(0);
  }
});

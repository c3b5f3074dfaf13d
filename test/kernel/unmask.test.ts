// RFC 6455 5.3: unmask against the RFC's formula: lengths, alignments, overlaps, keys.

import { expect, setDefaultTimeout, test } from "bun:test";
import { kernel } from "../support/kernel-driver.ts";
import { Random, seedOfRun } from "../support/random.ts";

// A second or less each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

const { bytes } = kernel;
const CANARY = 0xa5;
const seed = seedOfRun();
/** How far below its source the target lies: in place, and moved by what headers are long. */
const SHIFTS = [0, 1, 5, 6, 8, 14, 15, 16, 17, 63, 64, 300];

function unmaskPlainly(masked: Uint8Array, key: number): Uint8Array {
  const keyOctets = [key & 0xff, (key >>> 8) & 0xff, (key >>> 16) & 0xff, key >>> 24];
  return masked.map((octet, i) => octet ^ keyOctets[i % 4]!);
}

/** Unmasks at `source` down to `source - shift`; the bytes around the target must stay. */
function expectUnmasked(masked: Uint8Array, source: number, shift: number, key: number): void {
  const target = source - shift;
  const { length } = masked;
  bytes.fill(CANARY, target - 32, source + length + 32);
  bytes.set(masked, source);
  const around = bytes.slice(target - 32, source + length + 32);
  const high = kernel.unmask(target, source, length, key);
  const plain = unmaskPlainly(masked, key);
  around.set(plain, 32);
  const after = bytes.subarray(target - 32, source + length + 32);
  if (
    Buffer.compare(after, around) !== 0 ||
    (high !== 0) !== plain.some((octet) => octet >= 0x80)
  ) {
    throw new Error(
      `seed ${seed}: length ${length}, address ${source % 16}, shift ${shift}, key ${key}`,
    );
  }
}

test("0 to 300 bytes at every alignment, in place and moved down", () => {
  const random = new Random(seed);
  for (let length = 0; length <= 300; length++) {
    const key = random.next();
    // Half of them ASCII behind the mask, or ASCII but for one byte: the high bit must be seen wherever it is.
    const masked = random.oneIn(2) ? random.bytes(length) : unmaskPlainly(random.text(length), key);
    for (let alignment = 0; alignment < 16; alignment++) {
      for (const shift of SHIFTS)
        expectUnmasked(masked, kernel.incoming + 512 + alignment, shift, key);
    }
  }
});

test("one byte above ASCII is seen at every place of 0 to 200 bytes", () => {
  const random = new Random(seed);
  for (let length = 1; length <= 200; length++) {
    const key = random.next();
    for (let at = 0; at < length; at++) {
      const plain = new Uint8Array(length);
      plain[at] = 0x80;
      expectUnmasked(unmaskPlainly(plain, key), kernel.incoming + 512, 6, key);
    }
    expectUnmasked(unmaskPlainly(new Uint8Array(length), key), kernel.incoming + 512, 6, key);
  }
});

test("around 64 KiB at every alignment", () => {
  const random = new Random(seed);
  for (const length of [65_535, 65_536, 65_537]) {
    const masked = random.bytes(length);
    for (let alignment = 0; alignment < 16; alignment++) {
      expectUnmasked(masked, kernel.incoming + 512 + alignment, 8, random.next());
    }
  }
});

test("5.7: the example", () => {
  bytes.set(Uint8Array.fromHex("7f9f4d5158"), kernel.incoming);
  expect(kernel.unmask(kernel.incoming, kernel.incoming, 5, 0x3d21fa37)).toBe(0);
  expect(bytes.slice(kernel.incoming, kernel.incoming + 5).toHex()).toBe("48656c6c6f");
});

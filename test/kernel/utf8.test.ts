// RFC 3629: the kernel's utf8 against Bun's own decoders and against the grammar.

import { isUtf8 } from "node:buffer";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { concat } from "../support/frames.ts";
import { kernel } from "../support/kernel-driver.ts";
import { judgeUtf8Plainly, PlainUtf8 } from "../support/plain-utf8.ts";
import { fuzzMs, Random, seedOfRun } from "../support/random.ts";

// A second or less each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

const ACCEPT = 0;
const REJECT = 1;
const { bytes, incoming } = kernel;
const seed = seedOfRun();
const strict = new TextDecoder("utf-8", { fatal: true });

function isText(text: Uint8Array): boolean {
  try {
    strict.decode(text);
    return true;
  } catch {
    return false;
  }
}

/** The kernel's state after `text`, put at an address of any alignment. */
function judge(text: Uint8Array, state = ACCEPT, at = incoming): number {
  bytes.set(text, at);
  bytes.fill(0x80, at + text.length, at + text.length + 16);
  return kernel.utf8(state, at, text.length);
}

function verdict(state: number): "whole" | "cut" | "invalid" {
  return state === ACCEPT ? "whole" : state === REJECT ? "invalid" : "cut";
}

function expectSame(text: Uint8Array, name: string): void {
  if ((judge(text) === ACCEPT) !== isText(text)) throw new Error(`${name}: ${text.toHex()}`);
}

describe("exhaustively", () => {
  test("one byte and two", () => {
    for (let first = 0; first < 256; first++) {
      expectSame(Uint8Array.of(first), "one");
      for (let second = 0; second < 256; second++) expectSame(Uint8Array.of(first, second), "two");
    }
  });

  test("three bytes, behind 0 to 40 bytes of ASCII", () => {
    const text = new Uint8Array(64).fill(0x61);
    bytes.fill(0x61, incoming, incoming + 64);
    // ASCII first is the case of two bytes; one such letter stands for all.
    for (let first = 0x7f; first < 256; first++) {
      for (let rest = 0; rest < 65_536; rest++) {
        const at = rest % 41;
        text[at] = bytes[incoming + at] = first;
        text[at + 1] = bytes[incoming + at + 1] = rest >> 8;
        text[at + 2] = bytes[incoming + at + 2] = rest & 0xff;
        if ((kernel.utf8(ACCEPT, incoming, 64) === ACCEPT) !== isUtf8(text)) {
          throw new Error(`${text.toHex()}`);
        }
        text.fill(0x61, at, at + 3);
        bytes.fill(0x61, incoming + at, incoming + at + 3);
      }
    }
  });

  test("every code point is taken, with ASCII around and without", () => {
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const text = encodeCodePoint(codePoint);
      const at = incoming + (codePoint % 16);
      if (judge(text, ACCEPT, at) !== ACCEPT) throw new Error(`U+${codePoint.toString(16)}`);
    }
  });

  test("four bytes, each byte on both sides of its bounds", () => {
    const firsts = [0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff];
    const others = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xf0, 0xff];
    for (const first of firsts) {
      for (const second of others) {
        for (const third of others) {
          for (const fourth of others) {
            const text = Uint8Array.of(first, second, third, fourth);
            expectSame(text, "four");
            expectSame(concat([text, new Uint8Array(40).fill(0x61)]), "four, then ASCII");
          }
        }
      }
    }
  });
});

/** RFC 3629 3, the table; never asked for a surrogate. */
function encodeCodePoint(codePoint: number): Uint8Array {
  const tail = (shift: number): number => 0x80 | ((codePoint >> shift) & 0x3f);
  if (codePoint < 0x80) return Uint8Array.of(codePoint);
  if (codePoint < 0x800) return Uint8Array.of(0xc0 | (codePoint >> 6), tail(0));
  if (codePoint < 0x10000) return Uint8Array.of(0xe0 | (codePoint >> 12), tail(6), tail(0));
  return Uint8Array.of(0xf0 | (codePoint >> 18), tail(12), tail(6), tail(0));
}

/** Text with, now and then, a byte changed. */
function randomText(random: Random, length: number): Uint8Array {
  const text = random.text(length);
  if (text.length > 0 && random.oneIn(2)) text[random.below(text.length)] = random.next() >>> 24;
  return text;
}

test(
  "random text in random pieces: rejected at the first byte that cannot be, cut or whole otherwise",
  () => {
    const deadline = performance.now() + fuzzMs(700);
    for (let index = 0; performance.now() < deadline; index++) {
      const textSeed = (seed + index) >>> 0;
      const random = new Random(textSeed);
      const text = randomText(random, random.pick([4, 20, 70, 300]));
      const plain = new PlainUtf8();
      let isInvalid = false;
      let state = ACCEPT;
      for (let begin = 0; begin < text.length;) {
        const end = Math.min(text.length, begin + random.between(1, random.pick([1, 4, 20, 200])));
        state = judge(text.subarray(begin, end), state, incoming + random.below(16));
        for (; begin < end && !isInvalid; begin++) isInvalid = !plain.feed(text[begin]!);
        begin = end;
        const expected = isInvalid ? "invalid" : plain.whole ? "whole" : "cut";
        if (verdict(state) !== expected) {
          throw new Error(
            `WEBSOCKD_SEED=${textSeed}: ${verdict(state)}, wanted ${expected}: ${text.toHex()}`,
          );
        }
      }
      expectSame(text, `WEBSOCKD_SEED=${textSeed}`);
    }
  },
  fuzzMs(700) + 10_000,
);

test("every prefix and every cut of text of every width", () => {
  const text = new TextEncoder().encode(
    "aé€😀\u0800\uffff\u{10ffff}\u{10000}\u07ff ASCII of more than a vector €",
  );
  for (let first = 0; first <= text.length; first++) {
    const state = judge(text.subarray(0, first));
    expect(verdict(state)).toBe(judgeUtf8Plainly(text.subarray(0, first)));
    expect(judge(text.subarray(first), state)).toBe(ACCEPT);
  }
});

test("what is rejected stays rejected", () => {
  expect(judge(new Uint8Array(50).fill(0x61), REJECT)).toBe(REJECT);
});

test("the grammar of the twin is TextDecoder's", () => {
  const random = new Random(seed);
  for (let count = 0; count < 20_000; count++) {
    const text = randomText(random, random.below(12));
    expect(judgeUtf8Plainly(text) === "whole").toBe(isText(text));
  }
});

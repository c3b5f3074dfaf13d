// RFC 8259 7, RFC 4648 4: what the kernel writes into a string of JSON, against the runtime's own.

import { expect, test } from "bun:test";
import { STAGING_SIZE } from "../../src/kernel/kernel.ts";
import { kernel } from "../support/kernel-driver.ts";
import { fuzzMs, Random, seedOfRun } from "../support/random.ts";

const { bytes, staging, escaped } = kernel;
const CANARY = 0xa5;
/** How far vectors may spill. */
const SPILL = 16;

/** Runs a function on bytes that lie at that alignment, with others around them. */
function run(call: "escapeJson" | "base64", content: Uint8Array, alignment = 0): string {
  const source = staging + alignment;
  bytes.fill(0x22, source - 2, source);
  bytes.set(content, source);
  bytes.fill(0x22, source + content.length, source + content.length + SPILL);
  const sizeMax = call === "escapeJson" ? 6 * content.length : 4 * Math.ceil(content.length / 3);
  bytes.fill(CANARY, escaped - SPILL, escaped + sizeMax + 4 * SPILL);
  const end = kernel[call](source, content.length, escaped);
  expect(end - escaped).toBeLessThanOrEqual(sizeMax);
  expect(bytes.subarray(end + SPILL, end + 2 * SPILL).every((byte) => byte === CANARY)).toBe(true);
  expect(bytes.subarray(escaped - SPILL, escaped).every((byte) => byte === CANARY)).toBe(true);
  return Buffer.from(bytes.slice(escaped, end)).toString();
}

function escapedPlainly(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

test("each ASCII character, at each place of a vector", () => {
  for (let code = 0; code < 128; code++) {
    for (let before = 0; before < 18; before++) {
      const text = "x".repeat(before) + String.fromCharCode(code) + "yé€😀";
      expect(run("escapeJson", Buffer.from(text), before % 16)).toBe(escapedPlainly(text));
    }
  }
});

test("nothing but what must be escaped, as much as there is room for", () => {
  for (const character of ["\0", '"', "\\", "\n", "a", "\x1f"]) {
    const text = character.repeat(STAGING_SIZE);
    expect(run("escapeJson", Buffer.from(text)) === escapedPlainly(text)).toBe(true);
  }
});

test("base64 of every length up to 100, and of all there is room for", () => {
  const random = new Random(seedOfRun());
  for (const length of [...Array.from({ length: 100 }, (_, i) => i), STAGING_SIZE]) {
    const content = Buffer.from(random.bytes(length));
    expect(run("base64", content, length % 3)).toBe(content.toString("base64"));
  }
});

test("random text and bytes", () => {
  const seed = seedOfRun();
  const deadline = performance.now() + fuzzMs(300);
  for (let round = 0; performance.now() < deadline; round++) {
    const random = new Random(seed + round);
    const text = Buffer.from(random.text(random.below(300)));
    const alignment = random.below(16);
    expect(run("escapeJson", text, alignment), `seed ${seed + round}`).toBe(
      escapedPlainly(text.toString()),
    );
    expect(run("base64", text, alignment)).toBe(text.toString("base64"));
  }
});

// Lines for a line terminal: whatever they are and however they are cut, no part is longer than it holds, no byte is lost.

import { describe, expect, test } from "bun:test";
import { LINE_PUSH, LINE_QUOTE } from "../../src/descriptors/pty.ts";
import { LineInput } from "../../src/service/line-input.ts";
import { Random } from "../support/random.ts";
import { kernel } from "./running.ts";

const LINE_FEED = 0x0a;
/** N_TTY_BUF_SIZE, less the place for a line's end. */
const HELD_MAX = 4095;

/** Takes what is written. */
class Written {
  readonly bytes: number[] = [];

  write(begin: number, end: number): boolean {
    this.bytes.push(...kernel.bytes.subarray(begin, end));
    return true;
  }

  closeInput(): void {}

  writeBytes(...values: readonly number[]): boolean {
    this.bytes.push(...values);
    return true;
  }
}

/** As the line discipline reads it: parts that it hands on, an empty one for the end of file. */
function partsOf(bytes: readonly number[]): number[][] {
  const parts: number[][] = [];
  let part: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte !== LINE_PUSH) part.push(byte === LINE_QUOTE ? bytes[++i]! : byte);
    if (byte !== LINE_PUSH && byte !== LINE_FEED) continue;
    parts.push(part);
    part = [];
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

function written(chunks: readonly Uint8Array[]): number[] {
  const terminal = new Written();
  const input = new LineInput(terminal, kernel);
  for (const chunk of chunks) {
    kernel.bytes.set(chunk, kernel.incoming);
    input.send(kernel.incoming, kernel.incoming + chunk.length);
  }
  input.end();
  return terminal.bytes;
}

function check(chunks: readonly Uint8Array[]): void {
  const parts = partsOf(written(chunks));
  expect(parts.pop()).toEqual([]); // the end of file, and no other
  expect(parts.filter(({ length }) => length === 0 || length > HELD_MAX)).toEqual([]);
  expect(Buffer.from(parts.flat()).equals(Buffer.concat(chunks))).toBe(true);
}

describe("no byte is lost", () => {
  test.each([0, 1, 2047, 2048, 2049, 4095, 4096, 4097, 10_000])("of a line of %p", (length) => {
    const line = Buffer.from(`${"x".repeat(length)}\n`);
    check([line]);
    check([line, line]);
    check([line.subarray(0, -1)].filter((chunk) => chunk.length > 0));
    check([...line].map((byte) => Uint8Array.of(byte)));
  });

  test("of any, however they are cut", () => {
    const source = new Random(7);
    const random = (limit: number) => source.below(limit);
    const bytes = [LINE_PUSH, LINE_QUOTE, LINE_FEED, 0, 4, 0x78];
    for (let round = 0; round < 200; round++) {
      const chunks = Array.from({ length: 1 + random(5) }, () => {
        const density = 1 + random(2000);
        return Uint8Array.from({ length: 1 + random(5000) }, () =>
          random(density) === 0 ? bytes[random(bytes.length)]! : 0x79,
        );
      });
      check(chunks);
    }
  });
});

test("a line that is pushed on is pushed once: an empty part would be the end of file", () => {
  const line = Buffer.from("x".repeat(2048));
  expect(written([line]).filter((byte) => byte === LINE_PUSH).length).toBe(2);
});

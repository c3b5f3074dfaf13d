// A service's stderr in lines, of any length, at every split.

import { describe, expect, test } from "bun:test";
import { StderrLines } from "../../src/service/stderr-lines.ts";
import { cutAt, everySplit } from "../support/splits.ts";

/** Bytes at which a line is cut in pieces. */
const PIECE = 4096;

function linesOf(stream: string | Uint8Array, cuts: readonly number[] = []): string[] {
  const lines: string[] = [];
  const reader = new StderrLines((text) => lines.push(text));
  const bytes = typeof stream === "string" ? new TextEncoder().encode(stream) : stream;
  for (const piece of cutAt(bytes, cuts)) {
    const chunk = piece.slice();
    reader.receive(chunk);
    chunk.fill(0x0a); // what is kept must be a copy
  }
  reader.finish();
  return lines;
}

const STREAMS: readonly (readonly [name: string, stream: string, lines: readonly string[]])[] = [
  ["nothing", "", []],
  ["a line", "one\n", ["one"]],
  ["lines", "one\ntwo\nthree\n", ["one", "two", "three"]],
  ["empty lines", "\n\na\n\n", ["", "", "a", ""]],
  ["the last line needs no end", "one\ntwo", ["one", "two"]],
  ["CR LF", "one\r\ntwo\r\n", ["one", "two"]],
  ["a CR inside stays", "50%\r100%\n", ["50%\r100%"]],
  ["of several CR the last goes", "a\r\r\n", ["a\r"]],
  ["a CR at the end of all", "a\r", ["a"]],
  ["characters of every width", "aé€😀\n😀€éa\n", ["aé€😀", "😀€éa"]],
];

describe("lines", () => {
  for (const [name, stream, wanted] of STREAMS) {
    test(name, () => {
      for (const cuts of everySplit(Buffer.byteLength(stream))) {
        expect(linesOf(stream, cuts)).toEqual([...wanted]);
      }
    });
  }

  test("bytes that are no UTF-8 do not stop it", () => {
    expect(linesOf(Uint8Array.of(0xff, 0x61, 0x0a, 0x62, 0x0a))).toEqual(["\ufffda", "b"]);
  });
});

describe("PARITY 1.5: a long line comes in pieces, whatever the splits", () => {
  /** Places around those at which a line is cut. */
  function splitsAround(length: number): number[][] {
    const cuts = [[], [1], [length - 1]];
    for (let at = PIECE - 4; at <= PIECE + 4; at++) cuts.push([at], [at, at + 1]);
    for (let at = 2 * PIECE - 4; at <= 2 * PIECE + 4; at++) cuts.push([at]);
    return cuts.filter((split) => split.every((cut) => cut > 0 && cut < length));
  }

  function expectLines(stream: string, wanted: readonly string[]): void {
    for (const cuts of splitsAround(Buffer.byteLength(stream))) {
      const lines = linesOf(stream, cuts);
      expect(
        lines.map((line) => line.length),
        `cut at [${cuts}]`,
      ).toEqual(wanted.map((line) => line.length));
      expect(lines).toEqual([...wanted]);
    }
  }

  const full = "x".repeat(PIECE);
  for (const [name, stream, wanted] of [
    ["a byte less than a piece", full.slice(1) + "\nz\n", [full.slice(1), "z"]],
    ["exactly a piece", full + "\nz\n", [full, "z"]],
    ["a byte more", full + "y\nz\n", [full, "y", "z"]],
    ["two pieces", full + full + "\nz\n", [full, full, "z"]],
    ["two pieces and no end", full + full, [full, full]],
    ["two pieces and a byte", full + full + "y", [full, full, "y"]],
    ["a CR at the place of the cut stays", full.slice(1) + "\ry\n", [full.slice(1) + "\r", "y"]],
  ] as const) {
    test(name, () => expectLines(stream, wanted));
  }

  for (const character of ["é", "€", "😀"]) {
    const size = Buffer.byteLength(character);
    for (let before = 0; before < size; before++) {
      test(`no character is cut: ${character} behind ${before} letters`, () => {
        const line = "a".repeat(before) + character.repeat(Math.ceil((2 * PIECE) / size));
        const lines = linesOf(line + "\n");
        expect(lines.join("")).toBe(line);
        for (const piece of lines) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(PIECE);
      });
    }
  }

  test("a megabyte without an end is not kept", () => {
    const lines: string[] = [];
    const reader = new StderrLines((text) => lines.push(text));
    reader.receive(new Uint8Array(1024 * 1024).fill(0x61));
    expect(lines.length).toBe(255);
    reader.finish();
    expect(lines.length).toBe(256);
    reader.finish();
    expect(lines.length).toBe(256);
  });
});

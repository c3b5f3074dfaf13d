// --framing and what goes with it: what the options come to, and which of them do not fit each other.

import { describe, expect, test } from "bun:test";
import { configOf, errorOf } from "./config-of.ts";

describe("taken", () => {
  const CASES: readonly (readonly [words: string, framing: string, frameType: string | null])[] = [
    ["", "lines", null],
    ["--frame-type=binary", "lines", "binary"],
    ["--framing=nul --frame-type=auto", "nul", "auto"],
    ["--framing=nul --invalid-utf8=close", "nul", null],
    ["--binary", "raw", null],
    ["--binary --framing=raw --frame-type=text --invalid-utf8=binary", "raw", "text"],
    ["--framing=netstring", "netstring", null],
    ["--framing=netstring --frame-type=auto --max-record=1K", "netstring", "auto"],
    ["--framing=length --max-record=2147483647", "length", null],
    ["--framing=length --stderr=inherit", "length", null],
    ["--framing=raw --stderr=merge", "raw", null],
    ["--passstderr --framing=lines --frame-type=text", "lines", "text"],
  ];
  for (const [line, framing, frameType] of CASES) {
    test(line || "no option", () => {
      const words = line === "" ? [] : line.split(" ");
      expect(configOf(...words, "cat")).toMatchObject({ framing, frameType });
    });
  }
});

describe("refused, with what to do", () => {
  const CASES: readonly (readonly [words: string, text: RegExp])[] = [
    ["--framing=words", /one of lines, nul, raw, length, netstring, json/],
    ["--frame-type=json", /one of default, text, binary, auto/],
    [
      "--framing=length --frame-type=text",
      /each record says its type: give it without --frame-type/,
    ],
    ["--framing=length --invalid-utf8=close", /give it without --invalid-utf8/],
    [
      "--framing=json --frame-type=binary",
      /each record says its type: give it without --frame-type/,
    ],
    ["--framing=json --stderr=merge", /between the records/],
    ["--framing=netstring --invalid-utf8=close", /a text must be UTF-8: give it without/],
    ["--framing=nul --max-record=5", /of any size: give it without --max-record/],
    ["--framing=length --max-record=0", /1 or more/],
    ["--framing=length --max-record=2G", /2147483647 or less/],
    ["--framing=raw --invalid-utf8=close", /give --frame-type=text with it/],
    ["--frame-type=binary --invalid-utf8=replace", /give --frame-type=text with it/],
    ["--frame-type=auto --invalid-utf8=binary", /give --frame-type=text with it/],
    ["--framing=length --stderr=merge", /between the records .* give --stderr=log/],
    ["--framing=nul --stderr=merge", /between the records .* give --stderr=log/],
    ["--framing=nul --stderr=client", /sends lines of text: give it without/],
    ["--frame-type=binary --passstderr", /sends lines of text: give it without/],
    ["--binary --framing=nul", /not both/],
    ["--passstderr --stderr=log", /not both/],
  ];
  for (const [line, text] of CASES) {
    test(line, () => expect(errorOf(...line.split(" "), "cat")).toMatch(text));
  }
});

test("--binary is --framing=raw", () => {
  expect(configOf("--binary", "cat").framing).toBe("raw");
  expect(configOf("--binary", "--framing=raw", "cat").framing).toBe("raw");
  expect(configOf("--binary=false", "--framing=length", "cat").framing).toBe("length");
});

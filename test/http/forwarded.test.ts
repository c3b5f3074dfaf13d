// RFC 7239 4, 6: what a line of Forwarded says, and lines that say nothing.

import { describe, expect, test } from "bun:test";
import { parseForwarded } from "../../src/http/forwarded.ts";
import { Random, seedOfRun } from "../support/random.ts";

describe("lines, RFC 7239 4 and 7", () => {
  const LINES: readonly (readonly [line: string, elements: readonly object[]])[] = [
    ['for="_gazonk"', [{ for: "_gazonk" }]],
    ['For="[2001:db8:cafe::17]:4711"', [{ for: "[2001:db8:cafe::17]:4711" }]],
    [
      "for=192.0.2.60;proto=http;by=203.0.113.43",
      [{ for: "192.0.2.60", proto: "http", by: "203.0.113.43" }],
    ],
    ["for=192.0.2.43, for=198.51.100.17", [{ for: "192.0.2.43" }, { for: "198.51.100.17" }]],
    ['for=a;host="x:1" , PROTO=https', [{ for: "a", host: "x:1" }, { proto: "https" }]],
    ['for="a\\"b\\\\"', [{ for: 'a"b\\' }]],
    ['for="a, for=b;c"', [{ for: "a, for=b;c" }]],
    ['secret=""', [{ secret: "" }]],
    [", for=a;;host=b , ,", [{ for: "a", host: "b" }]],
    ["", []],
    ["__proto__=a;constructor=b", [JSON.parse('{"__proto__":"a","constructor":"b"}')]],
  ];
  for (const [line, elements] of LINES) {
    test(line, () => {
      const parsed = parseForwarded(line)?.map((element) => [...element]);
      expect(parsed).toEqual(elements.map(Object.entries) as [string, string][][]);
    });
  }
});

describe("lines that are none", () => {
  const LINES = [
    "for",
    "for=",
    "for =a",
    "for= a",
    'for="a',
    'for="a\\"',
    'for=a"b"',
    'for="a"b',
    "for=a b",
    "for=[::1]",
    "for=1.2.3.4:5",
    "for=a;for=b",
    "for=a;For=b",
    "=a",
    "for=ä",
    // What a client leaves open must not swallow what the proxy writes behind it.
    'for="x, for="[2001:db8::1]";proto=https',
    'x="\\, for="_a"',
  ];
  for (const line of LINES) test(line, () => expect(parseForwarded(line)).toBeNull());
});

test("no line, whatever is in it, throws, and none takes longer than it is long", () => {
  const seed = seedOfRun();
  const random = new Random(seed);
  const parts = ["for", "=", '"', "\\", ",", ";", " ", "\t", "a", "1.2.3.4", "[::1]", "proto"];
  for (let round = 0; round < 20_000; round++) {
    let line = "";
    for (let i = random.below(12); i > 0; i--) line += random.pick(parts);
    const elements = parseForwarded(line);
    expect(elements === null || Array.isArray(elements), `seed ${seed}: ${line}`).toBe(true);
  }
  expect(parseForwarded('for="' + "\\a".repeat(8000))).toBeNull();
  expect(parseForwarded("a=b" + " ".repeat(16_000) + "c")).toBeNull();
});

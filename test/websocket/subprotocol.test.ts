// RFC 6455 4.1 (10), 4.2.2 (5), 11.3.4: which subprotocols are asked for, and which is chosen.

import { describe, expect, test } from "bun:test";
import { chooseSubprotocol, parseSubprotocols } from "../../src/websocket/subprotocol.ts";
import { readInOnePass } from "../support/counted-text.ts";
import { LONG_LISTS } from "../support/long-lists.ts";

describe("11.3.4 what is asked for", () => {
  const GOOD: readonly (readonly [value: string | undefined, ...names: string[]])[] = [
    [undefined],
    ["chat", "chat"],
    ["chat, superchat", "chat", "superchat"],
    ["b,a", "b", "a"],
    ["v1.example.com,\tmqtt ", "v1.example.com", "mqtt"],
    ["chat, Chat, CHAT", "chat", "Chat", "CHAT"],
    ["__proto__, constructor", "__proto__", "constructor"],
    // RFC 9110 5.6.1.2: empty elements, as they come of fields that are joined, are ignored.
    ["chat, ", "chat"],
    [",chat,,superchat", "chat", "superchat"],
  ];
  for (const [value, ...names] of GOOD) {
    test(JSON.stringify(value) ?? "no field", () => {
      expect(parseSubprotocols(value)).toEqual(names);
    });
  }

  const BAD: Readonly<Record<string, readonly string[]>> = {
    "4.1 (10) no name at all": ["", " ", ",", ", ,"],
    "4.1 (10) a name that is no token": [
      "a b",
      "a;b",
      "a/b",
      "a=b",
      '"a"',
      "http://example.com/",
      "a, (b)",
      "\u00e4",
      "\u00a0a",
      "a\u00a0",
      "a\v",
      "a\n",
      "a\0",
      "a\x7f",
    ],
    "4.1 (10) a name twice": ["a,a", "a, b, a", "a,,a", " a\t,a"],
  };
  for (const [name, values] of Object.entries(BAD)) {
    test(name, () => {
      for (const value of values) expect(parseSubprotocols(value), value).toBeNull();
    });
  }

  for (const [name, value] of Object.entries(LONG_LISTS)) {
    test(`15 KiB of ${name} are read in one pass`, () => {
      readInOnePass(value, parseSubprotocols);
    });
  }
});

describe("4.2.2 (5) what is chosen", () => {
  const ROWS: readonly (readonly [asked: string[], spoken: string[], chosen?: string])[] = [
    [[], []],
    [[], ["a"]],
    [["a"], []],
    [["a"], ["a"], "a"],
    [["a", "b"], ["b", "a"], "a"],
    [["b", "a"], ["a", "b"], "b"],
    [["x", "b", "a"], ["a", "b"], "b"],
    [
      ["x", "y"],
      ["a", "b"],
    ],
    [["A"], ["a"]],
    [["aa"], ["a"]],
    [["toString", "__proto__"], ["a"]],
  ];
  for (const [asked, spoken, chosen] of ROWS) {
    test(`of ${asked.join(", ") || "none"} where ${spoken.join(", ") || "none"} is spoken: ${chosen ?? "none"}`, () => {
      expect(chooseSubprotocol(asked, spoken)).toBe(chosen);
    });
  }
});

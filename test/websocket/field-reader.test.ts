// RFC 9110 5.6: tokens, quoted strings and lists, character by character.

import fc from "fast-check";
import { describe, expect, test } from "bun:test";
import { FieldReader, isToken, readList } from "../../src/websocket/field-reader.ts";
import { readInOnePass } from "../support/counted-text.ts";
import { LONG_LISTS } from "../support/long-lists.ts";
import { seedOfRun } from "../support/random.ts";

/** All that a byte of a head can be. */
const CHARACTERS = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
/** 5.6.2: tchar. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const tokensOf = (value: string) => readList(value, (reader) => reader.token());

describe("5.6.2 a token", () => {
  test("of each of the 256 characters", () => {
    for (const character of CHARACTERS) {
      const token = TOKEN.test(character);
      expect(isToken(character), JSON.stringify(character)).toBe(token);
      expect(isToken(`a${character}a`), JSON.stringify(character)).toBe(token);
      expect(new FieldReader(`${character};`).token()).toBe(token ? character : null);
    }
  });

  test("is not empty, and not beyond the 256", () => {
    for (const text of ["", "\u0100", "\u212a", "\u{1f600}", "a\u0131"]) {
      expect(isToken(text)).toBe(false);
    }
  });

  test("ends where something else begins", () => {
    const reader = new FieldReader("ab=c");
    expect(reader.token()).toBe("ab");
    expect(reader.token()).toBeNull();
    expect(reader.take("=")).toBe(true);
    expect(reader.token()).toBe("c");
    expect(reader.token()).toBeNull();
    expect(reader.isAtEnd).toBe(true);
  });
});

describe("5.6.4 a quoted string", () => {
  const GOOD: readonly (readonly [text: string, value: string, rest: string])[] = [
    ['""', "", ""],
    ['"a"', "a", ""],
    ['"a b,c;d=e"', "a b,c;d=e", ""],
    ['"a";b', "a", ";b"],
    ['"\\""', '"', ""],
    ['"\\\\"', "\\", ""],
    ['"\\a\\b"', "ab", ""],
    ['"\\\\\\""x', '\\"', "x"],
  ];
  for (const [text, value, rest] of GOOD) {
    test(`${text} is ${JSON.stringify(value)}`, () => {
      const reader = new FieldReader(text);
      expect(reader.quotedString()).toBe(value);
      for (const character of rest) expect(reader.take(character)).toBe(true);
      expect(reader.isAtEnd).toBe(true);
    });
  }

  // The last of them once made a reader step over the end, and go on for ever.
  for (const text of ["", "a", 'a"b"', '"', '"a', '"\\"', '"a\\"', '"a\\\\\\"', '"\\', '"a\\']) {
    test(`${JSON.stringify(text)} is none`, () => {
      expect(new FieldReader(text).quotedString()).toBeNull();
    });
  }
});

describe("5.6.1 a list", () => {
  const GOOD: readonly (readonly [value: string, elements: readonly string[]])[] = [
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    ["a, b", ["a", "b"]],
    ["a ,b", ["a", "b"]],
    [" \ta\t ,\t b\t", ["a", "b"]],
    ["a,a", ["a", "a"]],
    // 5.6.1.2: empty elements are ignored.
    [",a", ["a"]],
    ["a,", ["a"]],
    ["a,,b", ["a", "b"]],
    [" , ,,\ta , ,,b ,, ", ["a", "b"]],
  ];
  for (const [value, elements] of GOOD) {
    test(`${JSON.stringify(value)} has ${elements.length}`, () => {
      expect(tokensOf(value)).toEqual(elements);
    });
  }

  // 5.6.1.2: of the grammar's 1#element none of the first four is one.
  const BAD = [
    "",
    ",",
    " ",
    " , ,\t,",
    "a b",
    "a;b",
    "a\u00a0",
    "\u00a0a",
    "a\v",
    "\fa",
    "a,(",
    "a\n",
  ];
  for (const value of BAD) {
    test(`${JSON.stringify(value)} is none`, () => expect(tokensOf(value)).toBeNull());
  }

  test("an element that is refused ends it, and nothing behind it is read", () => {
    const read: (string | null)[] = [];
    const list = readList("a,b,c", (reader) => {
      read.push(reader.token());
      return read.length < 2 ? read : null;
    });
    expect(list).toBeNull();
    expect(read).toEqual(["a", "b"]);
  });

  test("any text is read in one pass, and as it is told by splitting it", () => {
    const characters = fc.constantFrom(..."aab,, \t;\u00a0");
    const seed = seedOfRun();
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 60 }), (value) => {
        const parts = value.split(",").map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ""));
        const elements = parts.filter((part) => part !== "");
        const good = elements.length > 0 && elements.every((part) => TOKEN.test(part));
        expect(readInOnePass(value, tokensOf)).toEqual(good ? elements : null);
      }),
      { seed, numRuns: 2000 },
    );
  });

  test("a reader that goes back is noticed", () => {
    const goesBack = (text: string) => {
      for (let end = 1; end < text.length; end++) text.slice(0, end);
    };
    expect(() => readInOnePass("a".repeat(1000), goesBack)).toThrow(/steps for 1000 characters/);
    expect(() => readInOnePass("a", (text) => text.split(","))).toThrow(/not counted/);
  });

  for (const [name, value] of Object.entries(LONG_LISTS)) {
    test(`15 KiB of ${name} are read in one pass`, () => {
      readInOnePass(value, tokensOf);
    });
  }
});

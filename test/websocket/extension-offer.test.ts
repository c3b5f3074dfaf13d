// RFC 6455 9.1: what is of the grammar of Sec-WebSocket-Extensions, and what it says.

import fc from "fast-check";
import { describe, expect, test } from "bun:test";
import { type ExtensionOffer, parseExtensionOffers } from "../../src/websocket/extension-offer.ts";
import { readInOnePass } from "../support/counted-text.ts";
import { LONG_LISTS } from "../support/long-lists.ts";
import { seedOfRun } from "../support/random.ts";

type Parameters = ExtensionOffer["parameters"];

function offer(name: string, ...parameters: Parameters): ExtensionOffer {
  return { name, parameters };
}

describe("9.1 of the grammar", () => {
  const GOOD: readonly (readonly [value: string, ...offers: ExtensionOffer[]])[] = [
    ["a", offer("a")],
    ["a, b", offer("a"), offer("b")],
    ["a,a", offer("a"), offer("a")],
    ["a; b", offer("a", ["b", undefined])],
    ["a;b=c", offer("a", ["b", "c"])],
    ["a; b=1; b=2; b", offer("a", ["b", "1"], ["b", "2"], ["b", undefined])],
    ["a;b=c, d;e, a", offer("a", ["b", "c"]), offer("d", ["e", undefined]), offer("a")],
    ["foo, bar; baz=2", offer("foo"), offer("bar", ["baz", "2"])],
    ["x-webkit-deflate-frame", offer("x-webkit-deflate-frame")],
    ["!#$%&'*+-.^_`|~09AZaz", offer("!#$%&'*+-.^_`|~09AZaz")],
    ["A; B=C", offer("A", ["B", "C"])],
  ];
  for (const [value, ...offers] of GOOD) {
    test(value, () => expect(parseExtensionOffers(value)).toEqual(offers));
  }

  test("the example of RFC 7692 5.1: a list of preferences", () => {
    const value = "permessage-foo; use_y, permessage-foo";
    const offers = [offer("permessage-foo", ["use_y", undefined]), offer("permessage-foo")];
    expect(parseExtensionOffers(value)).toEqual(offers);
  });

  test("no field at all: nothing is offered", () => {
    expect(parseExtensionOffers(undefined)).toEqual([]);
  });
});

describe("9.1 a quoted value is the same as one without quotes", () => {
  for (const quoted of ['"10"', '"\\10"', '"\\1\\0"', ' "10" ', '\t"1\\0"\t']) {
    test(`a; b=${quoted}`, () => {
      expect(parseExtensionOffers(`a; b=${quoted}`)).toEqual([offer("a", ["b", "10"])]);
      const more = `a; b=${quoted}; c, d`;
      const offers = [offer("a", ["b", "10"], ["c", undefined]), offer("d")];
      expect(parseExtensionOffers(more)).toEqual(offers);
    });
  }
});

describe("9.1 blanks stand around every sign, by RFC 2616's implied ones", () => {
  for (const blank of ["", " ", "\t", " \t  "]) {
    test(JSON.stringify(blank), () => {
      const value = ["", "a", ";", "b", "=", "c", ";", "d", ",", "e", ""].join(blank);
      expect(parseExtensionOffers(value)).toEqual([
        offer("a", ["b", "c"], ["d", undefined]),
        offer("e"),
      ]);
    });
  }
});

test("RFC 9110 5.6.1.2 empty elements are ignored", () => {
  for (const value of [",a", "a,", ",,a,,", " , a ,\t, "]) {
    expect(parseExtensionOffers(value)).toEqual([offer("a")]);
  }
});

describe("9.1 not of the grammar: the recipient must fail the connection", () => {
  const BAD: Readonly<Record<string, readonly string[]>> = {
    "no extension at all (1#extension)": ["", " ", ",", " ,\t,"],
    "an extension without a name": [";", ";a", "a, ;b", "=", "=a", "a,=b"],
    "a name that is no token": ["a b", "a/b", "(a)", '"a"', "a@", "\u00e4", "a\u00a0", "\u00a0a"],
    "a value of the extension itself": ["a=b", 'a="b"', "a=b; c"],
    "a parameter without a name": ["a;", "a; ", "a;;b", "a; b;", "a;=", "a;=b", "a;,b"],
    "a parameter that is no token": ["a; b c", "a; b/c", 'a; "b"', 'a; "b"=c', "a; [b]=c"],
    "no value behind =": ["a;b=", "a;b=;c", "a;b=,c", "a;b= ", "a;b=c=d", "a;b==c"],
    "a value that is no token": ["a;b=c d", "a;b=(c)", "a;b=c/d", "a;b=\u00e4", "a;b=c\u00a0"],
    "a quoted value that is no token": [
      'a;b=""',
      'a;b=" "',
      'a;b="c d"',
      'a;b="\\""',
      'a;b="\\\\"',
      'a;b="c,d"',
      'a;b="c;d"',
      'a;b="\u00e4"',
    ],
    "a quote that does not end": ['a;b="', 'a;b="c', 'a;b="c\\"', 'a;b="\\', 'a;b="c\\'],
    "something behind a quote": ['a;b="c"d', 'a;b="c""d"', 'a;b="c" d', 'a;b=c"d"'],
    "single quotes and other escapes": ["a;b='c d'", "a;b=\\c", "a;b=c\\d", "a\\;b"],
    "a quote over two fields": ['a; b="c, d"'],
    "a line end or a NUL": ["a\n", "a\r\n", "a;b=c\n", "a\0", 'a;b="c\n"', "a;\n b"],
  };
  for (const [name, values] of Object.entries(BAD)) {
    test(name, () => {
      for (const value of values) {
        expect(parseExtensionOffers(value), JSON.stringify(value)).toBeNull();
      }
    });
  }

  /** But for those that are made good by it: empty elements, and quotes that take it in. */
  const ALWAYS_BAD = Object.values(BAD)
    .flat()
    .filter((value) => !/^[ ,\t]*$|["\\]/.test(value));

  test("a good offer in front or behind does not help", () => {
    for (const value of ALWAYS_BAD) {
      expect(parseExtensionOffers(`a; b=c, ${value}`), JSON.stringify(value)).toBeNull();
      expect(parseExtensionOffers(`${value}, a; b=c`), JSON.stringify(value)).toBeNull();
    }
  });
});

test("names that an object has of its own are names like others", () => {
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString", "valueOf", "prototype"];
  for (const name of names) {
    const value = `${name}; ${name}=${name}; ${name}`;
    expect(parseExtensionOffers(value)).toEqual([offer(name, [name, name], [name, undefined])]);
  }
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~09AZaz";
const token = fc.string({ unit: fc.constantFrom(...TOKEN_CHARACTERS), minLength: 1, maxLength: 8 });
const blank = fc.string({ unit: fc.constantFrom(" ", "\t"), maxLength: 2 });
const empties = fc
  .array(blank, { maxLength: 2 })
  .map((parts) => parts.map((part) => `${part},`).join(""));
/** A value, and one of the ways to write it. */
const value = fc.tuple(token, fc.option(fc.array(fc.boolean()))).map(([text, escapes]) => ({
  text,
  written:
    escapes === null
      ? text
      : `"${[...text].map((character, i) => (escapes[i] ? "\\" : "") + character).join("")}"`,
}));
const parameter = fc.record({
  name: token,
  value: fc.option(value),
  blanks: fc.tuple(blank, blank, blank, blank),
});
const offers = fc.array(
  fc.record({
    name: token,
    parameters: fc.array(parameter, { maxLength: 4 }),
    empties,
    blanks: fc.tuple(blank, blank),
  }),
  { minLength: 1, maxLength: 4 },
);

describe("any value", () => {
  test("offers written in any way are read as they were meant, in one pass", () => {
    const seed = seedOfRun();
    fc.assert(
      fc.property(offers, empties, (list, last) => {
        const written = list.map(({ name, parameters, ...around }) => {
          const rest = parameters.map(({ name: parameterName, value: given, blanks }) => {
            const [a, b, c, d] = blanks;
            return (
              `${a};${b}${parameterName}` + (given === null ? "" : `${c}=${d}${given.written}`)
            );
          });
          return around.empties + around.blanks[0] + name + rest.join("") + around.blanks[1];
        });
        const meant = list.map(({ name, parameters }) =>
          offer(name, ...parameters.map((one) => [one.name, one.value?.text] as const)),
        );
        const text = `${written.join(",")}${last === "" ? "" : `,${last}`}`;
        expect(readInOnePass(text, parseExtensionOffers)).toEqual(meant);
      }),
      { seed, numRuns: 2000 },
    );
  });

  test("is read in one pass, and gives tokens or null", () => {
    const signs = fc.constantFrom(...'ab1;;==,,""\\\\  \t');
    const anything = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
    const unit = fc.oneof({ weight: 9, arbitrary: signs }, { weight: 1, arbitrary: anything });
    const seed = seedOfRun();
    let good = 0;
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 100 }), (text) => {
        const result = readInOnePass(text, parseExtensionOffers);
        if (result === null) return;
        good++;
        const tokens = result.flatMap(({ name, parameters }) => [name, ...parameters.flat()]);
        for (const one of tokens) expect(one ?? "none").toMatch(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
      }),
      { seed, numRuns: 5000 },
    );
    expect(good).toBeGreaterThan(0);
  });

  for (const [name, text] of Object.entries(LONG_LISTS)) {
    test(`15 KiB of ${name} are read in one pass`, () => {
      readInOnePass(text, parseExtensionOffers);
    });
  }
});

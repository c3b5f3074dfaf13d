// RFC 9112 6.3, 7.1: where a request body ends, at every split, and what is no body.

import fc from "fast-check";
import { describe, expect, test } from "bun:test";
import { BodyDecoder, judgeBodyLength, type BodyLength } from "../../src/http/body-decoder.ts";
import type { RequestRefusal } from "../../src/http/request.ts";
import { seedOfRun } from "../support/random.ts";
import { cutAt, everySplit } from "../support/splits.ts";
import { headOf, toBytes } from "./head-reader.ts";

interface Decoded {
  /** The payload, a character a byte. */
  readonly payload: string;
  readonly ended: boolean;
  /** What came behind the body. */
  readonly rest: string;
  readonly refusal: RequestRefusal | null;
}

/** Decodes what came in the pieces between `cuts`. */
function decode(
  stream: string,
  { length = "chunked" as BodyLength, sizeMax = 0, cuts = [] as readonly number[] } = {},
): Decoded {
  const decoder = new BodyDecoder(length, sizeMax);
  let payload = "";
  let rest = "";
  for (const piece of cutAt(toBytes(stream), cuts)) {
    const text = Buffer.from(piece).toString("latin1");
    const taken = decoder.receive(piece, {
      payload(offset, count) {
        expect(count).toBeGreaterThan(0);
        expect(offset + count).toBeLessThanOrEqual(piece.length);
        payload += text.slice(offset, offset + count);
      },
    });
    if (typeof taken !== "number") {
      expect(decoder.receive(piece, { payload: () => expect.unreachable() })).toBe(taken);
      return { payload, ended: decoder.ended, rest, refusal: taken };
    }
    if (taken < piece.length) expect(decoder.ended).toBe(true);
    rest += text.slice(taken);
  }
  return { payload, ended: decoder.ended, rest, refusal: null };
}

/** 7.1, plainly: each piece as a chunk, then the last one. */
function encode(pieces: readonly string[], extension = "", trailers = ""): string {
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}${extension}\r\n${piece}\r\n`);
  return `${chunks.join("")}0${extension}\r\n${trailers}\r\n`;
}

describe("6.3: how long a body is", () => {
  const judge = (fields: string, sizeMax = 0) =>
    judgeBodyLength(headOf(`POST / HTTP/1.1\r\nHost: h\r\n${fields}\r\n`), sizeMax);

  test("neither field: there is none", () => expect(judge("")).toBe(0));
  test("Content-Length", () => expect(judge("Content-Length: 0017\r\n")).toBe(17));
  test("no limit", () => {
    expect(judge("Content-Length: 999999999999999\r\n")).toBe(999_999_999_999_999);
  });
  test("at the limit, and a byte above it", () => {
    expect(judge("Content-Length: 100\r\n", 100)).toBe(100);
    expect(judge("Content-Length: 101\r\n", 100)).toMatchObject({ status: 413 });
  });
  test("chunked, in any case", () =>
    expect(judge("Transfer-Encoding: ChunKED\r\n")).toBe("chunked"));
  test("6.1: another transfer coding is not implemented", () => {
    expect(judge("Transfer-Encoding: gzip, chunked\r\n")).toMatchObject({ status: 501 });
  });
});

describe("a body of known length", () => {
  test("ends with its last byte, at every split; what is behind it is left", () => {
    for (const cuts of everySplit(15)) {
      const decoded = decode("0123456789GET /", { length: 10, cuts });
      expect(decoded).toEqual({ payload: "0123456789", ended: true, rest: "GET /", refusal: null });
    }
  });
  test("that has not come whole has not ended", () => {
    expect(decode("012", { length: 4 })).toMatchObject({ payload: "012", ended: false });
  });
  test("of no byte has ended before anything came", () => {
    expect(new BodyDecoder(0, 0).ended).toBe(true);
    expect(decode("GET", { length: 0 })).toMatchObject({ payload: "", ended: true, rest: "GET" });
  });
});

/** Streams that are right: what is sent, the payload, what is behind. */
const RIGHT: readonly (readonly [name: string, stream: string, payload: string, rest: string])[] = [
  ["one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello", ""],
  ["two chunks", "1\r\na\r\nB\r\n0123456789a\r\n0\r\n\r\n", "a0123456789a", ""],
  [
    "digits of either case, and zeros before them",
    "00a\r\n0123456789\r\n000\r\n\r\n",
    "0123456789",
    "",
  ],
  ["12 digits", "000000000001\r\nx\r\n0\r\n\r\n", "x", ""],
  ["no payload", "0\r\n\r\n", "", ""],
  ["payload that looks like chunks", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n", ""],
  ["7.1.1: extensions", '1;a\r\nx\r\n1 ; b="c;d" \r\ny\r\n0;z=1\r\n\r\n', "xy", ""],
  ["7.1.2: trailers", "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 5\r\nE:\r\n\r\n", "x", ""],
  ["a request behind it", "1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\n", "x", "GET / HTTP/1.1\r\n"],
];

describe("7.1: a chunked body", () => {
  for (const [name, stream, payload, rest] of RIGHT) {
    test(`${name}, at every split`, () => {
      for (const cuts of everySplit(stream.length)) {
        expect(decode(stream, { cuts })).toEqual({ payload, ended: true, rest, refusal: null });
      }
    });
    test(`${name}: has not ended before its last byte`, () => {
      const end = stream.length - rest.length;
      for (let length = 0; length < end; length++) {
        expect(decode(stream.slice(0, length))).toMatchObject({ ended: false, refusal: null });
      }
    });
  }
});

/** Streams that are wrong, each of which some server or proxy reads otherwise than another. */
const WRONG: readonly (readonly [name: string, stream: string, status?: number])[] = [
  ["no size", "\r\nx"],
  ["an extension without a size", ";a\r\n"],
  ["a size that is no number", "g\r\n"],
  ["a size with 0x before it", "0x1\r\nx\r\n"],
  ["a sign", "-1\r\nx\r\n"],
  ["a plus", "+1\r\nx\r\n"],
  ["a blank before the size", " 1\r\nx\r\n"],
  ["a blank behind the size and no extension", "1 \r\nx\r\n"],
  ["a size in two parts", "1 1\r\nx\r\n"],
  ["an underscore", "1_0\r\nx\r\n"],
  ["13 digits", "0000000000001\r\nx\r\n"],
  ["a size that overflows 64 bits", "10000000000000001\r\nx\r\n"],
  ["a bare line feed behind the size", "1\nx\r\n"],
  ["a bare line feed behind an extension", "1;a\nx\r\n"],
  ["a bare carriage return behind the size", "1\rx\r\n"],
  ["a NUL in an extension", "1;\0\r\nx\r\n"],
  ["data longer than its size", "1\r\nxy\r\n0\r\n\r\n"],
  ["data shorter than its size", "3\r\nx\r\n0\r\n\r\n"],
  ["a bare line feed behind data", "1\r\nx\n0\r\n\r\n"],
  ["a bare carriage return behind data", "1\r\nx\r0\r\n\r\n"],
  ["no CR LF behind data", "1\r\nx0\r\n\r\n"],
  ["a bare line feed behind the last chunk", "0\r\n\n"],
  ["a bare carriage return at the end", "0\r\n\rG"],
  ["a request right behind the last chunk", "0\r\nGET / HTTP/1.1\r\n"],
  ["a trailer without a name", "0\r\n: x\r\n\r\n"],
  ["a trailer without a colon", "0\r\nA\r\n\r\n"],
  ["a blank before the colon", "0\r\nA : x\r\n\r\n"],
  ["a folded trailer", "0\r\nA: x\r\n b\r\n\r\n"],
  ["a trailer that ends with a bare line feed", "0\r\nA: x\nB: y\r\n\r\n"],
  ["a NUL in a trailer", "0\r\nA: \0\r\n\r\n"],
  ["extensions without end", `1;${"a".repeat(4096)}\r\nx\r\n`],
  ["many extensions", `${`1;${"a".repeat(99)}\r\nx\r\n`.repeat(41)}0\r\n\r\n`],
  ["trailers without end", `0\r\nA: ${"a".repeat(4096)}`, 431],
  ["many trailers", `0\r\n${"A: b\r\n".repeat(1025)}\r\n`, 431],
];

describe("what is no chunked body is refused", () => {
  for (const [name, stream, status = 400] of WRONG) {
    test(`${name}, at every split`, () => {
      const { refusal, payload } = decode(stream);
      expect(refusal?.status).toBe(status);
      for (const cuts of everySplit(stream.length)) {
        expect(decode(stream, { cuts })).toMatchObject({
          refusal: { status },
          payload,
          ended: false,
        });
      }
    });
  }

  test("what is too much is judged on the size, before its data comes", () => {
    expect(decode(encode(["x".repeat(50), "y".repeat(50)]), { sizeMax: 100 }).ended).toBe(true);
    const decoded = decode("32\r\n" + "x".repeat(50) + "\r\n33\r", { sizeMax: 100 });
    expect(decoded).toMatchObject({ payload: "x".repeat(50), refusal: { status: 413 } });
    expect(decode("ffffffffffff\r", { sizeMax: 1 }).refusal?.status).toBe(413);
    expect(decode("ffffffffffff\r", { sizeMax: 0 }).refusal).toBe(null);
  });
});

test("the property: what a plain encoder makes is decoded, in any pieces", () => {
  const bytes = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 });
  const extension = fc.constantFrom("", ";a", ' ; a="b;c"');
  const trailers = fc.constantFrom("", "A: b\r\n", "A: b\r\nLonger-Name:\r\n");
  fc.assert(
    fc.property(
      fc.array(bytes, { maxLength: 6 }),
      extension,
      trailers,
      bytes,
      fc.array(fc.nat(500), { maxLength: 10 }),
      (pieces, ...[extensionText, trailersText, rest, places]) => {
        const stream = encode(pieces, extensionText, trailersText) + rest;
        const cuts = [...new Set(places.map((place) => place % stream.length))].toSorted(
          (a, b) => a - b,
        );
        const payload = pieces.join("");
        expect(decode(stream, { cuts })).toEqual({ payload, ended: true, rest, refusal: null });
        const known = decode(payload + rest, {
          length: payload.length,
          cuts: cuts.filter((cut) => cut < (payload + rest).length),
        });
        expect(known).toEqual({ payload, ended: true, rest, refusal: null });
      },
    ),
    { seed: seedOfRun(), numRuns: 1000 },
  );
});

test("the property: no stream makes it throw, and how it was cut changes nothing", () => {
  const text = fc
    .array(
      fc.constantFrom("0", "1", "a", "3", "\r\n", "\r", "\n", ";", " ", ":", "x", "\r\n0\r\n\r\n"),
      {
        maxLength: 30,
      },
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (stream) => {
      const whole = decode(stream, { sizeMax: 20 });
      const cuts = Array.from({ length: Math.max(0, stream.length - 1) }, (_, i) => i + 1);
      expect(decode(stream, { sizeMax: 20, cuts })).toEqual(whole);
    }),
    { seed: seedOfRun(), numRuns: 2000 },
  );
});

// RFC 3875 6: what a CGI program writes, and what the client is told for it.

import { describe, expect, test } from "bun:test";
import { CgiHeadReader, parseCgiHead } from "../../src/http/cgi-response.ts";
import { cutAt, everySplit } from "../support/splits.ts";
import { toBytes } from "./head-reader.ts";

/** The status line without its version, then the fields, of the head that ends with an empty line. */
function linesOf(head: string): string[] {
  const parsed = parseCgiHead(`${head}\n`);
  if ("problem" in parsed) throw new Error(parsed.problem);
  const { status, reason, fields } = parsed;
  return [`${status} ${reason}`, ...fields.map(([name, value]) => `${name}: ${value}`)];
}

function problemOf(head: string): string {
  const parsed = parseCgiHead(`${head}\n`);
  return "problem" in parsed ? parsed.problem : "none";
}

const TYPE = "Content-Type: text/plain\n";

describe("RFC 3875 6.2: what becomes of a head", () => {
  const CASES: readonly (readonly [name: string, head: string, lines: readonly string[]])[] = [
    ["6.2.1 a document", TYPE, ["200 OK", "Content-Type: text/plain"]],
    [
      "6.2.1 a document with a status",
      `Status: 404 Gone fishing\n${TYPE}`,
      ["404 Gone fishing", "Content-Type: text/plain"],
    ],
    [
      "6.2.3 a client redirect",
      "Location: http://h/p#f\n",
      ["302 Found", "Location: http://h/p#f"],
    ],
    [
      "6.2.4 a client redirect with a document",
      `Status: 301 Moved Permanently\nLocation: https://h/\n${TYPE}`,
      ["301 Moved Permanently", "Location: https://h/", "Content-Type: text/plain"],
    ],
    [
      "6.2.2 a local redirect: the client asks again, as with websocketd",
      "Location: /other?x=1\n",
      ["302 Found", "Location: /other?x=1"],
    ],
    ["an empty Location is none", `Location:\n${TYPE}`, ["200 OK", "Content-Type: text/plain"]],
    ["6.3.3 a status alone", "Status: 503\n", ["503 Service Unavailable"]],
    ["a status that has no name here", "Status: 299\n", ["299 "]],
    ["a status with an empty reason", "Status: 200 \n", ["200 OK"]],
    ["names in any case, kept", "cOnTent-TyPe:a/b\n", ["200 OK", "cOnTent-TyPe: a/b"]],
    ["blanks around a value", "Content-Type: \t a/b \t\n", ["200 OK", "Content-Type: a/b"]],
    ["an empty value", `X:\n${TYPE}`, ["200 OK", "X: ", "Content-Type: text/plain"]],
    [
      "bytes above ASCII, to the last",
      `X: \xe0\xc3\xa0\n${TYPE}`,
      ["200 OK", "X: \xe0\xc3\xa0", "Content-Type: text/plain"],
    ],
    ["CR LF", "Status: 201 Created\r\nX: y\r\n\r", ["201 Created", "X: y"]],
    ["both kinds of line", `X: y\r\n${TYPE}`, ["200 OK", "X: y", "Content-Type: text/plain"]],
    [
      "6.3.4 other fields, twice too",
      `Set-Cookie: a=1\nSet-Cookie: b=2\n${TYPE}`,
      ["200 OK", "Set-Cookie: a=1", "Set-Cookie: b=2", "Content-Type: text/plain"],
    ],
  ];
  for (const [name, head, lines] of CASES) {
    test(name, () => expect(linesOf(head)).toEqual([...lines]));
  }
});

describe("RFC 9110 7.6.1: what is between two hops is not the program's to say", () => {
  const NAMES = [
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
  ];
  for (const name of NAMES) {
    test(name, () => {
      for (const written of [name, name.toUpperCase(), name.toLowerCase()]) {
        expect(linesOf(`${written}: chunked\n${TYPE}`)).toEqual([
          "200 OK",
          "Content-Type: text/plain",
        ]);
      }
    });
  }
  test("nor what Connection names", () => {
    const head = `X-Hop: 1\nConnection: close, x-hop ,X-Other\nX-Other: 2\nX-Kept: 3\n${TYPE}`;
    expect(linesOf(head)).toEqual(["200 OK", "X-Kept: 3", "Content-Type: text/plain"]);
  });
});

describe("Content-Length", () => {
  const lengthOf = (fields: string) => {
    const parsed = parseCgiHead(`${TYPE}${fields}\n`);
    if ("problem" in parsed) throw new Error(parsed.problem);
    const isKept = parsed.fields.some(([name]) => name.toLowerCase() === "content-length");
    expect(isKept).toBe(parsed.contentLength !== null);
    return parsed.contentLength;
  };
  test.each<[fields: string, length: number | null]>([
    ["", null],
    ["Content-Length: 0\n", 0],
    ["content-length: 0042\n", 42],
    ["Content-Length: 999999999999999\n", 999_999_999_999_999],
    ["Content-Length: 1000000000000000\n", null],
    ["Content-Length: -1\n", null],
    ["Content-Length: +1\n", null],
    ["Content-Length: 0x1\n", null],
    ["Content-Length: 1.0\n", null],
    ["Content-Length: 1, 1\n", null],
    ["Content-Length:\n", null],
    ["Content-Length: 1\nContent-Length: 1\n", null],
    ["Content-Length: 1\nContent-Length: 2\n", null],
    ["Status: 204 No Content\nContent-Length: 1\n", null],
    ["Status: 304 Not Modified\nContent-Length: 1\n", 1],
  ])("%j is %p", (fields, length) => expect(lengthOf(fields)).toBe(length));
});

describe("a head that is none", () => {
  test.each<[name: string, head: string, problem: RegExp]>([
    ["an empty line", "", /begins with an empty line/],
    ["an empty line, CR LF", "\r", /begins with an empty line/],
    ["5 NPH", `HTTP/1.1 200 OK\n${TYPE}`, /begins with HTTP\/.*Status: 200 OK/],
    ["no field of CGI's", "X: y\n", /none of the fields Content-Type, Location and Status/],
    ["a line that is no field", `${TYPE}hello world\n`, /Line 2 .*NAME: VALUE/],
    ["no name", `: x\n${TYPE}`, /Line 1/],
    ["a name with a blank", `X Y: x\n${TYPE}`, /Line 1/],
    ["a blank before the colon", `X : x\n${TYPE}`, /Line 1/],
    ["a folded line", `X: y\n z: w\n${TYPE}`, /Line 2/],
    [
      "a carriage return in a value: it would split the response",
      `X: a\rSet-Cookie: b\n${TYPE}`,
      /Line 1/,
    ],
    ["a carriage return in a name", `X\r: a\n${TYPE}`, /Line 1/],
    ["a NUL", `X: \0\n${TYPE}`, /Line 1/],
    ["an escape", `X: \x1b[2J\n${TYPE}`, /Line 1/],
    ["a DEL", `X: \x7f\n${TYPE}`, /Line 1/],
    ["a status that is a word", `Status: OK\n${TYPE}`, /Status is no number/],
    ["a status glued to its reason", `Status: 200OK\n${TYPE}`, /Status is no number/],
    ["an interim status", `Status: 100 Continue\n${TYPE}`, /Status is no number/],
    ["the status of another protocol", `Status: 101 Switching\n${TYPE}`, /Status is no number/],
    ["a status above 599", `Status: 600\n${TYPE}`, /Status is no number/],
    ["no status", `Status:\n${TYPE}`, /Status is no number/],
    ["two of a kind: Status", `Status: 200\nstatus: 404\n${TYPE}`, /status twice/],
    ["two of a kind: Location", "Location: /a\nLocation: /b\n", /Location twice/],
    ["two of a kind: Content-Type", `${TYPE}${TYPE}`, /Content-Type twice/],
    ["101 fields", `${TYPE}${"X: y\n".repeat(100)}`, /more than 100 fields/],
  ])("%s", (_, head, problem) => expect(problemOf(head)).toMatch(problem));

  test("100 fields are not too many", () => {
    expect(problemOf(`${TYPE}${"X: y\n".repeat(99)}`)).toBe("none");
  });
});

/** Reads output that comes in the pieces between `cuts`: the status, where it is one, and the body. */
function readAll(output: string, cuts: readonly number[] = []) {
  const reader = new CgiHeadReader();
  const pieces = cutAt(toBytes(output), cuts);
  for (const [i, piece] of pieces.entries()) {
    const chunk = piece.slice();
    const result = reader.receive(chunk);
    chunk.fill(0x0a); // it is copied
    if (result === null) {
      expect(reader.begun).toBe(true);
      continue;
    }
    if ("problem" in result) return result.problem;
    const rest = [piece.subarray(result.bodyOffset), ...pieces.slice(i + 1)];
    return { ...result.head, body: Buffer.concat(rest).toString("latin1") };
  }
  return null;
}

describe("a head in pieces", () => {
  const HEADS = [
    `${TYPE}\n\n\nbody\n\n`,
    `${TYPE.replace("\n", "\r\n")}\r\n\r\nbody`,
    `Status: 200 OK\r\nX: y\n${TYPE}\r\nContent-Type: b\n\n`,
    "Location: /x\n\n",
  ];
  for (const output of HEADS) {
    test(`${JSON.stringify(output)}, at every split`, () => {
      const whole = readAll(output);
      expect(whole).toMatchObject({
        body: output.slice(output.search(/\n\r?\n/)).replace(/^\n\r?\n/, ""),
      });
      for (const cuts of everySplit(output.length)) expect(readAll(output, cuts)).toEqual(whole);
    });
  }

  test("has not ended without its empty line", () => {
    for (const output of ["\r", "C", TYPE, `${TYPE}\r`, `${TYPE}X: y\n`]) {
      expect(readAll(output)).toBe(null);
    }
  });

  test("of 16 KiB is read, in any pieces; one byte more is not, and waits for no more", () => {
    const sized = (size: number) => `${TYPE}X: ${"y".repeat(size - TYPE.length - 5)}\n\n`;
    expect(sized(16_384)).toHaveLength(16_384);
    for (const cuts of [
      [],
      [1000, 16_000],
      [16_383],
      Array.from({ length: 16_383 }, (_, i) => i + 1),
    ]) {
      expect(readAll(`${sized(16_384)}body`, cuts)).toMatchObject({ status: 200, body: "body" });
      expect(readAll(sized(16_385), cuts)).toMatch(/larger than 16384 bytes/);
    }
    expect(readAll("x".repeat(16_384))).toMatch(/larger than 16384 bytes/);
    expect(readAll("x".repeat(16_383))).toBe(null);
  });
});

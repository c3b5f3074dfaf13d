// RFC 9112 2-5: request heads that are taken, at every split, with what is pipelined behind them.

import { describe, expect, test } from "bun:test";
import { everySplit } from "../support/splits.ts";
import { headOf, LIMITS, read } from "./head-reader.ts";

interface Wanted {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: readonly (readonly [string, string])[];
}

const HOST = ["host", "h"] as const;
const GET = { method: "GET", target: "/", version: "1.1", fields: [HOST] };

const VALID: readonly (readonly [name: string, head: string, wanted: Wanted])[] = [
  ["3 the least there is", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", GET],
  ["3 HTTP/1.0 needs no Host", "GET / HTTP/1.0\r\n\r\n", { ...GET, version: "1.0", fields: [] }],
  [
    "3.1 a method that is known",
    "PATCH / HTTP/1.1\r\nHost: h\r\n\r\n",
    { ...GET, method: "PATCH" },
  ],
  [
    "3.2.1 origin-form with a query",
    "GET /a/b%20c?d=e&f=/? HTTP/1.1\r\nHost: h\r\n\r\n",
    { ...GET, target: "/a/b%20c?d=e&f=/?" },
  ],
  [
    "3.2.2 absolute-form whose host is Host's in another case, with the port that is implied",
    "GET HTTP://H.example:80/ HTTP/1.1\r\nHost: h.EXAMPLE\r\n\r\n",
    { ...GET, target: "HTTP://H.example:80/", fields: [["host", "h.EXAMPLE"]] },
  ],
  [
    "3.2.3 authority-form of CONNECT",
    "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n",
    { ...GET, method: "CONNECT", target: "h:80" },
  ],
  [
    "RFC 3986 3.2.2 an IP literal in Host",
    "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
    { ...GET, fields: [["host", "[::1]:8080"]] },
  ],
  [
    "3.2.2 absolute-form",
    "GET http://h:1/a?b HTTP/1.1\r\nHost: h:1\r\n\r\n",
    { ...GET, target: "http://h:1/a?b", fields: [["host", "h:1"]] },
  ],
  [
    "3.2.4 asterisk-form of OPTIONS",
    "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
    { ...GET, method: "OPTIONS", target: "*" },
  ],
  [
    "5 names in lower case, values trimmed, in the order sent",
    "GET / HTTP/1.1\r\nHOST:h\r\nX-B: \t b  b \t\r\nx-a:\r\nX-b:c:d\r\n\r\n",
    { ...GET, fields: [HOST, ["x-b", "b  b"], ["x-a", ""], ["x-b", "c:d"]] },
  ],
  ["3.2 an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", { ...GET, fields: [["host", ""]] }],
  [
    "RFC 9110 5.5 obs-text in a value",
    "GET / HTTP/1.1\r\nHost: h\r\nX: \xe9\x80\xff\r\n\r\n",
    { ...GET, fields: [HOST, ["x", "\xe9\x80\xff"]] },
  ],
  [
    "RFC 9110 5.6.2 every character of a token in a name",
    "GET / HTTP/1.1\r\nHost: h\r\n!#$%&'*+-.^_`|~09AZaz: 1\r\n\r\n",
    { ...GET, fields: [HOST, ["!#$%&'*+-.^_`|~09azaz", "1"]] },
  ],
];

/** Pipelined behind a head: nothing, a WebSocket frame, a head, line ends, bytes that no head may have. */
const RESTS = ["", "\x81\x85\x37\xfa\x21\x3d", "GET / HTTP/1.1\r\n\r\n", "\r\n\r\n", "\0\n\r"];

describe("RFC 9112", () => {
  for (const [name, head, wanted] of VALID) {
    test(name, () => {
      for (const rest of RESTS) {
        for (const cuts of everySplit(head.length + rest.length)) {
          const result = read(head + rest, cuts);
          if (result === null || "status" in result) throw new Error(`${cuts}: ${result?.text}`);
          expect({ ...result.head, get: undefined }).toEqual({
            ...wanted,
            get: undefined,
          } as never);
          expect(result.rest).toBe(rest);
        }
      }
    });
  }
});

describe("5.2 get", () => {
  const head = headOf("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\na: 3\r\n\r\n");

  test("joins the fields of a name, in the order sent", () => {
    expect(head.get("a")).toBe("1, 3");
    expect(head.get("b")).toBe("2");
  });

  test("is undefined when there is none, whatever an object would have", () => {
    expect(head.get("c")).toBeUndefined();
    expect(head.get("constructor")).toBeUndefined();
    expect(head.get("__proto__")).toBeUndefined();
  });
});

describe("the bounds", () => {
  const longHead = (size: number) => {
    const begin = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    return begin + "x".repeat(size - begin.length - 4) + "\r\n\r\n";
  };

  test("a head of exactly headSizeMax bytes is taken, at every split", () => {
    const head = longHead(LIMITS.headSizeMax);
    for (const cuts of everySplit(head.length + 2))
      expect(read(head + "zz", cuts)).toHaveProperty("head");
  });

  test("RFC 6585 5: one byte more is answered 431, at every split", () => {
    const head = longHead(LIMITS.headSizeMax + 1);
    for (const cuts of everySplit(head.length)) {
      expect(read(head, cuts)).toMatchObject({ status: 431 });
    }
  });

  test("a head that never ends is answered as soon as it is too large: 414 in its first line, 431 behind", () => {
    const head = "GET /" + "a".repeat(LIMITS.headSizeMax);
    const fields = "GET / HTTP/1.1\r\nX: " + "a".repeat(LIMITS.headSizeMax);
    for (const cuts of everySplit(head.length)) {
      expect(read(head, cuts)).toMatchObject({ status: 414 });
      expect(read(fields, cuts)).toMatchObject({ status: 431 });
    }
    expect(read(head.slice(0, LIMITS.headSizeMax - 1))).toBeNull();
  });

  test("a target of targetSizeMax bytes is taken, RFC 9112 3: one more is answered 414", () => {
    const head = (size: number) => `GET ${"/".repeat(size)} HTTP/1.1\r\nHost: h\r\n\r\n`;
    expect(headOf(head(LIMITS.targetSizeMax)).target.length).toBe(LIMITS.targetSizeMax);
    expect(read(head(LIMITS.targetSizeMax + 1))).toMatchObject({ status: 414 });
  });

  test("fieldsMax fields are taken, one more is answered 431", () => {
    const head = (count: number) =>
      `GET / HTTP/1.1\r\nHost: h\r\n${"x: y\r\n".repeat(count - 1)}\r\n`;
    expect(headOf(head(LIMITS.fieldsMax)).fields.length).toBe(LIMITS.fieldsMax);
    expect(read(head(LIMITS.fieldsMax + 1))).toMatchObject({ status: 431 });
  });
});

test("a head that has not ended is waited for, whatever it has so far", () => {
  const head = "GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n";
  for (let length = 0; length < head.length; length++) {
    expect(read(head.slice(0, length))).toBeNull();
  }
});

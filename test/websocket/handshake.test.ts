// RFC 6455 4.2: the client's opening handshake judged, the server's answer computed.

import { describe, expect, test } from "bun:test";
import { acceptFor, acceptResponse } from "../../src/websocket/handshake.ts";
import { AGREED, judge, refusal, SAMPLE_ACCEPT, SAMPLE_KEY } from "./handshake-judge.ts";

describe("4.2.2 the answer", () => {
  test("1.3 the RFC's sample key", () => {
    expect(acceptFor(SAMPLE_KEY)).toBe(SAMPLE_ACCEPT);
    expect(judge({})).toEqual(AGREED);
  });

  test("is the 101 of the RFC's example, up to its empty line", () => {
    expect(acceptResponse(AGREED).split("\r\n")).toEqual([
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${SAMPLE_ACCEPT}`,
      "",
      "",
    ]);
  });
});

describe("4.2.1 step 1: a GET of HTTP/1.1 or higher", () => {
  for (const method of ["POST", "HEAD", "OPTIONS", "CONNECT", "get"]) {
    test(`${method} is answered 405 with Allow`, () => {
      const { status, fields } = refusal({ method });
      expect(status).toBe(405);
      expect(fields).toEqual([["Allow", "GET"]]);
    });
  }

  test("HTTP/1.0 is answered 400", () => {
    expect(refusal({ version: "1.0" }).status).toBe(400);
  });
});

/** Values that name the token, and values that do not; `T` stands for it, `t` for it in lower case. */
const LISTS_WITH = [
  "T",
  "t",
  "x, T",
  "T, x",
  "x,T,y",
  "x ,\tT ,",
  "x/2.0, T",
  " T ",
  ",,T",
  "x, y, t",
];
const LISTS_WITHOUT = [
  undefined,
  "",
  "x",
  "xT",
  "T/2",
  "Tx",
  "x T",
  '"T"',
  "T;q=1",
  ",",
  "T-x",
  // Blanks of Unicode, which are none of HTTP; and lists that are no lists of names.
  "\u00a0T",
  "T\u00a0",
  "\vT",
  "T\f",
  "T, x y",
  '"x", T',
  "T, x/",
  "/2, T",
];

for (const [field, token, step] of [
  ["upgrade", "WebSocket", 3],
  ["connection", "Upgrade", 4],
] as const) {
  describe(`4.2.1 step ${step}: ${field} has ${token} in its list, whatever the case`, () => {
    const spell = (list: string) =>
      list.replace(/T/i, (letter) => (letter === "T" ? token : token.toLowerCase()));
    for (const list of LISTS_WITH) {
      const value = spell(list);
      test(`${JSON.stringify(value)} is taken`, () => {
        expect(judge({ fields: { [field]: value } })).toEqual(AGREED);
      });
    }
    test("upper case is taken", () => {
      const value = token.toUpperCase();
      expect(judge({ fields: { [field]: value } })).toEqual(AGREED);
    });
    for (const list of LISTS_WITHOUT) {
      const value = list === undefined ? undefined : spell(list);
      test(`${JSON.stringify(value) ?? "none"} is answered 426 with what to send`, () => {
        const { status, fields } = refusal({ fields: { [field]: value } });
        expect(status).toBe(426);
        // RFC 9110 15.5.22: "The server MUST send an Upgrade header field in a 426 response".
        expect(fields).toEqual([
          ["Upgrade", "websocket"],
          ["Connection", "Upgrade"],
        ]);
      });
    }
  });
}

describe("4.2.1 step 5: the key is 16 bytes in base64", () => {
  for (let size = 0; size <= 33; size++) {
    const key = Buffer.alloc(size, 0xa7).toString("base64");
    test(`of ${size} bytes: ${size === 16 ? "taken" : "400"}`, () => {
      const verdict = judge({ fields: { "sec-websocket-key": key } });
      if (size === 16) expect(verdict).toEqual({ ...AGREED, accept: acceptFor(key) });
      else expect(verdict).toMatchObject({ status: 400 });
    });
  }

  const WRONG: Readonly<Record<string, string | undefined>> = {
    missing: undefined,
    "without padding": SAMPLE_KEY.slice(0, 22),
    "with one =": SAMPLE_KEY.slice(0, 23),
    "with three =": SAMPLE_KEY + "=",
    "bits in the last digit that must be zero": "dGhlIHNhbXBsZSBub25jZR==",
    base64url: "dGhlIHNhbXBsZSBub25j_-==",
    "a blank inside": "dGhlIHNhbXBs ZSBub25jZQ==",
    "a line feed behind": SAMPLE_KEY + "\n",
    "sent twice": `${SAMPLE_KEY}, ${SAMPLE_KEY}`,
    "sent twice, once empty": `${SAMPLE_KEY}, `,
  };
  for (const [name, key] of Object.entries(WRONG)) {
    test(`${name}: 400`, () => {
      expect(refusal({ fields: { "sec-websocket-key": key } }).status).toBe(400);
    });
  }

  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  test("every digit may stand in it", () => {
    for (const digit of DIGITS) {
      for (const last of "AQgw") {
        const key = digit.repeat(21) + last + "==";
        expect(judge({ fields: { "sec-websocket-key": key } })).toEqual({
          ...AGREED,
          accept: acceptFor(key),
        });
      }
    }
  });
});

describe("4.2.1 step 6, 4.4: the version is 13", () => {
  const WRONG = [undefined, "", "8", "12", "14", "013", "13.0", "+13", "13, 8", "8, 13", "13, 13"];
  for (const version of WRONG) {
    test(`${JSON.stringify(version) ?? "none"} is answered 426 with the version that is spoken`, () => {
      const { status, fields } = refusal({ fields: { "sec-websocket-version": version } });
      expect(status).toBe(426);
      expect(fields).toContainEqual(["Sec-WebSocket-Version", "13"]);
      expect(fields).toContainEqual(["Upgrade", "websocket"]);
    });
  }
});

describe("4.2.1 what need not be looked at", () => {
  test("fields that are not known are ignored", () => {
    const fields = {
      origin: "http://example.com",
      "sec-websocket-protocol": "chat, superchat",
      "sec-websocket-extensions": "permessage-deflate",
      cookie: "a=1",
    };
    expect(judge({ fields })).toEqual(AGREED);
  });

  test("of several faults the first in the order of 4.2.1 is told", () => {
    const fields = { upgrade: undefined, "sec-websocket-key": "x" };
    expect(refusal({ method: "PUT", version: "1.0", fields }).status).toBe(405);
    expect(refusal({ version: "1.0", fields }).status).toBe(400);
    expect(refusal({ fields }).status).toBe(426);
  });
});

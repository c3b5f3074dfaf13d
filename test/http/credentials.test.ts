// RFC 9110 11, RFC 7617, RFC 6750: credentials as they come, good and bad, and the request without them.

import { describe, expect, test } from "bun:test";
import { challenges, readCredentials, withoutCredentials } from "../../src/http/credentials.ts";
import { parseHead } from "../../src/http/request-parser.ts";
import type { RequestHead } from "../../src/http/request.ts";

const LIMITS = { headSizeMax: 16_384, targetSizeMax: 8192, fieldsMax: 100 };
const BOTH = { basic: true, bearer: true, isWebSocket: true };

function headWith(...lines: readonly string[]): RequestHead {
  const head = parseHead(["GET / HTTP/1.1", "Host: h", ...lines].join("\r\n"), LIMITS);
  if ("status" in head) throw new Error(head.text);
  return head;
}

function read(lines: string | readonly string[], schemes = BOTH) {
  return readCredentials(headWith(...[lines].flat()), schemes);
}

const base64 = (text: string, encoding: BufferEncoding = "utf8") =>
  Buffer.from(text, encoding).toString("base64");

function basic(name: string, password: string) {
  return { scheme: "Basic" as const, name, password: Buffer.from(password) };
}

describe("Basic", () => {
  const GOOD: readonly (readonly [why: string, line: string, name: string, password: string])[] = [
    ["RFC 7617 2", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"],
    ["RFC 7617 2.1: UTF-8", "Basic dGVzdDoxMjPCow==", "test", "123£"],
    ["the scheme in any case", "bASIC QTpi", "A", "b"],
    ["RFC 9110 11.4: several spaces", "Basic    QTpi", "A", "b"],
    ["a colon in the password", `Basic ${base64("a:b:c")}`, "a", "b:c"],
    ["an empty name", `Basic ${base64(":b")}`, "", "b"],
    ["an empty password", `Basic ${base64("a:")}`, "a", ""],
    ["a name that is not ASCII", `Basic ${base64("jürgen:x")}`, "jürgen", "x"],
    ["as long as may be", `Basic ${base64("n".repeat(256) + ":x")}`, "n".repeat(256), "x"],
  ];
  for (const [why, line, name, password] of GOOD) {
    test(`${why}`, () => {
      expect(read(`Authorization: ${line}`)).toEqual(basic(name, password));
    });
  }

  test("a password is the client's bytes, whatever they are", () => {
    const found = read(`Authorization: Basic ${base64("a:\xff", "latin1")}`);
    expect(found).toEqual({ scheme: "Basic", name: "a", password: Buffer.from([0xff]) });
  });

  const BAD: readonly (readonly [why: string, line: string])[] = [
    ["no base64", "Basic !!!!"],
    ["nothing", "Basic"],
    ["base64url", `Basic ${base64("a:\xff\xfe", "latin1").replace(/[+/]/g, "_")}`],
    ["no padding", "Basic QTpiYg"],
    ["too much padding", "Basic QTpi===="],
    ["bits that are not used", "Basic QTp="],
    ["two of them", "Basic QTpi QTpi"],
    ["no colon", `Basic ${base64("alice")}`],
    ["a NUL", `Basic ${base64("a:b\0c")}`],
    ["a line feed in the name", `Basic ${base64("a\nb:c")}`],
    ["DEL", `Basic ${base64("a:\x7f")}`],
    ["a name that is no UTF-8", `Basic ${base64("\xff:a", "latin1")}`],
    ["a name that is too long", `Basic ${base64("n".repeat(257) + ":x")}`],
    ["a password that is too long", `Basic ${base64(`n:${"x".repeat(1025)}`)}`],
    ["no scheme", "=QTpi"],
    ["an empty field", ""],
  ];
  for (const [why, line] of BAD) {
    test(`is refused: ${why}`, () => {
      expect(read(`Authorization: ${line}`)).toMatchObject({ status: 400 });
    });
  }
});

describe("Bearer", () => {
  const bearer = (token: string) => ({ scheme: "Bearer" as const, token });

  test("RFC 6750 2.1: a token68, the scheme in any case, behind one space or more", () => {
    expect(read("Authorization: Bearer mF_9.B5f-4.1JqM")).toEqual(bearer("mF_9.B5f-4.1JqM"));
    expect(read("Authorization: BEARER   a+/~==")).toEqual(bearer("a+/~=="));
  });

  for (const said of ["", "=", "a=b", "a b", 'token="a"', "a,b", "é"]) {
    test(`is refused: ${JSON.stringify(said)}`, () => {
      expect(read(`Authorization: Bearer ${said}`)).toMatchObject({ status: 400 });
    });
  }

  test("a subprotocol is a token for a WebSocket alone, and where tokens are judged", () => {
    const line = "Sec-WebSocket-Protocol: chat, bearer.abc-1";
    expect(read(line)).toEqual(bearer("abc-1"));
    expect(read(line, { ...BOTH, isWebSocket: false })).toBeNull();
    expect(read(line, { ...BOTH, bearer: false })).toBeNull();
    expect(read(["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: BEARER.x"])).toEqual(
      bearer("x"),
    );
  });

  test("RFC 6750 2: it is sent in one way; a password that a browser adds does not matter", () => {
    const entry = "Sec-WebSocket-Protocol: bearer.a";
    expect(read([entry, "Authorization: Bearer a"])).toMatchObject({ status: 400 });
    expect(read("Sec-WebSocket-Protocol: bearer.a, bearer.b")).toMatchObject({ status: 400 });
    expect(read("Sec-WebSocket-Protocol: bearer.")).toMatchObject({ status: 400 });
    expect(read([entry, "Authorization: Basic QTpi"])).toEqual(bearer("a"));
  });
});

test("Authorization that comes twice is refused, the same twice, too", () => {
  expect(read(["Authorization: Basic QTpi", "authorization: Basic QTpi"])).toMatchObject({
    status: 400,
  });
});

test("there are none: no field, another scheme, one that is not judged here", () => {
  expect(read([])).toBeNull();
  expect(read("Authorization: Negotiate abc")).toBeNull();
  expect(read("Authorization: Digest username=a, realm=b")).toBeNull();
  expect(read("Authorization: Basic QTpi", { ...BOTH, basic: false })).toBeNull();
  expect(read("Authorization: Bearer a", { ...BOTH, bearer: false })).toBeNull();
});

describe("the request without them", () => {
  test("has neither Authorization nor tokens, and all the rest in its order", () => {
    const head = headWith(
      "Authorization: Basic QTpi",
      "Sec-WebSocket-Protocol: a, bearer.x, b",
      "X-Last: 1",
      "Sec-WebSocket-Protocol: Bearer.y",
    );
    const left = withoutCredentials(head, BOTH);
    expect(left.fields).toEqual([
      ["host", "h"],
      ["sec-websocket-protocol", "a, b"],
      ["x-last", "1"],
    ]);
    expect(left.get("authorization")).toBeUndefined();
    expect(left.get("sec-websocket-protocol")).toBe("a, b");
    expect(left.get("host")).toBe("h");
  });

  test("keeps subprotocols that look like tokens where tokens are not judged", () => {
    const head = headWith("Sec-WebSocket-Protocol: bearer.x");
    expect(withoutCredentials(head, { basic: true, bearer: false }).fields).toEqual(head.fields);
  });
});

test("RFC 9110 11.6.1, RFC 6750 3: what is asked for, and that a token was not good", () => {
  const BASIC = 'Basic realm="websockd", charset="UTF-8"';
  const values = (...of: Parameters<typeof challenges>) =>
    challenges(...of).map(([, value]) => value);
  expect(values({ basic: true, bearer: false }, null)).toEqual([BASIC]);
  expect(values(BOTH, null)).toEqual([BASIC, 'Bearer realm="websockd"']);
  expect(values(BOTH, "Basic")).toEqual([BASIC, 'Bearer realm="websockd"']);
  expect(values(BOTH, "Bearer")).toEqual([BASIC, 'Bearer realm="websockd", error="invalid_token"']);
});

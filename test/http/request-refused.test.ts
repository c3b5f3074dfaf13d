// RFC 9112 2-5: request heads that are refused, each with its status, at every split.

import { describe, expect, test } from "bun:test";
import { everySplit } from "../support/splits.ts";
import { read, toBytes } from "./head-reader.ts";

/** A head with this request line. */
const line = (requestLine: string) => `${requestLine}\r\nHost: h\r\n\r\n`;
/** A head with these bytes where a field stands. */
const field = (text: string) => `GET / HTTP/1.1\r\nHost: h\r\n${text}\r\nZ: z\r\n\r\n`;

const REFUSED: readonly (readonly [name: string, head: string, status: number])[] = [
  ["2.2 a bare LF ends the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400],
  ["2.2 a bare LF ends a field", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400],
  ["2.2 bare LFs end the head", "GET / HTTP/1.1\r\nHost: h\r\n\n\r\n\r\n", 400],
  ["2.2 a bare CR in the request line", "GET /\ra HTTP/1.1\r\nHost: h\r\n\r\n", 400],
  ["2.2 a bare CR in a value", field("X: a\rb"), 400],
  ["2.2 CR CR LF", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", 400],
  ["2.2 an empty line first", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400],
  ["2.2 white space before the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400],
  ["3 no version", line("GET /"), 400],
  ["3 two spaces", line("GET  / HTTP/1.1"), 400],
  ["3 a tab between", line("GET\t/ HTTP/1.1"), 400],
  ["3 a space behind", line("GET / HTTP/1.1 "), 400],
  ["3 a space before", line(" GET / HTTP/1.1"), 400],
  ["3 a space in the target", line("GET /a b HTTP/1.1"), 400],
  ["3.1 a method that is no token", line("G(T / HTTP/1.1"), 400],
  ["3.1 no method", line("/ HTTP/1.1"), 400],
  ["3.2 a NUL in the target", line("GET /\0 HTTP/1.1"), 400],
  ["3.2 a DEL in the target", line("GET /\x7f HTTP/1.1"), 400],
  ["3.2 a byte above 7f in the target", line("GET /\xe9 HTTP/1.1"), 400],
  ["3.2 a path without a slash", line("GET a HTTP/1.1"), 400],
  ["3.2.3 authority-form for another method", line("GET h:80 HTTP/1.1"), 400],
  ["3.2.3 CONNECT without a port", line("CONNECT h HTTP/1.1"), 400],
  ["3.2.3 CONNECT with a path", line("CONNECT / HTTP/1.1"), 400],
  ["3.2.4 asterisk-form for another method", line("GET * HTTP/1.1"), 400],
  ["3.2 a fragment", line("GET /#a HTTP/1.1"), 400],
  ["3.2.2 another host than Host", line("GET http://i/ HTTP/1.1"), 400],
  ["3.2.2 another port than Host's", line("GET http://h:81/ HTTP/1.1"), 400],
  ["3.2.2 the port of another scheme", line("GET http://h:443/ HTTP/1.1"), 400],
  ["3.2.2 no host", line("GET http:/// HTTP/1.1"), 400],
  ["3.2.2 a user", line("GET http://u@h/ HTTP/1.1"), 400],
  ["3.1 a method that is not known", line("M-SEARCH / HTTP/1.1"), 501],
  ["3.1 a method in lower case", line("get / HTTP/1.1"), 501],
  ["3.2 a path in Host", "GET / HTTP/1.1\r\nHost: h/i\r\n\r\n", 400],
  ["3.2 a user in Host", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400],
  ["3.2 a list in Host", "GET / HTTP/1.1\r\nHost: h, i\r\n\r\n", 400],
  ["3.2 a port that is no number", "GET / HTTP/1.1\r\nHost: h:a\r\n\r\n", 400],
  ["3.2 an IPv6 address without brackets", "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 400],
  ["3.2 a space in Host", "GET / HTTP/1.1\r\nHost: h i\r\n\r\n", 400],
  ["3.2.2 a scheme that is not http", line("GET ftp://h/ HTTP/1.1"), 400],
  ["2.3 HTTP/2.0", line("GET / HTTP/2.0"), 505],
  ["2.3 HTTP/1.2", line("GET / HTTP/1.2"), 505],
  ["2.3 HTTP/0.9", line("GET / HTTP/0.9"), 505],
  ["RFC 9113 3.4 the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ["2.3 HTTP/1.10", line("GET / HTTP/1.10"), 400],
  ["2.3 http/1.1 in lower case", line("GET / http/1.1"), 400],
  ["3.2 no Host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", 400],
  ["3.2 no field at all", "GET / HTTP/1.1\r\n\r\n", 400],
  ["3.2 a second Host", field("Host: h"), 400],
  ["3.2 a second Host in another case", field("hOST: i"), 400],
  ["RFC 6455 11.3.1 a second key", field("Sec-WebSocket-Key: a\r\nsec-websocket-key: a"), 400],
  [
    "RFC 6455 11.3.5 a second version",
    field("Sec-WebSocket-Version: 13\r\n".repeat(2).trim()),
    400,
  ],
  ["6.3 a second Content-Length", field("Content-Length: 0\r\nContent-Length: 0"), 400],
  ["6.3 a Content-Length that is no number", field("Content-Length: +1"), 400],
  ["6.3 a Content-Length beyond counting", field(`Content-Length: ${"9".repeat(30)}`), 400],
  ["6.3 a list in Content-Length", field("Content-Length: 0, 0"), 400],
  ["6.3 both lengths", field("Transfer-Encoding: chunked\r\nContent-Length: 0"), 400],
  ["6.3 chunked not last", field("Transfer-Encoding: chunked, gzip"), 400],
  ["6.1 chunked twice", field("Transfer-Encoding: chunked, chunked"), 400],
  [
    "6.1 chunked in a second field",
    field("Transfer-Encoding: chunked\r\ntransfer-encoding: chunked"),
    400,
  ],
  ["6.1 codings without a comma", field("Transfer-Encoding: gzip chunked"), 400],
  ["6.3 a coding that ends like chunked", field("Transfer-Encoding: xchunked"), 400],
  ["6.3 an empty Transfer-Encoding", field("Transfer-Encoding:"), 400],
  [
    "6.1 Transfer-Encoding in HTTP/1.0",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    400,
  ],
  ["5.1 a space before the colon", field("X : y"), 400],
  ["5.1 a tab before the colon", field("X\t: y"), 400],
  ["5.1 an empty name", field(": y"), 400],
  ["5.1 no colon", field("X"), 400],
  ["5.1 a space in a name", field("X Y: z"), 400],
  ["5.1 a NUL in a name", field("X\0: y"), 400],
  ["5.1 a byte above 7f in a name", field("X\xe9: y"), 400],
  ["5.1 a parenthesis in a name", field("X(: y"), 400],
  ["5.2 obs-fold with a space", field("X: a\r\n b"), 400],
  ["5.2 obs-fold with a tab", field("X: a\r\n\tb"), 400],
  ["5.2 obs-fold that looks like a field", field("X: a\r\n Y: b"), 400],
  ["5.5 a NUL in a value", field("X: a\0b"), 400],
  ["5.5 an ESC in a value", field("X: \x1b[2J"), 400],
  ["5.5 a DEL in a value", field("X: a\x7f"), 400],
];

describe("RFC 9112", () => {
  for (const [name, head, status] of REFUSED) {
    test(`${name}: ${status}`, () => {
      for (const cuts of everySplit(head.length)) {
        const result = read(head, cuts);
        expect(result, `cut at [${cuts}]`).toMatchObject({ status });
      }
    });
  }

  test("each refusal says why in one plain line", () => {
    for (const [, head] of REFUSED) {
      const result = read(head);
      if (result === null || !("text" in result)) throw new Error("not refused");
      expect(result.text).toMatch(/^[\x20-\x7e]+$/);
    }
  });

  test("every control character in a value but the tab", () => {
    for (let code = 0; code < 0x20; code++) {
      const result = read(field(`X: a${String.fromCharCode(code)}b`));
      if (code === 0x09) expect(result).toHaveProperty("head");
      else expect(result).toMatchObject({ status: 400 });
    }
  });
});

describe("what is not HTTP is refused at its first bytes", () => {
  // RFC 8446 5.1: a handshake record of TLS 1.0, 512 bytes, ClientHello.
  const BEGINNINGS: Readonly<Record<string, string>> = {
    "a TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an SSL 2 hello": "\x80\x2e\x01\x00\x02",
    "an empty line": "\r\n",
    "a NUL": "\0",
    "a WebSocket frame": "\x81\x85\x37\xfa",
    "a space": " GET",
  };
  for (const [name, beginning] of Object.entries(BEGINNINGS)) {
    test(`${name}: 400`, () => {
      for (const cuts of everySplit(beginning.length)) {
        expect(read(beginning, cuts)).toMatchObject({ status: 400 });
      }
      expect(read(beginning.slice(0, 1))).toMatchObject({ status: 400 });
    });
  }

  test("a bare CR or LF is refused before the head has ended", () => {
    for (const beginning of ["GET / HTTP/1.1\ra", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\n\ra"]) {
      for (const cuts of everySplit(beginning.length)) {
        expect(read(beginning, cuts)).toMatchObject({ status: 400 });
      }
    }
  });

  test("whatever the first byte is, it is waited on or refused, never thrown at", () => {
    for (let byte = 0; byte < 256; byte++) {
      const result = read(String.fromCharCode(byte));
      if (result !== null) expect(result).toMatchObject({ status: 400 });
    }
    expect(toBytes("\xff")).toEqual(Uint8Array.of(0xff));
  });
});

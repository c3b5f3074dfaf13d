// RFC 9112 6: what a request that becomes a WebSocket may say of a body.

import { describe, expect, test } from "bun:test";
import { judgeUpgradeBody } from "../../src/http/request-parser.ts";
import { headOf } from "./head-reader.ts";

const judge = (field: string) =>
  judgeUpgradeBody(headOf(`GET / HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`))?.status ?? null;

describe("an upgrade", () => {
  const CASES: readonly (readonly [field: string, status: number | null])[] = [
    ["X: y", null],
    ["Content-Length: 0", null],
    ["Content-Length: 00", null],
    ["Content-Length: 1", 413],
    ["Content-Length: 999999999999999", 413],
    ["Transfer-Encoding: chunked", 501],
    ["Transfer-Encoding: gzip, chunked", 501],
  ];
  for (const [field, status] of CASES) {
    test(`with ${field} is ${status === null ? "let through" : `answered ${status}`}`, () => {
      expect(judge(field)).toBe(status);
    });
  }
});

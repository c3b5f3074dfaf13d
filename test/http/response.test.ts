// RFC 9112 4: the short plain-text responses.

import { describe, expect, test } from "bun:test";
import { plainResponse } from "../../src/http/response.ts";

/** Status line, fields, body. */
function parts(response: string) {
  const [head = "", body = ""] = response.split("\r\n\r\n");
  const [statusLine = "", ...fields] = head.split("\r\n");
  return { statusLine, fields, body };
}

describe("plainResponse", () => {
  test("is whole: status line, fields, body of one line", () => {
    expect(plainResponse({ status: 404, text: "Nothing here." }).split("\r\n")).toEqual([
      "HTTP/1.1 404 Not Found",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Length: 14",
      "X-Content-Type-Options: nosniff",
      "Connection: close",
      "",
      "Nothing here.\n",
    ]);
  });

  const REASONS = {
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    426: "Upgrade Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
  };
  for (const [status, reason] of Object.entries(REASONS)) {
    test(`RFC 9110 15: ${status} ${reason}`, () => {
      const { statusLine } = parts(plainResponse({ status: Number(status), text: "x" }));
      expect(statusLine).toBe(`HTTP/1.1 ${status} ${reason}`);
    });
  }

  test("a status without a name of its own still has a reason", () => {
    expect(parts(plainResponse({ status: 418, text: "x" })).statusLine).toBe("HTTP/1.1 418 Error");
  });

  test("RFC 9110 8.6: Content-Length counts bytes, not characters", () => {
    const { fields, body } = parts(plainResponse({ status: 400, text: "é€😀" }));
    expect(fields).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    expect(Buffer.byteLength(body)).toBe(10);
  });

  test("a reason and a type stand for the usual ones", () => {
    const given = { reason: "Who are you", contentType: "application/json" };
    const { statusLine, fields } = parts(plainResponse({ status: 401, text: "{}", ...given }));
    expect(statusLine).toBe("HTTP/1.1 401 Who are you");
    expect(fields.filter((line) => line.startsWith("Content-Type:"))).toEqual([
      "Content-Type: application/json",
    ]);
  });

  test("fields that are given are sent", () => {
    const response = plainResponse({ status: 429, text: "x", fields: [["Retry-After", "1"]] });
    expect(parts(response).fields).toContain("Retry-After: 1");
  });

  test("RFC 9110 7.6.1: one Connection field, close at its end", () => {
    const fields = [
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
    ] as const;
    const sent = parts(plainResponse({ status: 426, text: "x", fields })).fields;
    expect(sent.filter((line) => line.startsWith("Connection:"))).toEqual([
      "Connection: Upgrade, close",
    ]);
    expect(sent).toContain("Upgrade: websocket");
  });
});

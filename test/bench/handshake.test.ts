// The load generator's opening handshake against right and wrong answers.
import { describe, expect, test } from "bun:test";
import { Handshake, acceptFor } from "../../bench/load/handshake.ts";

describe("handshake", () => {
  function answer(change: (head: string, key: string) => string): Handshake {
    const handshake = new Handshake();
    const request = handshake.request(new URL("ws://127.0.0.1:1/a?b"));
    expect(request).toStartWith("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:1\r\n");
    const key = /Sec-WebSocket-Key: (\S+)/.exec(request)?.[1] ?? "";
    const head = `HTTP/1.1 101 OK\r\nupgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`;
    const bytes = Buffer.from(`${change(head, key)}frames`);
    for (let at = 0; at < bytes.length - 7; at++) {
      expect(handshake.receive(bytes.subarray(at, at + 1))).toBe(-1);
    }
    expect(handshake.receive(bytes.subarray(-7))).toBe(1);
    return handshake;
  }

  // RFC 6455 1.3.
  test("the accept value of the RFC's example", () => {
    expect(acceptFor("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });

  test("a right answer", () => {
    expect(answer((head) => head).problem).toBeUndefined();
  });

  describe("with permessage-deflate", () => {
    for (const [extension, problem] of [
      ["permessage-deflate; server_no_context_takeover", undefined],
      ["permessage-deflate; client_no_context_takeover; server_no_context_takeover", undefined],
      [undefined, "the server does not agree on permessage-deflate"],
      ["permessage-deflate", "an extension that was not offered so: permessage-deflate"],
      ["x-other; server_no_context_takeover", "an extension that was not offered so"],
    ] as const) {
      test(`answered ${extension}`, () => {
        const handshake = new Handshake(true);
        const request = handshake.request(new URL("ws://127.0.0.1:1/"));
        expect(request).toContain("Sec-WebSocket-Extensions: permessage-deflate; server_no_");
        const key = /Sec-WebSocket-Key: (\S+)/.exec(request)?.[1] ?? "";
        const field = extension === undefined ? "" : `Sec-WebSocket-Extensions: ${extension}\r\n`;
        const head = `HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n${field}\r\n`;
        expect(handshake.receive(Buffer.from(head))).toBe(head.length);
        if (problem === undefined) expect(handshake.problem).toBeUndefined();
        else expect(handshake.problem).toStartWith(problem);
      });
    }
  });

  for (const [from, to, problem] of [
    ["101", "429", 'the server answered "HTTP/1.1 429 OK"'],
    ["Accept: ", "Accept: x", "wrong Sec-WebSocket-Accept"],
    ["upgrade: WebSocket", "upgrade: h2c", "no Upgrade"],
    ["Connection", "Proxy-Connection", "no Connection"],
    ["101 OK", "101 OK\r\nSec-WebSocket-Extensions: permessage-deflate", "an extension"],
  ] as const) {
    test(problem, () => {
      expect(answer((head) => head.replace(from, to)).problem).toStartWith(problem);
    });
  }
});

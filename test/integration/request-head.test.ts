// RFC 9112 over a real connection: each status that refuses a request, in one plain line, and what is let through.

import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { startServer } from "../support/server.ts";

const UPGRADE =
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
/** An upgrade with this request line and these fields more. */
const upgrade = (line = "GET / HTTP/1.1", fields = "") =>
  `${line}\r\nHost: 127.0.0.1\r\n${UPGRADE}${fields}\r\n`;

/** Sends a head, whole or a byte at a time, and returns all that is answered. */
function answer(port: number, head: string, byByte: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.setNoDelay(true);
      if (!byByte) socket.write(head, "latin1");
      else for (const character of head) socket.write(character, "latin1");
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.startsWith("HTTP/1.1 101")) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

/** Sends a request, and reads what is answered only then; with how much of the request was taken. */
function answerAfter(port: number, request: string): Promise<{ text: string; taken: number }> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.pause();
      socket.write(request, "latin1", () => socket.resume());
    });
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("error", reject);
    socket.on("close", () => resolve({ text, taken: socket.bytesWritten }));
  });
}

const CASES: readonly (readonly [name: string, head: string, status: number])[] = [
  ["an upgrade", upgrade(), 101],
  ["an upgrade with Content-Length: 0", upgrade(undefined, "Content-Length: 0\r\n"), 101],
  ["absolute-form with Host's host", upgrade("GET http://127.0.0.1/a HTTP/1.1"), 101],
  ["absolute-form with another host", upgrade("GET http://example.com/ HTTP/1.1"), 400],
  ["a body", upgrade(undefined, "Content-Length: 5\r\n") + "hello", 413],
  ["a chunked body", upgrade(undefined, "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", 501],
  ["a method nobody knows", upgrade("BREW / HTTP/1.1"), 501],
  ["a method that is not wanted", upgrade("PUT / HTTP/1.1"), 405],
  ["HTTP/1.0", upgrade("GET / HTTP/1.0"), 400],
  ["HTTP/2.0", upgrade("GET / HTTP/2.0"), 505],
  ["no upgrade", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 404],
  ["a long target", upgrade(`GET /${"a".repeat(9000)} HTTP/1.1`), 414],
  ["101 fields", upgrade(undefined, "X: y\r\n".repeat(101)), 431],
  ["a field of 17 KiB", upgrade(undefined, `X: ${"y".repeat(17_408)}\r\n`), 431],
  ["obs-fold", upgrade(undefined, "X: y\r\n z\r\n"), 400],
];

describe("a request head", () => {
  test.concurrent(
    "a refused body of 16 MiB is read, and who reads after it is answered",
    async () => {
      await using server = await startServer(["cat"]);
      const size = 16 * 1024 * 1024;
      const request = upgrade(undefined, `Content-Length: ${size}\r\n`) + "x".repeat(size);
      const { text, taken } = await answerAfter(server.port, request);
      expect(text).toMatch(/^HTTP\/1\.1 413 .*\r\n\r\n[\x20-\x7e]+\n$/s);
      expect(taken).toBe(request.length);
    },
  );

  for (const [name, head, status] of CASES) {
    test.concurrent(`${name}: ${status}`, async () => {
      await using server = await startServer(["cat"]);
      for (const byByte of [false, true]) {
        const text = await answer(server.port, head, byByte);
        expect(text).toStartWith(`HTTP/1.1 ${status} `);
        if (status === 101) continue;
        const [, body = ""] = text.split("\r\n\r\n");
        expect(body).toMatch(/^[\x20-\x7e]+\n$/);
        expect(text).toContain(`\r\nContent-Length: ${body.length}\r\n`);
        expect(text).toMatch(/\r\nConnection: (?:Upgrade, )?close\r\n/);
      }
    });
  }
});

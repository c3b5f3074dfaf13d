// A CGI run's program and what its client reads for it: whole answers, cut ones, and those that never came.

import { describe, expect, test } from "bun:test";
import { eventually } from "../support/server-deadline.ts";
import { GET, LiveCgi } from "./live-cgi.ts";

const TYPE = "Content-Type: text/plain\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;

describe("the answer", () => {
  test("of unknown length is chunked, and its last chunk comes with the program's end", async () => {
    using live = await LiveCgi.connect();
    live.write("Content-Type: text/pl");
    live.write("ain\r\n\r\n");
    await live.got(CHUNKED);
    live.write("hello");
    live.write("x".repeat(1000));
    const body = `5\r\nhello\r\n3e8\r\n${"x".repeat(1000)}\r\n`;
    await live.got(CHUNKED + body);
    expect(live.peerEnd).toBe(null);
    live.exit(3);
    expect(await live.peerEnded()).toBe("eof");
    expect(live.peerGot).toBe(`${CHUNKED}${body}0\r\n\r\n`);
    expect(live.problems).toEqual([]);
    live.peer.end();
    await live.gone();
    expect(live.said).toEqual(["input ended", "ended gone", "closed"]);
  });

  test("of HTTP/1.0 ends with the connection", async () => {
    using live = await LiveCgi.connect({ head: "GET / HTTP/1.0\r\n\r\n" });
    live.write(`${TYPE}\nhello`);
    live.exit();
    expect(await live.peerEnded()).toBe("eof");
    expect(live.peerGot).toBe(`${OK}Connection: close\r\n\r\nhello`);
  });

  test("of a length that the program gives is held to it", async () => {
    using live = await LiveCgi.connect();
    live.write(`${TYPE}Content-Length: 8\n\nhel`);
    live.write("lo, w");
    live.write("orld");
    live.exit();
    await live.peerEnded();
    expect(live.peerGot).toBe(`${OK}Content-Length: 8\r\nConnection: close\r\n\r\nhello, w`);
    expect(live.problems).toEqual([]);
  });

  test("shorter than it says is cut, and the log is told", async () => {
    using live = await LiveCgi.connect();
    live.write(`${TYPE}Content-Length: 8\n\nhello`);
    live.exit();
    await live.peerEnded();
    expect(live.peerGot).toEndWith("\r\n\r\nhello");
    expect(live.problems).toEqual([expect.stringContaining("Content-Length")]);
  });

  test("to HEAD, and one that has none by its status, has no body", async () => {
    const cases = [
      [GET.replace("GET", "HEAD"), TYPE, `${OK}Connection: close\r\n\r\n`],
      [
        GET.replace("GET", "HEAD"),
        `${TYPE}Content-Length: 5\n`,
        `${OK}Content-Length: 5\r\nConnection: close\r\n\r\n`,
      ],
      [GET, "Status: 304 Not Modified\n", "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"],
    ] as const;
    for (const [head, output, answer] of cases) {
      using live = await LiveCgi.connect({ head });
      live.write(`${output}\nhello`);
      live.write("world");
      live.exit();
      await live.peerEnded();
      expect(live.peerGot).toBe(answer);
      expect(live.problems).toEqual([]);
    }
  });

  test("has the server's fields besides the program's, as UTF-8", async () => {
    using live = await LiveCgi.connect({ fields: [["X-Server", "\u00e9"]] });
    live.write(`X: \xc3\xa9\n${TYPE}\n`);
    await eventually("the head", () => live.peerGot.endsWith("\r\n\r\n"));
    expect(live.peerGot).toContain("X: \xc3\xa9\r\n");
    expect(live.peerGot).toContain("X-Server: \xc3\xa9\r\n");
  });

  test("of a program that a signal ended is cut: no last chunk, and a reset where only that tells", async () => {
    const signal = { kind: "signal", name: "SIGKILL", number: 9 } as const;
    using live = await LiveCgi.connect();
    live.write(`${TYPE}\nhello`);
    live.client.end(signal);
    expect(await live.peerEnded()).toBe("eof");
    expect(live.peerGot).toBe(`${CHUNKED}5\r\nhello\r\n`);
    using old = await LiveCgi.connect({ head: "GET / HTTP/1.0\r\n\r\n" });
    old.write(`${TYPE}\nhello`);
    await old.got(`${OK}Connection: close\r\n\r\nhello`);
    old.client.end(signal);
    expect(await old.peerEnded()).toBe("reset");
  });

  test("that a counting client has whole, it may leave: closed, not lost", async () => {
    using live = await LiveCgi.connect();
    live.write(`${TYPE}Content-Length: 5\n\nhello`);
    await eventually("the answer", () => live.peerGot.endsWith("hello"));
    live.peer.end();
    await live.gone();
    expect(live.said).toEqual(["input ended", "ended closed", "closed"]);
  });
});

describe("no answer", () => {
  const BAD = "what is this\n\nbody";
  test("a head that is none: 502, the log is told why and the client is not", async () => {
    using live = await LiveCgi.connect({ fields: [["X-Server", "y"]] });
    live.write(BAD);
    live.write("more of it");
    expect(await live.peerEnded()).toBe("eof");
    expect(live.peerGot).toStartWith("HTTP/1.1 502 Bad Gateway\r\n");
    expect(live.peerGot).toContain("X-Server: y\r\n");
    expect(live.peerGot).toEndWith("\r\n\r\nThe script's answer was not understood.\n");
    expect(live.problems).toEqual([expect.stringContaining("Line 1")]);
    expect(live.cause).toMatchObject({ kind: "violation", code: 502 });
    expect(live.said).toEqual(["input ended", "ended violation"]);
  });

  test("a head without end: 502 at 16 KiB", async () => {
    using live = await LiveCgi.connect();
    live.write(`X: ${"y".repeat(20_000)}`);
    await live.peerEnded();
    expect(live.peerGot).toStartWith("HTTP/1.1 502 ");
  });

  test.each([
    ["no output", "", "without any output"],
    ["half of a head", TYPE, "inside of its head"],
  ])("the program's end with %s: 502", async (_, output, problem) => {
    using live = await LiveCgi.connect();
    if (output !== "") live.write(output);
    live.exit();
    await live.peerEnded();
    expect(live.peerGot).toEndWith("\r\n\r\nThe script ended without an answer.\n");
    expect(live.problems).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ["stopping", "stopping"],
    ["no-memory", "out of buffer memory"],
  ] as const)("the server's end, %s: 503 with Retry-After", async (kind, text) => {
    using live = await LiveCgi.connect();
    live.client.end({ kind });
    await live.peerEnded();
    expect(live.peerGot).toStartWith("HTTP/1.1 503 ");
    expect(live.peerGot).toContain("\r\nRetry-After: 1\r\n");
    expect(live.peerGot).toContain(text);
    expect(live.problems).toEqual([]);
  });

  test("in time: 504, and the program is ended", async () => {
    using live = await LiveCgi.connect({ answerTimeoutMs: 50 });
    expect(await live.peerEnded()).toBe("eof");
    expect(live.peerGot).toStartWith("HTTP/1.1 504 Gateway Timeout\r\n");
    expect(live.said).toEqual(["input ended", "ended timeout"]);
    expect(live.client.status).toBe(504);
  });

  test("in time, of a program that does not take its input either: 504", async () => {
    const head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n";
    using live = await LiveCgi.connect({ head, answerTimeoutMs: 50 });
    live.client.pause();
    await live.peerEnded();
    expect(live.peerGot).toStartWith("HTTP/1.1 504 ");
  });

  test("is not late while the client owes its body, nor once it has begun", async () => {
    const head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n";
    using slow = await LiveCgi.connect({ head, answerTimeoutMs: 10 });
    using begun = await LiveCgi.connect({ answerTimeoutMs: 10 });
    begun.write(`${TYPE}\n`);
    using late = await LiveCgi.connect({ answerTimeoutMs: 50 });
    await late.peerEnded(); // theirs would have gone off long before
    expect(slow.said).toEqual([]);
    expect(begun.said).toEqual(["input ended"]);
  });
});

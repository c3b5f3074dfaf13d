// A CGI run's client on a real socket: its body, however it comes and ends, and what becomes of one that does not read.

import { describe, expect, test } from "bun:test";
import { SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { eventually } from "../support/server-deadline.ts";
import { atRest } from "../support/server-stall.ts";
import { KEEPALIVE } from "./live-client.ts";
import { LiveCgi } from "./live-cgi.ts";

const { stallTimeoutMs, writeStallTimeoutMs } = KEEPALIVE;
const TYPE = "Content-Type: text/plain\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;

/** A POST with these fields besides Host. */
const post = (...fields: string[]) =>
  `POST / HTTP/1.1\r\nHost: h\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`;

describe("the request body", () => {
  test("a request without one: its end is said at the start", async () => {
    using live = await LiveCgi.connect();
    expect(live.said).toEqual(["input ended"]);
  });

  test("of a known length; what is behind it is dropped", async () => {
    using live = await LiveCgi.connect({ head: post("Content-Length: 10") });
    live.peer.write("01234");
    await eventually("its first part", () => live.body === "01234");
    expect(live.said).toEqual([]);
    live.peer.write("56789GET / HTTP/1.1\r\n");
    await eventually("its end", () => live.said.length > 0);
    live.peer.write("more");
    live.write(TYPE + "\n");
    live.exit();
    expect(live.body).toBe("0123456789");
    expect(live.said).toEqual(["input ended"]);
  });

  test("chunked: its payload comes together", async () => {
    using live = await LiveCgi.connect({ head: post("Transfer-Encoding: chunked") });
    live.peer.write("3\r\nabc\r\n1;x\r\nd\r\n5\r\nefghi\r\n0\r\nT: x\r\n\r\n");
    await eventually("its end", () => live.said.length > 0);
    expect(live.body).toBe("abcdefghi");
    expect(live.said).toEqual(["input ended"]);
  });

  test("larger than a chunk of the kernel's: in pieces", async () => {
    using live = await LiveCgi.connect({ head: post("Content-Length: 2000000") });
    const block = new Uint8Array(2_000_000).map((_, i) => (i * 31) ^ (i >> 8));
    live.client.receive(block);
    expect(Buffer.compare(Buffer.from(live.body, "latin1"), block)).toBe(0);
    expect(live.said).toEqual(["input ended"]);
  });

  test("not chunked as it should be: 400, whatever else is wrong with it 413, and the run ends", async () => {
    const cases = [
      ["3\r\nabcd\r\n", 400],
      ["3\r\nabc\r\n3\r\n", 413],
    ] as const;
    for (const [body, status] of cases) {
      const head = post("Transfer-Encoding: chunked");
      using live = await LiveCgi.connect({ head, bodySizeMax: 5 });
      live.peer.write(body);
      expect(await live.peerEnded()).toBe("eof");
      expect(live.peerGot).toStartWith(`HTTP/1.1 ${status} `);
      expect(live.said).toEqual(["ended violation"]);
      expect(live.cause).toMatchObject({ code: status, name: "bad body" });
      expect(live.client.status).toBe(status);
    }
  });

  test("bad behind the beginning of the answer: that is cut", async () => {
    using live = await LiveCgi.connect({ head: post("Transfer-Encoding: chunked") });
    live.write(`${TYPE}\nhello`);
    live.peer.write("x");
    expect(await live.peerEnded()).toBe("eof");
    expect(live.peerGot).toBe(`${CHUNKED}5\r\nhello\r\n`);
    expect(live.said).toEqual(["ended violation"]);
  });

  test("is not read while paused, and its end is noticed", async () => {
    using live = await LiveCgi.connect({ head: post("Content-Length: 8") });
    live.client.pause();
    live.peer.write("01234567");
    using other = await LiveCgi.connect({ head: post("Content-Length: 1") });
    other.peer.write("x"); // another's whole body is time in which it would have come
    await eventually("the other's", () => other.said.length > 0);
    expect(live.body).toBe("");
    live.client.resume();
    await eventually("its end", () => live.said.length > 0);
    live.client.pause(); // nothing more comes that could be too much
    live.peer.terminate();
    await live.gone();
    expect(live.said).toEqual(["input ended", "ended gone", "closed"]);
  });

  test("that stops coming: 408, and no sooner", async () => {
    using live = await LiveCgi.connect({ head: post("Content-Length: 8") });
    live.peer.write("0123");
    await eventually("its half", () => live.body === "0123");
    live.pass(stallTimeoutMs);
    expect(live.said).toEqual([]);
    live.pass(100);
    await live.peerEnded();
    expect(live.peerGot).toStartWith("HTTP/1.1 408 ");
    expect(live.cause).toMatchObject({ kind: "violation", code: 408 });
  });

  test("that is not read for long does not count as stopped", async () => {
    using live = await LiveCgi.connect({ head: post("Content-Length: 8") });
    live.client.pause();
    live.pass(10 * stallTimeoutMs);
    live.client.resume();
    live.pass(stallTimeoutMs - 100);
    expect(live.said).toEqual([]);
  });

  test("cut by the client's FIN: it is gone", async () => {
    using live = await LiveCgi.connect({ head: post("Content-Length: 8") });
    live.peer.write("0123");
    live.peer.shutdown();
    await live.gone();
    expect(live.said).toEqual(["ended gone", "closed"]);
    expect(live.ticker.size).toBe(0);
  });

  test("and then the client's FIN: it may listen for as long as an end may take", async () => {
    using live = await LiveCgi.connect();
    live.peer.shutdown();
    using late = await LiveCgi.connect({ closeTimeoutMs: 50 });
    late.peer.shutdown();
    await late.gone();
    expect(late.said).toEqual(["input ended", "ended gone", "closed"]);
    live.write(`${TYPE}\nhello`);
    live.exit();
    await live.gone();
    expect(live.peerGot).toBe(`${CHUNKED}5\r\nhello\r\n0\r\n\r\n`);
  });
});

describe("RFC 9110 10.1.1: Expect: 100-continue", () => {
  const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
  test("is answered when the session opens, and the answer comes behind it", async () => {
    const head = post("Content-Length: 1", "Expect: 100-Continue");
    using live = await LiveCgi.connect({ head });
    await live.got(CONTINUE);
    live.write(`${TYPE}\nx`);
    await live.got(`${CONTINUE}${CHUNKED}1\r\nx\r\n`);
  });

  test.each([
    ["without a body", post("Expect: 100-continue")],
    ["of HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"],
    ["of something else", post("Content-Length: 1", "Expect: tea")],
  ])("%s is not", async (_, head) => {
    using live = await LiveCgi.connect({ head });
    live.write(`Status: 204 No Content\n\n`);
    await live.got("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });
});

/** Has the program write until the client's socket and our queue take no more. */
async function stuck(live: LiveCgi): Promise<void> {
  live.write(`${TYPE}\n`);
  while (!live.client.congested) {
    for (let i = 0; i < 64 && !live.client.congested; i++) live.write("x".repeat(65_536));
    await atRest("what the kernels hold", () => live.socket.bytesWritten);
  }
}

describe("a client that does not read", () => {
  test("congests, and drains when it reads on; what waited comes whole", async () => {
    using live = await LiveCgi.connect();
    live.peer.pause();
    await stuck(live);
    expect(live.kernel.slabs.used).toBeGreaterThan(4);
    live.exit();
    live.peer.resume();
    expect(await live.peerEnded()).toBe("eof");
    expect(live.said).toEqual(["input ended", "drained"]);
    const body = live.peerGot.slice(CHUNKED.length);
    expect(body.replaceAll(`10000\r\n${"x".repeat(65_536)}\r\n`, "")).toBe("0\r\n\r\n");
    expect(live.kernel.slabs.used).toBe(0);
  });

  test("is stalled after its time, cut, and nothing of it is left", async () => {
    using live = await LiveCgi.connect();
    live.peer.pause();
    await stuck(live);
    live.pass(100); // the acknowledgements so far
    live.pass(writeStallTimeoutMs - 100);
    expect(live.said).toEqual(["input ended"]);
    live.pass(100);
    await live.gone();
    expect(live.said).toEqual(["input ended", "ended stalled", "closed"]);
    expect(live.kernel.slabs.used).toBe(0);
    expect(live.ticker.size).toBe(0);
  });

  test("when no slab is left is told by a cut, and the session by no-memory", async () => {
    using live = await LiveCgi.connect();
    live.peer.pause();
    live.write(`${TYPE}\n`);
    const lent: number[] = [];
    for (let slab = live.kernel.slabs.borrow(); slab !== 0; slab = live.kernel.slabs.borrow())
      lent.push(slab);
    while (live.cause === null) live.write("x".repeat(8 * SLAB_SIZE));
    for (const slab of lent) live.kernel.slabs.giveBack(slab);
    await live.gone();
    expect(live.said).toEqual(["input ended", "ended no-memory", "closed"]);
  });
});

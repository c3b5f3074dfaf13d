// A socket between kernel memory and the peer, and how it is given back to Bun.

import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { openLibc } from "../../src/libc.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { failures, kernel, Pair, readiness } from "./direct-pair.ts";

/** shutdown(2). */
const SHUT_RD = 0;

afterAll(() => readiness.close());
afterEach(() => expect(failures.splice(0)).toEqual([]));

describe("bytes", () => {
  test("come to kernel memory, and not by Bun", async () => {
    using pair = await Pair.connect();
    for (const text of ["one", "two", "three"]) {
      pair.peer.write(text);
      await pair.user.saw(`arrived ${text}`);
    }
    expect(pair.user.told).toEqual(["arrived one", "arrived two", "arrived three"]);
  });

  test("go out of it", async () => {
    using pair = await Pair.connect();
    expect(pair.direct.write(kernel.bytes, kernel.outgoing, 1000)).toBe(1000);
    await eventually("all of it", () => pair.peerGot === 1000);
  });

  test("what is not taken is not kept, and told when more can go out, once", async () => {
    using pair = await Pair.connect();
    await pair.user.saw("drained"); // Bun's word for a paused socket that can be written
    pair.peer.pause();
    const taken = pair.fill();
    expect(taken).toBeGreaterThan(0);
    const before = pair.user.events.length;
    pair.peer.resume();
    await eventually("all of it", () => pair.peerGot === taken);
    await eventually("the news", () => pair.user.events.length > before);
    pair.peer.write("x");
    await pair.user.saw("arrived x");
    expect(pair.user.events.slice(before)).toEqual(["drained", "arrived x"]);
  });

  test("both ways at once: a full socket is still read", async () => {
    using pair = await Pair.connect();
    pair.peer.pause();
    pair.fill();
    pair.peer.write("x");
    await pair.user.saw("arrived x");
    expect(pair.user.told).toEqual(["arrived x"]);
  });

  test("stay with the kernel while it is paused", async () => {
    using pair = await Pair.connect();
    pair.direct.pause();
    pair.peer.write("early");
    pair.direct.write(kernel.bytes, kernel.outgoing, 10);
    await eventually("ours", () => pair.peerGot === 10);
    expect(pair.user.told).toEqual([]);
    pair.direct.resume();
    await pair.user.saw("arrived early");
  });
});

describe("is given back to Bun", () => {
  test("at the peer's FIN, behind all bytes; ours still go out", async () => {
    using pair = await Pair.connect();
    pair.peer.end("last");
    await pair.user.saw("peerEnded");
    expect(pair.user.told).toEqual(["arrived last", "peerEnded"]);
    expect(pair.direct.write(kernel.bytes, kernel.outgoing, 10)).toBe(10);
    pair.direct.shutdown();
    await pair.user.saw("disconnected");
  });

  test("at the peer's FIN while paused, when it goes on", async () => {
    using pair = await Pair.connect();
    pair.direct.pause();
    pair.peer.write("last");
    pair.peer.shutdown();
    pair.direct.write(kernel.bytes, kernel.outgoing, 10);
    await eventually("a turn", () => pair.direct.readyState > 0);
    expect(pair.user.told).toEqual([]);
    pair.direct.resume();
    await pair.user.saw("peerEnded");
    expect(pair.user.told).toEqual(["arrived last", "peerEnded"]);
  });

  test.each([false, true])("at a reset, paused: %p", async (paused) => {
    using pair = await Pair.connect();
    pair.peer.write("first");
    await pair.user.saw("arrived first");
    if (paused) pair.direct.pause();
    pair.peer.terminate(); // SO_LINGER 0
    await pair.user.saw("disconnected");
    expect(pair.user.told).toEqual(["arrived first", "disconnected"]);
    expect(pair.direct.write(kernel.bytes, kernel.outgoing, 1)).toBe(-1);
  });

  test("at our FIN: what the peer still says comes by Bun, and its FIN", async () => {
    using pair = await Pair.connect();
    pair.direct.shutdown();
    await eventually("our FIN", () => pair.peerHasEnded);
    pair.peer.end("after");
    await pair.user.saw("disconnected");
    expect(pair.user.told).toEqual(["receive after", "disconnected"]);
  });

  test("when it takes nothing although it can be written: a peer of a Unix socket reads no more, and stays", async () => {
    using directory = new TestDirectory();
    using pair = await Pair.connect({ path: directory.file("socket") });
    const libc = openLibc({ shutdown: { args: ["i32", "i32"], returns: "i32" } });
    expect(libc.shutdown(pair.peer.fd, SHUT_RD)).toBe(0);
    pair.user.onDrained = () => void pair.direct.write(kernel.bytes, kernel.outgoing, 10);
    expect(pair.direct.write(kernel.bytes, kernel.outgoing, 10)).toBe(0);
    await eventually("the news", () => pair.user.events.length > 1);
    pair.peer.write("still there");
    await pair.user.saw("receive still there");
    const before = pair.user.events.length;
    await Bun.sleep(50); // in which an endless loop would have thousands
    expect(pair.user.events.length - before).toBeLessThan(5);
  });

  test("when it is cut, from inside, too", async () => {
    using pair = await Pair.connect();
    pair.user.onArrived = () => pair.direct.terminate();
    pair.peer.write("x");
    await pair.user.saw("disconnected");
    expect(pair.user.told).toEqual(["arrived x", "disconnected"]);
  });
});

describe("until it is taken, Bun reads and writes", () => {
  test("and what comes before and behind is in order", async () => {
    using pair = await Pair.connect({ takes: false });
    pair.peer.write("one");
    await pair.user.saw("receive one");
    expect(pair.direct.write(kernel.bytes, kernel.outgoing, 10)).toBe(10);
    pair.direct.take();
    pair.direct.take();
    pair.peer.write("two");
    await pair.user.saw("arrived two");
    expect(pair.direct.write(kernel.bytes, kernel.outgoing, 10)).toBe(10);
    await eventually("both", () => pair.peerGot === 20);
    expect(pair.user.told).toEqual(["receive one", "arrived two"]);
  });

  test("it is taken after a few chunks and writes", async () => {
    using pair = await Pair.connect({ takes: false });
    for (let i = 0; i < 20; i++) {
      pair.direct.write(kernel.bytes, kernel.outgoing, 1);
      pair.direct.used();
    }
    pair.peer.write("x");
    await pair.user.saw("arrived x");
    expect(pair.user.told).toEqual(["arrived x"]);
  });

  test("a pause stays one", async () => {
    using pair = await Pair.connect({ takes: false });
    pair.direct.pause();
    pair.direct.take();
    pair.peer.write("early");
    pair.direct.write(kernel.bytes, kernel.outgoing, 10);
    await eventually("ours", () => pair.peerGot === 10);
    expect(pair.user.told).toEqual([]);
    pair.direct.resume();
    await pair.user.saw("arrived early");
  });

  test("and for good, when the peer's FIN was told", async () => {
    using pair = await Pair.connect({ takes: false });
    pair.peer.shutdown();
    await pair.user.saw("peerEnded");
    pair.direct.release();
    pair.direct.take();
    expect(pair.direct.write(kernel.bytes, kernel.outgoing, 10)).toBe(10);
    pair.direct.shutdown();
    await pair.user.saw("disconnected");
    expect(pair.user.told).toEqual(["peerEnded", "disconnected"]);
  });
});

test("a user that throws is a defect: it is told of, and the connection is cut", async () => {
  using pair = await Pair.connect();
  pair.user.onArrived = () => {
    throw new Error("a defect");
  };
  pair.peer.write("x");
  await pair.user.saw("disconnected");
  expect(failures.splice(0)).toEqual([new Error("a defect")]);
});

test("a descriptor that is used again is another's", async () => {
  for (let i = 0; i < 20; i++) {
    using pair = await Pair.connect();
    pair.peer.write("x");
    await pair.user.saw("arrived x");
    expect(pair.user.told).toEqual(["arrived x"]);
  }
});

// A socket between kernel memory and the peer, and how it is given back to Bun.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Readiness } from "../../src/descriptors/readiness.ts";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { DirectSocket, type DirectSocketUser } from "../../src/net/direct-socket.ts";
import { listen, type Listener } from "../../src/net/listener.ts";
import type { ClientSocket, SocketUser } from "../../src/net/socket-user.ts";
import { eventually } from "../support/server-deadline.ts";

const kernel = createKernel({ slabBytes: SLAB_SIZE, sessionsMax: 1 });
const failures: unknown[] = [];
let readiness: Readiness;
beforeAll(async () => {
  readiness = await Readiness.create({ failed: (error) => void failures.push(error) });
});
afterAll(() => readiness.close());
afterEach(() => expect(failures.splice(0)).toEqual([]));

/** What it and Bun tell, in order. */
class Recorder implements SocketUser, DirectSocketUser {
  readonly events: string[] = [];
  bytes = 0;
  direct!: DirectSocket;
  onArrived: () => void = () => {};

  arrived(length: number): void {
    const { incoming } = kernel;
    this.bytes += length;
    const text = Buffer.from(kernel.bytes.subarray(incoming, incoming + length)).toString();
    this.events.push(`arrived ${text.slice(0, 20)}`);
    this.onArrived();
  }

  receive(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    this.events.push(`receive ${Buffer.from(chunk).toString().slice(0, 20)}`);
  }

  drained(): void {
    this.events.push("drained");
  }

  peerEnded(): void {
    this.events.push("peerEnded");
  }

  disconnected(): void {
    this.direct.release();
    this.events.push("disconnected");
  }

  async saw(event: string): Promise<void> {
    await eventually(event, () => this.events.includes(event));
  }

  /** Bun tells of a paused socket once that it can be written. */
  get told(): string[] {
    return this.events.filter((event) => event !== "drained");
  }
}

class Pair implements Disposable {
  readonly user = new Recorder();
  socket!: ClientSocket;
  peer!: Bun.Socket<undefined>;
  peerGot = 0;
  peerHasEnded = false;
  #listener!: Listener;

  static async connect(): Promise<Pair> {
    const pair = new Pair();
    const opened = Promise.withResolvers<void>();
    pair.#listener = listen({
      at: { hostname: "127.0.0.1", port: 0 },
      secure: null,
      proxied: null,
      accept(socket) {
        pair.socket = socket;
        pair.user.direct = new DirectSocket(socket, { kernel, readiness }, pair.user);
        opened.resolve();
        return pair.user;
      },
      failed: opened.reject,
    });
    pair.peer = await Bun.connect<undefined>({
      hostname: "127.0.0.1",
      port: pair.#listener.port,
      allowHalfOpen: true,
      socket: {
        data: (_, chunk) => void (pair.peerGot += chunk.length),
        end: () => void (pair.peerHasEnded = true),
      },
    });
    await opened.promise;
    return pair;
  }

  get direct(): DirectSocket {
    return this.user.direct;
  }

  /** Writes kernel memory until the socket takes no more. Returns the bytes taken. */
  fill(): number {
    let taken = 0;
    for (;;) {
      const more = this.direct.write(kernel.bytes, kernel.outgoing, 256 * 1024);
      taken += Math.max(0, more);
      if (more < 256 * 1024) return taken;
    }
  }

  [Symbol.dispose](): void {
    this.peer.terminate();
    this.direct.terminate();
    this.#listener.stop();
  }
}

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

  test("when it is cut, from inside, too", async () => {
    using pair = await Pair.connect();
    pair.user.onArrived = () => pair.direct.terminate();
    pair.peer.write("x");
    await pair.user.saw("disconnected");
    expect(pair.user.told).toEqual(["arrived x", "disconnected"]);
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

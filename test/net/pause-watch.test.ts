// A paused client that leaves is noticed, one that stays is not, on real sockets.

import { describe, expect, jest, test } from "bun:test";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { listen, type ClientSocket } from "../../src/net/listener.ts";
import { PauseWatch } from "../../src/net/pause-watch.ts";
import { hasPeerLeft, unacknowledgedBytes } from "../../src/net/socket-state.ts";
import { WebSocketClient } from "../../src/net/websocket-client.ts";
import type { EndCause } from "../../src/session/endpoint.ts";

/** Short: nothing here waits for a peer that it expects anything of. */
const TIMEOUT_MS = 20;

/** Our end of a connection, its peer, and what was heard at our end. */
async function connected(use: (socket: ClientSocket) => WebSocketClient | null) {
  const opened = Promise.withResolvers<ClientSocket>();
  const received = Promise.withResolvers<void>();
  const listener = listen({
    hostname: "127.0.0.1",
    port: 0,
    accept(socket) {
      opened.resolve(socket);
      return use(socket) ?? { receive: () => received.resolve(), drained() {}, disconnected() {} };
    },
    failed: (error) => opened.reject(error),
  });
  const peer = await Bun.connect({
    hostname: "127.0.0.1",
    port: listener.port,
    socket: { data() {} },
  });
  const socket = await opened.promise;
  return {
    socket,
    peer,
    received: received.promise,
    [Symbol.dispose]() {
      peer.terminate();
      socket.terminate();
      listener.stop();
    },
  };
}

describe("the kernel's view of a socket", () => {
  test("a peer that is there has not left, one whose FIN came has, read or not", async () => {
    using pair = await connected(() => null);
    const { socket, peer } = pair;
    expect(hasPeerLeft(socket.fd)).toBe(false);
    expect(unacknowledgedBytes(socket.fd)).toBe(0);
    socket.pause();
    peer.write("unread");
    peer.shutdown();
    const deadline = Date.now() + 5000;
    while (!hasPeerLeft(socket.fd) && Date.now() < deadline) await Bun.sleep(1);
    expect(hasPeerLeft(socket.fd)).toBe(true);
  });
});

describe("a pause", () => {
  test("in which the peer leaves ends the client", async () => {
    const kernel = createKernel({ slabBytes: SLAB_SIZE, sessionsMax: 1 });
    const ended = Promise.withResolvers<EndCause>();
    const closed = Promise.withResolvers<void>();
    let client: WebSocketClient | null = null;
    using pair = await connected((socket) => {
      client = new WebSocketClient(socket, {
        kernel,
        protocol: {
          limits: { messageSizeMax: 0, fragmentsMax: 1, fragmentsEmptyMax: 1 },
          framing: "lines",
          extension: null,
        },
        marks: { high: SLAB_SIZE, low: 0, slabsScarce: 1 },
        closeCodes: "status",
        closeTimeoutMs: TIMEOUT_MS,
        stallTimeoutMs: TIMEOUT_MS,
      });
      client.listener = {
        received: () => ended.reject(new Error("it was read")),
        drained() {},
        ended: ended.resolve,
        closed: closed.resolve,
      };
      client.pause();
      return client;
    });
    pair.peer.write("never read");
    pair.peer.shutdown();
    expect(await ended.promise).toEqual({ kind: "gone" });
    await closed.promise;
    expect(kernel.states.used).toBe(0);
  });

  test("that ends, and another after it, are not taken for one", async () => {
    using pair = await connected(() => null);
    const { socket, peer } = pair;
    socket.pause();
    peer.shutdown();
    const deadline = Date.now() + 5000;
    while (!hasPeerLeft(socket.fd) && Date.now() < deadline) await Bun.sleep(1);
    jest.useFakeTimers();
    try {
      let left = 0;
      const watch = new PauseWatch({ fd: socket.fd, timeoutMs: 100, left: () => left++ });
      watch.paused();
      jest.advanceTimersByTime(99);
      watch.resumed();
      watch.paused();
      jest.advanceTimersByTime(100);
      expect(left).toBe(0);
      jest.advanceTimersByTime(1);
      expect(left).toBe(1);
    } finally {
      jest.useRealTimers();
    }
  });
});

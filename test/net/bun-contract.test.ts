// What the program leans on in Bun 1.4.5's sockets, a fact a test: an upgrade that breaks one stops here.

import { describe, expect, test } from "bun:test";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";

type Handler = Bun.SocketHandler<undefined>;

/** Two connected sockets, each with its handler. Disposing ends both and the listener. */
async function connected(server: Handler, client: Handler = {}) {
  const opened = Promise.withResolvers<Bun.Socket<undefined>>();
  const listener = Bun.listen<undefined>({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data() {}, ...server, open: (socket) => opened.resolve(socket) },
  });
  const near = await Bun.connect<undefined>({
    hostname: "127.0.0.1",
    port: listener.port,
    socket: { data() {}, ...client },
  });
  const far = await opened.promise;
  return {
    listener,
    client: near,
    server: far,
    [Symbol.dispose]() {
      near.terminate();
      far.terminate();
      listener.stop(true);
    },
  };
}

describe("socket.write", () => {
  test("takes a part of wasm memory, by offset and length", async () => {
    const kernel = createKernel({ slabBytes: SLAB_SIZE, sessionsMax: 1 });
    const got = Promise.withResolvers<string>();
    using pair = await connected({}, { data: (_, chunk) => got.resolve(chunk.toString("latin1")) });
    kernel.bytes.set(Buffer.from("not this but this"), kernel.frames);
    expect(pair.server.write(kernel.bytes, kernel.frames + 9, 8)).toBe(8);
    expect(await got.promise).toBe("but this");
  });

  test("does not keep what it does not take, and says when it can take more", async () => {
    const drained = Promise.withResolvers<void>();
    using pair = await connected({ drain: () => drained.resolve() });
    pair.client.pause();
    const block = new Uint8Array(1024 * 1024);
    let taken = 0;
    let last = block.length;
    while (last === block.length) taken += last = pair.server.write(block);
    expect(last).toBeLessThan(block.length);
    expect(pair.server.write(block)).toBeLessThan(block.length);
    let received = 0;
    pair.client.reload({ socket: { data: (_, chunk) => void (received += chunk.length) } });
    pair.client.resume();
    await drained.promise;
    expect(taken).toBeGreaterThan(0);
    expect(received).toBeGreaterThan(0);
  });

  test("returns -1 after the connection is gone", async () => {
    const closed = Promise.withResolvers<void>();
    using pair = await connected({ close: () => closed.resolve() });
    pair.client.terminate();
    await closed.promise;
    expect(pair.server.write("x")).toBe(-1);
  });
});

describe("pause", () => {
  test("keeps data and FIN from us until resume", async () => {
    const events: string[] = [];
    const closed = Promise.withResolvers<void>();
    using pair = await connected({
      data: (_, chunk) => void events.push(chunk.toString()),
      close: () => closed.resolve(),
    });
    pair.server.pause();
    pair.client.end("bytes");
    // Another connection's whole life is time in which they would have come.
    using other = await connected({});
    other.client.end();
    expect(events).toEqual([]);
    pair.server.resume();
    await closed.promise;
    expect(events).toEqual(["bytes"]);
  });
});

describe("handlers", () => {
  test("a throw in one goes to `error`, and the connection lives", async () => {
    const heard = Promise.withResolvers<Error>();
    const again = Promise.withResolvers<string>();
    let count = 0;
    using pair = await connected({
      data(_, chunk) {
        if (count++ === 0) throw new Error("a defect");
        again.resolve(chunk.toString());
      },
      error: (_, error) => heard.resolve(error),
    });
    pair.client.write("one");
    expect((await heard.promise).message).toBe("a defect");
    pair.client.write("two");
    expect(await again.promise).toBe("two");
  });

  test("terminate in `data`: nothing more is heard but `close`", async () => {
    const closed = Promise.withResolvers<number>();
    let count = 0;
    using pair = await connected({
      data(socket) {
        count++;
        socket.terminate();
      },
      close: () => closed.resolve(count),
    });
    pair.client.write("one");
    expect(await closed.promise).toBe(1);
  });

  test("addresses are there in `open`", async () => {
    using pair = await connected({});
    expect(pair.server.remoteAddress).toBe("127.0.0.1");
    expect(pair.server.remotePort).toBe(pair.client.localPort);
    expect(pair.server.localPort).toBe(pair.listener.port);
  });
});

describe("Bun.listen", () => {
  test("a port in use throws EADDRINUSE", async () => {
    using pair = await connected({});
    let code: unknown;
    try {
      const { hostname, port } = pair.listener;
      Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
    } catch (error) {
      code = (error as NodeJS.ErrnoException).code;
    }
    expect(code).toBe("EADDRINUSE");
  });

  test("stop(false) lets connections go on", async () => {
    const got = Promise.withResolvers<string>();
    using pair = await connected({ data: (_, chunk) => got.resolve(chunk.toString()) });
    pair.listener.stop(false);
    pair.client.write("still here");
    expect(await got.promise).toBe("still here");
  });
});

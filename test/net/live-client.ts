// A WebSocketClient on a real socket, its peer, and a ticker whose time is told.

import { createKernel, SLAB_SIZE, type Kernel } from "../../src/kernel/kernel.ts";
import { listen } from "../../src/net/listener.ts";
import type { ClientSocket } from "../../src/net/socket-user.ts";
import { Ticker } from "../../src/net/ticker.ts";
import { WebSocketClient, type WebSocketClientOptions } from "../../src/net/websocket-client.ts";

/** Short beside nothing but the numbers that the tests tell for time. */
export const KEEPALIVE = {
  pingIntervalMs: 1000,
  stallTimeoutMs: 5000,
  writeStallTimeoutMs: 20_000,
};

/** Its ticks have 100 ms each, and nobody starts its timer. */
export function newTicker(): Ticker {
  return new Ticker({
    roundMs: 1600,
    failed(error) {
      throw error;
    },
  });
}

export function clientOptions(kernel: Kernel, ticker: Ticker): WebSocketClientOptions {
  return {
    kernel,
    protocol: {
      limits: { messageSizeMax: 0, fragmentsMax: 1, fragmentsEmptyMax: 1 },
      framing: "lines",
      extension: null,
    },
    marks: { high: 4 * SLAB_SIZE, low: SLAB_SIZE, slabsScarce: 32 },
    closeCodes: "status",
    closeTimeoutMs: 5000,
    keepalive: KEEPALIVE,
    ticker,
    direct: null,
  };
}

/** A client and the socket of its peer. Disposing ends both; then nothing of the client may be left. */
export class LiveClient implements Disposable {
  readonly kernel: Kernel;
  readonly ticker = newTicker();
  client!: WebSocketClient;
  socket!: ClientSocket;
  peer!: Bun.Socket<undefined>;
  /** What the peer has read, in hex. */
  peerGot = "";
  #listener!: ReturnType<typeof listen>;

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  static async connect(
    kernel = createKernel({ slabBytes: 64 * SLAB_SIZE, sessionsMax: 1 }),
  ): Promise<LiveClient> {
    const live = new LiveClient(kernel);
    const opened = Promise.withResolvers<void>();
    live.#listener = listen({
      at: { hostname: "127.0.0.1", port: 0 },
      secure: null,
      proxied: null,
      accept(socket) {
        live.socket = socket;
        live.client = new WebSocketClient(socket, clientOptions(live.kernel, live.ticker));
        opened.resolve();
        return live.client;
      },
      failed: opened.reject,
    });
    live.peer = await Bun.connect({
      hostname: "127.0.0.1",
      port: live.#listener.port,
      socket: { data: (_, chunk) => void (live.peerGot += chunk.toHex()) },
    });
    await opened.promise;
    return live;
  }

  /** As its program would: lines of 1 KiB, until more waits than may. */
  congest(): void {
    const { kernel, client } = this;
    const length = 256 * 1024;
    while (!client.congested) {
      kernel.bytes.fill(0x61, kernel.outgoing, kernel.outgoing + length);
      for (let at = 1023; at < length; at += 1024) kernel.bytes[kernel.outgoing + at] = 0x0a;
      client.send(kernel.outgoing, kernel.outgoing + length);
    }
  }

  /** Lets that much time go by for the ticker. */
  pass(ms: number): void {
    for (const end = this.ticker.now + ms; this.ticker.now < end;) this.ticker.tick();
  }

  [Symbol.dispose](): void {
    this.peer.terminate();
    this.socket.terminate();
    this.#listener.stop();
  }
}

// A DirectSocket, its peer, and what is told of it.

import { Readiness } from "../../src/descriptors/readiness.ts";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { DirectSocket, type DirectSocketUser } from "../../src/net/direct-socket.ts";
import { listen, type Listener } from "../../src/net/listener.ts";
import type { ClientSocket, SocketUser } from "../../src/net/socket-user.ts";
import { eventually } from "../support/server-deadline.ts";

export const kernel = createKernel({ slabBytes: SLAB_SIZE, sessionsMax: 1 });
export const failures: unknown[] = [];
export const readiness = await Readiness.create({ failed: (error) => void failures.push(error) });

/** What it and Bun tell, in order. */
export class Recorder implements SocketUser, DirectSocketUser {
  readonly events: string[] = [];
  bytes = 0;
  direct!: DirectSocket;
  onArrived: () => void = () => {};
  onDrained: () => void = () => {};

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
    this.onDrained();
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

export class Pair implements Disposable {
  readonly user = new Recorder();
  socket!: ClientSocket;
  peer!: Bun.Socket<undefined>;
  peerGot = 0;
  peerHasEnded = false;
  #listener!: Listener;

  /** `takes`: from Bun, at once. With a path it is a Unix socket. */
  static async connect({ takes = true, path = "" } = {}): Promise<Pair> {
    const pair = new Pair();
    const opened = Promise.withResolvers<void>();
    pair.#listener = listen({
      at: path === "" ? { hostname: "127.0.0.1", port: 0 } : { path },
      secure: null,
      proxied: null,
      accept(socket) {
        pair.socket = socket;
        pair.user.direct = new DirectSocket(socket, { kernel, readiness }, pair.user);
        if (takes) pair.direct.take();
        opened.resolve();
        return pair.user;
      },
      failed: opened.reject,
    });
    const shared = {
      allowHalfOpen: true,
      socket: {
        data: (_: unknown, chunk: Buffer) => void (pair.peerGot += chunk.length),
        end: () => void (pair.peerHasEnded = true),
      },
    };
    const { port } = pair.#listener;
    pair.peer = await (path === ""
      ? Bun.connect<undefined>({ hostname: "127.0.0.1", port, ...shared })
      : Bun.connect<undefined>({ unix: path, ...shared }));
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

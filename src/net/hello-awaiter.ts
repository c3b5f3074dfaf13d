// Waits for a TLS client's first bytes without taking them: the certificate is chosen by the name that stands in them.

import { readServerName } from "./client-hello.ts";
import { FirstBytes, type FirstBytesOptions } from "./first-bytes.ts";
import type { ClientSocket, SocketUser } from "./socket-user.ts";
import { hasPeerLeft, peekBytes } from "./socket-state.ts";

export interface HelloOptions {
  readonly whenReadable: FirstBytesOptions["whenReadable"];
  /** The name is known: null when none is asked for, or it is no TLS. The socket is as it came. */
  readonly found: (name: string | null) => void;
  /** No longer waiting. Comes once, whatever came of it. */
  readonly left: () => void;
}

/** Bytes: a record is at most so long, RFC 8446 5.1. */
const HELLO_SIZE_MAX = 5 + 16_384;
/** A hello whose begin is there is readable all the time: its rest is looked for at intervals. */
const LOOK_AGAIN_MS = 5;
/** For the whole hello. */
const TIMEOUT_MS = 10_000;

const buffer = new Uint8Array(HELLO_SIZE_MAX);

export class HelloAwaiter implements SocketUser {
  readonly #socket: ClientSocket;
  readonly #options: HelloOptions;
  readonly #first: FirstBytes;
  #lookTimer: ReturnType<typeof setTimeout> | null = null;

  /** Pauses the socket; to be made its user. */
  constructor(socket: ClientSocket, options: HelloOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#first = new FirstBytes(socket, {
      whenReadable: options.whenReadable,
      timeoutMs: TIMEOUT_MS,
      late: () => socket.terminate(),
      look: () => this.#look(),
    });
  }

  receive(): void {}
  drained(): void {}
  peerEnded(): void {}

  disconnected(): void {
    if (this.#lookTimer !== null) clearTimeout(this.#lookTimer);
    this.#first.stop();
    this.#options.left();
  }

  #look(): void {
    this.#lookTimer = null;
    const length = peekBytes(this.#socket.fd, buffer);
    if (length < 0) return this.#first.wait();
    if (length === 0) return void this.#socket.terminate(); // the peer has left
    const name = readServerName(buffer.subarray(0, length));
    if (name === "more") {
      if (hasPeerLeft(this.#socket.fd)) return void this.#socket.terminate();
      this.#lookTimer = setTimeout(() => this.#look(), LOOK_AGAIN_MS);
      return;
    }
    const { found, left } = this.#options;
    this.#first.handOver(() => found(name === "not TLS" ? null : name.name), left);
  }
}

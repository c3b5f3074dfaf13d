// Waits for a proxy's header on a new connection, and takes it off: what comes after it is the client's.

import {
  PROXY_HEADER_SIZE_MAX,
  readProxyHeader,
  type ProxyEndpoint,
  type ProxyHeader,
} from "../http/proxy-header.ts";
import { GONE, peerOf } from "./caller.ts";
import { FirstBytes, type FirstBytesOptions } from "./first-bytes.ts";
import { hasPeerLeft, peekBytes, takeBytes } from "./socket-state.ts";
import { NOBODY, type ClientSocket, type SocketUser, type WaitingRoom } from "./socket-user.ts";

export interface ProxyHeaderOptions {
  /** Connections come by a Unix socket. */
  readonly isLocal: boolean;
  /** Whether a peer's header is believed. */
  readonly isTrusted: (peer: ProxyEndpoint) => boolean;
  readonly whenReadable: FirstBytesOptions["whenReadable"];
  /** Milliseconds within which the whole header must have come. */
  readonly timeoutMs: number;
  readonly room: WaitingRoom;
  /** It was cut, and why; null when the peer left without a word, as a health check does. */
  readonly refused: (peer: ProxyEndpoint, reason: string | null) => void;
}

const UNTRUSTED = "this peer may send no header (--trusted-proxy says who may)";
const REMEDY = "(let the proxy send it, or leave --proxy-protocol out)";

/** Bytes have to be looked at before it is known whose they are: here, for the call only. */
const buffer = new Uint8Array(PROXY_HEADER_SIZE_MAX);
const NOTHING = new Uint8Array(0);

/** Makes the socket's user for as long as it waits; `found` must make the next one. */
export function awaitProxyHeader(
  socket: ClientSocket,
  options: ProxyHeaderOptions,
  found: (header: ProxyHeader) => void,
): void {
  socket.data = NOBODY;
  const peer = peerOf(socket, options.isLocal);
  if (!options.isTrusted(peer)) {
    const isGone = peer.address === GONE;
    options.refused(peer, isGone ? null : UNTRUSTED);
    socket.terminate();
  } else if (options.room.enter()) {
    socket.data = new ProxyAwaiter(socket, { ...options, peer, found });
  } else {
    socket.terminate();
  }
}

interface AwaiterOptions extends ProxyHeaderOptions {
  readonly peer: ProxyEndpoint;
  readonly found: (header: ProxyHeader) => void;
}

class ProxyAwaiter implements SocketUser {
  readonly #socket: ClientSocket;
  readonly #options: AwaiterOptions;
  readonly #first: FirstBytes;
  /** What has been taken of the header. */
  #begin: Uint8Array = NOTHING;
  #isOver = false;

  constructor(socket: ClientSocket, options: AwaiterOptions) {
    this.#socket = socket;
    this.#options = options;
    const { whenReadable, timeoutMs } = options;
    const late = `the header did not come within ${timeoutMs / 1000} s ${REMEDY}`;
    this.#first = new FirstBytes(socket, {
      whenReadable,
      timeoutMs,
      late: () => this.#refuse(late),
      look: () => this.#look(),
    });
  }

  receive(): void {}
  drained(): void {}
  peerEnded(): void {}

  disconnected(): void {
    if (!this.#isOver) this.#peerLeft();
  }

  /** Never takes a byte that is not the header's: what Bun has not read yet may be TLS. */
  #look(): void {
    const { fd } = this.#socket;
    const held = this.#begin.length;
    buffer.set(this.#begin);
    const length = peekBytes(fd, buffer.subarray(held));
    if (length < 0 && !hasPeerLeft(fd)) return this.#first.wait();
    if (length <= 0) return this.#peerLeft();
    const result = readProxyHeader(buffer.subarray(0, held + length));
    if (typeof result === "object" && "problem" in result) {
      return this.#refuse(`${result.problem} ${REMEDY}`);
    }
    const isWhole = result !== "more";
    takeBytes(fd, buffer.subarray(held, isWhole ? result.length : held + length));
    if (!isWhole) {
      this.#begin = buffer.slice(0, held + length);
      return this.#first.wait();
    }
    this.#isOver = true;
    const { found, room } = this.#options;
    this.#first.handOver(
      () => found(result),
      () => room.leave(),
    );
  }

  #peerLeft(): void {
    const isBegun = this.#begin.length > 0;
    this.#refuse(isBegun ? "closed by the peer before its header was whole" : null);
  }

  #refuse(reason: string | null): void {
    const { peer, refused, room } = this.#options;
    this.#isOver = true;
    this.#first.stop();
    this.#socket.terminate();
    refused(peer, reason);
    room.leave();
  }
}

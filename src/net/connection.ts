// A connection while it is HTTP: one request head in, then an upgrade or a short answer.

import type { RequestHead, RequestLimits, RequestRefusal } from "../http/request.ts";
import { RequestReader } from "../http/request-reader.ts";
import { plainResponse, type PlainResponse } from "../http/response.ts";
import type { ClientSocket, SocketUser } from "./listener.ts";

export interface ConnectionOptions {
  readonly limits: RequestLimits;
  /** Milliseconds within which the whole head must have come. */
  readonly headTimeoutMs: number;
  /** A request has come; `rest` is what the peer sent behind its head. Must call `respond` or `upgrade`. */
  readonly request: (connection: Connection, head: RequestHead, rest: Uint8Array) => void;
  /** The peer was refused before it made a request. */
  readonly refused: (connection: Connection, refusal: RequestRefusal) => void;
  /** The peer left before its request was whole; `begun` when it had sent something. */
  readonly abandoned: (connection: Connection, begun: boolean) => void;
  /** This connection is HTTP no more: upgraded, or gone. Called once. */
  readonly left: () => void;
}

/** How long a peer that has its answer may take to close: RFC 9112 9.6 asks us to read until it does. */
const LINGER_MS = 2000;
/** RFC 4291 2.5.5.2: how an IPv4 peer is named by a socket that listens on `::`. */
const IPV4_MAPPED = /^::ffff:(?=[0-9]+\.)/i;

export class Connection implements SocketUser {
  /** Copied while the connection is open: Bun forgets it at the end. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  readonly #socket: ClientSocket;
  readonly #options: ConnectionOptions;
  readonly #reader: RequestReader;
  #timer: ReturnType<typeof setTimeout>;
  #method = "GET";
  #answered = false;

  constructor(socket: ClientSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    // A peer that was gone before it was accepted has none.
    const { remoteAddress = "unknown", remotePort = 0 } = socket as Partial<ClientSocket>;
    this.remoteAddress = remoteAddress.replace(IPV4_MAPPED, "");
    this.remotePort = remotePort;
    this.localPort = socket.localPort;
    this.#reader = new RequestReader(options.limits);
    this.#timer = setTimeout(() => this.#late(), options.headTimeoutMs);
  }

  /** `address:port`, an IPv6 address in brackets; for the log. */
  get peer(): string {
    const address = this.remoteAddress;
    return `${address.includes(":") ? `[${address}]` : address}:${this.remotePort}`;
  }

  receive(chunk: Uint8Array): void {
    if (this.#answered) return;
    const result = this.#reader.receive(chunk);
    if (result === null) return;
    if ("status" in result) return this.#refuse(result);
    this.#method = result.head.method;
    this.#options.request(this, result.head, result.rest);
  }

  drained(): void {}

  disconnected(): void {
    clearTimeout(this.#timer);
    if (!this.#answered) this.#options.abandoned(this, this.#reader.begun);
    this.#options.left();
  }

  /** Answers and closes. */
  respond(response: PlainResponse): void {
    this.#answered = true;
    clearTimeout(this.#timer);
    // A fresh socket's send buffer holds more than a short answer: nothing can be left over.
    this.#socket.write(plainResponse(response, this.#method));
    // FIN only: Bun's end() would close, and a peer that still sends could lose the answer by a reset.
    this.#socket.shutdown();
    this.#timer = setTimeout(() => this.#socket.terminate(), LINGER_MS);
  }

  /**
   * Sends `response`, the 101 head, and hands the socket over: `user` makes its next user, which gets what the peer
   * sent already.
   */
  upgrade(response: string, rest: Uint8Array, user: (socket: ClientSocket) => SocketUser): void {
    this.#answered = true;
    clearTimeout(this.#timer);
    this.#options.left();
    this.#socket.write(response);
    this.#socket.data = user(this.#socket);
    if (rest.length > 0) this.#socket.data.receive(rest);
  }

  #late(): void {
    const seconds = this.#options.headTimeoutMs / 1000;
    this.#refuse({ status: 408, text: `The request head did not come within ${seconds} s.` });
  }

  #refuse(refusal: RequestRefusal): void {
    this.respond(refusal);
    this.#options.refused(this, refusal);
  }
}

// A connection while it is HTTP: one request head in, then an upgrade or a short answer.

import type { TlsInfo } from "../http/tls-variables.ts";
import type { ProxyHeader } from "../http/proxy-header.ts";
import type { RequestHead, RequestLimits, RequestRefusal } from "../http/request.ts";
import { RequestReader } from "../http/request-reader.ts";
import { plainResponse, type PlainResponse } from "../http/response.ts";
import { callerOf, callerText, localAddressOf, type Caller } from "./caller.ts";
import type { ClientSocket, SocketUser } from "./socket-user.ts";
import { ResponseSender } from "./response-sender.ts";
import { hasPeerLeft, unacknowledgedBytes } from "./socket-state.ts";

export interface ConnectionOptions {
  /** Connections come by a Unix socket. */
  readonly isLocal: boolean;
  /** What the TLS of a socket came to; null: they are plain. */
  readonly tlsOf: ((socket: ClientSocket) => TlsInfo) | null;
  readonly limits: RequestLimits;
  /** Milliseconds within which the whole head must have come. */
  readonly headTimeoutMs: number;
  /** Fields of every answer, the 101 aside. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Milliseconds that a client may take nothing of an answer. */
  readonly writeStallTimeoutMs: number;
  /** A request has come. Must lead to `respond`, `answer` or `upgrade`, at once or after `hold`. */
  readonly request: (connection: Connection, head: RequestHead) => void;
  /** The peer was refused before it made a request. */
  readonly refused: (connection: Connection, refusal: RequestRefusal) => void;
  /** The peer left before its request was whole; `begun` when it had sent something. */
  readonly abandoned: (connection: Connection, begun: boolean) => void;
  /** An answer with a body of any size begins, and is handed to the kernel, or cut. Each once, in this order. */
  readonly sending: () => void;
  readonly sent: () => void;
  /** This connection is HTTP no more: upgraded, or gone. Called once. */
  readonly left: () => void;
}

/** How long a peer that has its answer may take to close: RFC 9112 9.6 asks us to read until it does. */
const LINGER_MS = 2000;
/** How often it gets that time again although it takes nothing of what the kernel still has for it: 30 s. */
const LINGERS_MAX = 15;
/** What a client may send while its request waits for an answer: as much as its socket had before it was paused. */
const HELD_MAX = 1024 * 1024;

const NOTHING = new Uint8Array(0);

export class Connection implements SocketUser {
  /** Whose it is, copied while it is open: Bun forgets the peer at the end. */
  readonly caller: Caller;
  readonly localAddress: string;
  /** What a proxy said of it before its first byte; null where nobody is to say anything. */
  readonly header: ProxyHeader | null;
  readonly #socket: ClientSocket;
  readonly #options: ConnectionOptions;
  readonly #reader: RequestReader;
  #timer: ReturnType<typeof setTimeout>;
  #method = "GET";
  #answered = false;
  #sender: ResponseSender | null = null;
  #isSending = false;
  /** What came behind the head, for the call only. */
  #rest: Uint8Array = NOTHING;
  /** The same, copied, and what came after it, while the answer is awaited. */
  #held: Uint8Array[] | null = null;
  #heldSize = 0;
  /** What the client had not acknowledged when its time was last looked at. */
  #unacknowledged = 0;
  /** How often it was looked at without progress. */
  #lingers = 0;

  constructor(socket: ClientSocket, header: ProxyHeader | null, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.header = header;
    const isTls = options.tlsOf !== null;
    this.caller = callerOf(socket, header, { isLocal: options.isLocal, isTls });
    this.localAddress = header?.destination?.address ?? localAddressOf(socket);
    this.#reader = new RequestReader(options.limits);
    this.#timer = setTimeout(() => this.#late(), options.headTimeoutMs);
  }

  /** For the log. */
  get peer(): string {
    return callerText(this.caller);
  }

  /** Its bytes are not those on the wire. */
  get isTls(): boolean {
    return this.#options.tlsOf !== null;
  }

  /** What its TLS came to; null for a plain connection. */
  get tls(): TlsInfo | null {
    return this.#options.tlsOf?.(this.#socket) ?? null;
  }

  /** False when the client is gone. */
  get isOpen(): boolean {
    return this.#socket.readyState > 0;
  }

  /** True when the client will send no more, or is gone: while it is held, nobody else would tell. */
  get hasLeft(): boolean {
    return !this.isOpen || hasPeerLeft(this.#socket.fd);
  }

  /** The answer will come later: what the client sends meanwhile waits for it. Once is enough, twice does no harm. */
  hold(): void {
    if (this.#held !== null) return;
    this.#held = [this.#rest.slice()];
    clearTimeout(this.#timer);
    this.#socket.pause();
  }

  receive(chunk: Uint8Array): void {
    if (this.#answered) return;
    if (this.#held !== null) {
      this.#heldSize += chunk.length;
      if (this.#heldSize <= HELD_MAX) this.#held.push(chunk.slice());
      else this.#socket.terminate();
      return;
    }
    const result = this.#reader.receive(chunk);
    if (result === null) return;
    if ("status" in result) return this.#refuse(result);
    this.#method = result.head.method;
    this.#rest = result.rest;
    this.#options.request(this, result.head);
    this.#rest = NOTHING;
  }

  drained(): void {
    this.#sender?.drained();
  }

  /** A client may end its side behind its request and wait for the answer; without a whole request there is none. */
  peerEnded(): void {
    if (!this.#answered && this.#held === null) this.#socket.end();
  }

  disconnected(): void {
    clearTimeout(this.#timer);
    this.#sender?.disconnected();
    this.#endSending();
    const isWhole = this.#answered || this.#held !== null;
    if (!isWhole) this.#options.abandoned(this, this.#reader.begun);
    this.#options.left();
  }

  /** Answers and closes. */
  respond(response: PlainResponse): void {
    this.#answered = true;
    clearTimeout(this.#timer);
    const fields = [...(response.fields ?? []), ...this.#options.fields];
    // A fresh socket's send buffer holds more than a short answer: nothing can be left over.
    this.#socket.write(plainResponse({ ...response, fields }, this.#method));
    this.#finish();
    this.#hearOn();
  }

  /** What is left unread would be answered by a reset, and the end of the peer is to be heard. */
  #hearOn(): void {
    if (this.#held === null) return;
    this.#held = null;
    this.#socket.resume();
  }

  /** Answers with a body of any size, and closes. */
  answer(response: Response): void {
    this.#answered = true;
    clearTimeout(this.#timer);
    this.#isSending = true;
    this.#options.sending();
    this.#sender = new ResponseSender(this.#socket, response, {
      method: this.#method,
      fields: this.#options.fields,
      stallTimeoutMs: this.#options.writeStallTimeoutMs,
      finished: () => {
        this.#endSending();
        this.#finish();
      },
    });
    this.#hearOn();
  }

  #endSending(): void {
    if (!this.#isSending) return;
    this.#isSending = false;
    this.#options.sent();
  }

  /** FIN only: Bun's end() would close, and a peer that still sends could lose the answer by a reset. */
  #finish(): void {
    this.#socket.shutdown();
    this.#unacknowledged = unacknowledgedBytes(this.#socket.fd);
    this.#timer = setTimeout(() => this.#linger(), LINGER_MS);
  }

  /** The kernel may hold megabytes of an answer: a client that still reads them is slow, not silent. */
  #linger(): void {
    const now = unacknowledgedBytes(this.#socket.fd);
    const idle = now < this.#unacknowledged ? 0 : this.#lingers + 1;
    this.#lingers = now > 0 ? idle : LINGERS_MAX;
    this.#unacknowledged = now;
    if (this.#lingers >= LINGERS_MAX) this.#socket.terminate();
    else this.#timer = setTimeout(() => this.#linger(), LINGER_MS);
  }

  /**
   * Sends `response`, the 101 head or nothing, and hands the socket over: `user` makes its next user, which gets what
   * the peer sent already.
   */
  upgrade(response: string, user: (socket: ClientSocket) => SocketUser): void {
    this.#answered = true;
    clearTimeout(this.#timer);
    this.#options.left();
    if (response !== "") this.#socket.write(response);
    if (this.#held !== null) this.#socket.resume(); // before its user, who may take it from Bun
    this.#socket.data = user(this.#socket);
    const rest = this.#held ?? [this.#rest];
    for (const chunk of rest) if (chunk.length > 0) this.#socket.data.receive(chunk);
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

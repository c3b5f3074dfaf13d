// One client connection: sends its messages, has each byte that comes judged, and ends with the first wrong one.
import type { Socket, SocketHandler } from "bun";
import { closeFrame, pongFrame } from "./control-frames.ts";
import { Handshake } from "./handshake.ts";
import type { Messages, MessagesOptions } from "./messages.ts";
import { Outbox } from "./outbox.ts";

/** A server that has not ended the connection this long after our Close is left. */
const CLOSE_WAIT_MS = 1000;

export type ConnectionOptions = {
  /** ws:// or wss://; of wss:// the certificate is not judged. */
  readonly url: URL;
  /** Which connection it is, from 0. */
  readonly index: number;
  /** Whether permessage-deflate is asked for. */
  readonly deflate: boolean;
  readonly newMessages: (onPing: MessagesOptions["onPing"]) => Messages;
  /** Called once, when the connection has become useless. */
  readonly onProblem: (text: string) => void;
};

/** Says how many messages are sent now that `count` more have come back. */
export type Feed = (connection: Connection, count: number, nanoseconds: number) => void;

/** As many as came back. */
const REPLACE: Feed = (connection, count) => connection.send(count);

const handlers: SocketHandler<Connection> = {
  handshake: (socket) => socket.data.ask(socket),
  data: (socket, chunk) => socket.data.receive(chunk),
  drain: (socket) => socket.data.flush(),
  close: (socket) => socket.data.closed(),
  error: (socket, error) => socket.data.fail(error.message),
};

export class Connection {
  /** Bun.nanoseconds() of the last time that the server gave what it owed, or began to owe. */
  progressNanoseconds = Bun.nanoseconds();
  readonly #options: ConnectionOptions;
  readonly #handshake: Handshake;
  readonly #messages: Messages;
  readonly #outbox: Outbox;
  readonly #opened = Promise.withResolvers<void>();
  readonly #settled = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  #socket: Socket<Connection> | undefined;
  #state: "CONNECTING" | "OPEN" | "CLOSED" = "CONNECTING";
  #feed: Feed | undefined;
  #settling = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#handshake = new Handshake(options.deflate);
    this.#messages = options.newMessages((payload) => this.#outbox.addControl(pongFrame(payload)));
    this.#outbox = new Outbox(this.#messages.sent);
  }

  get completed(): number {
    return this.#messages.completed;
  }

  /** Whether the server owes something: its handshake or echoes. */
  get owed(): boolean {
    return this.#state === "CONNECTING" || this.#messages.inFlight > 0;
  }

  get inFlight(): number {
    return this.#messages.inFlight;
  }

  /** Resolves after the handshake. No promise of a connection rejects: see onProblem. */
  async open(): Promise<void> {
    const { url } = this.#options;
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const secure = url.protocol === "wss:";
    const port = Number(url.port || (secure ? 443 : 80));
    const tls = secure ? { tls: { rejectUnauthorized: false } } : {};
    try {
      this.#socket = await Bun.connect({ hostname, port, data: this, socket: handlers, ...tls });
      // Ended while it connected.
      if (this.#state === "CLOSED") this.#socket.terminate();
      else if (!secure) this.ask(this.#socket);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
    return this.#opened.promise;
  }

  /** Sends the request, once the socket can carry it. */
  ask(socket: Socket<Connection>): void {
    if (this.#state === "CONNECTING") socket.write(this.#handshake.request(this.#options.url));
  }

  /** Fills the window, and from now on answers each echo with a new message. */
  start(window: number): void {
    this.#feed = REPLACE;
    this.send(window);
  }

  /** From now on `feed` decides what is sent. */
  feedBy(feed: Feed): void {
    this.#feed = feed;
  }

  /** Begins no message any more, and resolves when all of them have come back. */
  settle(): Promise<void> {
    this.#feed = undefined;
    this.#settling = true;
    if (this.#messages.inFlight === 0) this.#settled.resolve();
    return this.#settled.promise;
  }

  /** At most a window of messages may be in flight. `nanoseconds`: since when they wait. */
  send(count: number, nanoseconds = Bun.nanoseconds()): void {
    if (this.#messages.inFlight === 0) this.progressNanoseconds = Bun.nanoseconds();
    this.#outbox.addFrames(this.#messages.send(count, nanoseconds));
    this.flush();
  }

  /** Takes nothing from the server until `resume`. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Sends a Close and resolves when the server has ended the connection, or does not. */
  close(): Promise<void> {
    const wasOpen = this.#state === "OPEN";
    this.#state = "CLOSED";
    if (!wasOpen) {
      this.#socket?.terminate();
      return Promise.resolve();
    }
    this.#outbox.addControl(closeFrame());
    this.flush();
    const deadline = setTimeout(() => this.#socket?.terminate(), CLOSE_WAIT_MS);
    return this.#gone.promise.finally(() => clearTimeout(deadline));
  }

  flush(): void {
    if (this.#socket !== undefined) this.#outbox.flush(this.#socket);
  }

  receive(chunk: Buffer): void {
    const now = Bun.nanoseconds();
    if (this.#state === "OPEN") this.#receiveEchoes(chunk, 0, now);
    else if (this.#state === "CONNECTING") this.#receiveHead(chunk, now);
  }

  fail(text: string): void {
    if (this.#state === "CLOSED") return;
    this.#state = "CLOSED";
    this.#socket?.terminate();
    this.#options.onProblem(`connection ${this.#options.index}: ${text}`);
  }

  closed(): void {
    this.#gone.resolve();
    this.fail(`the server ended the connection after ${this.completed} messages`);
  }

  #receiveHead(chunk: Buffer, now: number): void {
    const end = this.#handshake.receive(chunk);
    if (this.#handshake.problem !== undefined) return this.fail(this.#handshake.problem);
    if (end < 0) return;
    this.#state = "OPEN";
    this.#opened.resolve();
    this.#receiveEchoes(chunk, end, now);
  }

  #receiveEchoes(chunk: Buffer, begin: number, now: number): void {
    const count = this.#messages.receive(chunk, begin, now);
    if (count > 0) this.progressNanoseconds = now;
    const { problem } = this.#messages;
    if (problem !== undefined) this.fail(problem);
    else if (this.#feed !== undefined && count > 0) this.#feed(this, count, now);
    else this.flush();
    if (this.#settling && this.#messages.inFlight === 0) this.#settled.resolve();
  }
}

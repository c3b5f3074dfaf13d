// One client connection: keeps a window of messages in flight, has each echo checked, and ends with the first wrong one.
import type { Socket, SocketHandler } from "bun";
import { closeFrame, pongFrame } from "./control-frames.ts";
import { Handshake } from "./handshake.ts";
import { MessageWindow, type MessageWindowOptions } from "./message-window.ts";
import { Outbox } from "./outbox.ts";

/** A server that has not ended the connection this long after our Close is left. */
const CLOSE_WAIT_MS = 1000;

export type ConnectionOptions = MessageWindowOptions & {
  readonly url: URL;
  /** Called once, when the connection has become useless. */
  readonly onProblem: (text: string) => void;
};

const handlers: SocketHandler<Connection> = {
  data: (socket, chunk) => socket.data.receive(chunk),
  drain: (socket) => socket.data.flush(),
  close: (socket) => socket.data.closed(),
  error: (socket, error) => socket.data.fail(error.message),
};

export class Connection {
  /** Bun.nanoseconds() of the last time that the server gave what it owed, or began to owe. */
  progressNanoseconds = Bun.nanoseconds();
  readonly #options: ConnectionOptions;
  readonly #handshake = new Handshake();
  readonly #messages: MessageWindow;
  readonly #outbox: Outbox;
  readonly #opened = Promise.withResolvers<void>();
  readonly #settled = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  #socket: Socket<Connection> | undefined;
  #state: "CONNECTING" | "OPEN" | "CLOSED" = "CONNECTING";
  #sending = false;
  #settling = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const onPing = (payload: Uint8Array) => this.#outbox.addControl(pongFrame(payload));
    this.#messages = new MessageWindow(options, onPing);
    this.#outbox = new Outbox(this.#messages.sent);
  }

  get completed(): number {
    return this.#messages.completed;
  }

  /** Whether the server owes something: its handshake or echoes. */
  get owed(): boolean {
    return this.#state === "CONNECTING" || this.#messages.inFlight > 0;
  }

  /** Resolves after the handshake. No promise of a connection rejects: see onProblem. */
  async open(): Promise<void> {
    const { url } = this.#options;
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = Number(url.port || 80);
    try {
      this.#socket = await Bun.connect({ hostname, port, data: this, socket: handlers });
      // Ended while it connected.
      if (this.#state === "CLOSED") this.#socket.terminate();
      else this.#socket.write(this.#handshake.request(url));
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
    return this.#opened.promise;
  }

  /** Fills the window, and from now on answers each echo with a new message. */
  start(): void {
    this.#sending = true;
    this.send(this.#options.window);
  }

  /** Begins no message any more, and resolves when all of them have come back. */
  settle(): Promise<void> {
    this.#sending = false;
    this.#settling = true;
    if (this.#messages.inFlight === 0) this.#settled.resolve();
    return this.#settled.promise;
  }

  /** At most a window of messages may be in flight. */
  send(count: number): void {
    const now = Bun.nanoseconds();
    if (this.#messages.inFlight === 0) this.progressNanoseconds = now;
    this.#messages.send(count, now);
    this.#outbox.addFrames(count);
    this.flush();
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
    else if (this.#sending && count > 0) this.send(count);
    else this.flush();
    if (this.#settling && this.#messages.inFlight === 0) this.#settled.resolve();
  }
}

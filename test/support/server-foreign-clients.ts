// WebSocket clients that nobody here wrote, behind one face: Bun's own and the npm package `ws`.

import { within } from "./server-deadline.ts";

export interface ForeignClient extends Disposable {
  /** The subprotocol that was agreed on, empty when none was. */
  readonly protocol: string;
  send(data: string | Uint8Array): void;
  /** The next message; a binary one throws, for the program sends text only. */
  message(): Promise<string>;
  close(code?: number, reason?: string): void;
  closed(): Promise<{ readonly code: number; readonly reason: string }>;
}

/** `protocols`: the subprotocols to ask for, the liked ones first. */
export type ForeignOpen = (url: string, protocols?: string[]) => Promise<ForeignClient>;

/** What the two have in common. */
interface Socket {
  binaryType: string;
  readonly protocol: string;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  addEventListener(type: string, listener: (event: never) => void): void;
}

class EventClient implements ForeignClient {
  readonly #socket: Socket;
  readonly #messages: unknown[] = [];
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<{ code: number; reason: string }>();
  #arrived = Promise.withResolvers<void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened.resolve());
    socket.addEventListener("error", () => this.#opened.reject(new Error("it did not open")));
    socket.addEventListener("message", ({ data }: { data: unknown }) => {
      this.#messages.push(data);
      this.#stir();
    });
    socket.addEventListener("close", ({ code, reason }: { code: number; reason: string }) => {
      this.#closed.resolve({ code, reason });
      this.#stir();
    });
  }

  async opened(): Promise<this> {
    await within("the WebSocket's open event", this.#opened.promise);
    return this;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  async message(): Promise<string> {
    while (this.#messages.length === 0) await within("a message", this.#arrived.promise);
    const message = this.#messages.shift();
    if (typeof message !== "string") throw new Error("a binary message came");
    return message;
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  async closed(): Promise<{ readonly code: number; readonly reason: string }> {
    return within("the WebSocket's close event", this.#closed.promise);
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }

  #stir(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}

/** Bun resolves the name "ws" to a client of its own: the real one is had by its file. */
const WS_FILE = import.meta.resolve("../../node_modules/ws/lib/websocket.js");

async function openWs(url: string, protocols: string[] = []): Promise<ForeignClient> {
  const { default: Client } = (await import(WS_FILE)) as {
    default: new (url: string, protocols: string[], options: object) => Socket;
  };
  return new EventClient(new Client(url, protocols, { perMessageDeflate: true })).opened();
}

async function openBun(url: string, protocols: string[] = []): Promise<ForeignClient> {
  return new EventClient(new WebSocket(url, protocols) as unknown as Socket).opened();
}

/** By the name that a test shows. */
export const FOREIGN_CLIENTS: readonly (readonly [name: string, open: ForeignOpen])[] = [
  ["Bun's WebSocket", openBun],
  ["ws", openWs],
];

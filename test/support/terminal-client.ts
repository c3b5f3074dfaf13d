// A client at a terminal: Bun's own WebSocket, what the terminal has shown so far, keys, and control messages.

import { eventually } from "./server-deadline.ts";

export interface TerminalEnd {
  readonly code: number;
  readonly reason: string;
}

export class TerminalClient implements Disposable {
  /** All that was shown, as bytes. */
  readonly #chunks: Uint8Array[] = [];
  readonly #socket: WebSocket;
  /** Types of the messages that came. */
  readonly types = new Set<"text" | "binary">();
  readonly closed: Promise<TerminalEnd>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent) => {
      this.types.add(typeof data === "string" ? "text" : "binary");
      this.#chunks.push(typeof data === "string" ? Buffer.from(data) : new Uint8Array(data));
    };
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => resolve({ code, reason });
    });
  }

  static async open(server: { readonly url: string }, options = {}): Promise<TerminalClient> {
    const client = new TerminalClient(new WebSocket(server.url, options));
    await new Promise<void>((resolve, reject) => {
      client.#socket.onopen = () => resolve();
      client.#socket.onerror = () => reject(new Error("no WebSocket"));
    });
    return client;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  get screen(): string {
    return Buffer.from(this.bytes).toString();
  }

  type(keys: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(typeof keys === "string" ? Buffer.from(keys) : keys);
  }

  /** A text message. */
  say(text: string): void {
    this.#socket.send(text);
  }

  resize(cols: number, rows: number): void {
    this.say(JSON.stringify({ type: "resize", cols, rows }));
  }

  signal(name: string): void {
    this.say(JSON.stringify({ type: "signal", name }));
  }

  /** Waits until it was shown, from `from` on. Returns all that was. */
  async shows(what: string | RegExp, from = 0): Promise<string> {
    const isThere = () => {
      const shown = this.screen.slice(from);
      return typeof what === "string" ? shown.includes(what) : what.test(shown);
    };
    await eventually(`${what} on the screen`, () => isThere() || this.#socket.readyState > 1).catch(
      (error: Error) => {
        throw new Error(`${error.message}\nIt shows:\n${JSON.stringify(this.screen.slice(-2000))}`);
      },
    );
    if (!isThere()) throw new Error(`closed before ${what}: ${JSON.stringify(this.screen)}`);
    return this.screen.slice(from);
  }

  leave(code = 1000): void {
    this.#socket.close(code);
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}

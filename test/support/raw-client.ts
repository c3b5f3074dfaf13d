// A client that does exactly what it is told on a TCP socket: raw bytes, frames, silence, reset.

import { frame, fromHex } from "./frames.ts";
import { ACCEPT, type OpenOptions, requestHead } from "./raw-handshake.ts";
import { RawFrameBuffer, type ServerFrame } from "./raw-frame-buffer.ts";
import { within } from "./server-deadline.ts";

const OPCODE_TEXT = 1;
const OPCODE_BINARY = 2;
const OPCODE_CLOSE = 8;
const OPCODE_PING = 9;

export interface Farewell {
  /** Undefined when the Close had no body. */
  readonly code: number | undefined;
  readonly reason: string;
}

export class RawClient implements Disposable {
  readonly #received = new RawFrameBuffer();
  #socket!: Bun.Socket<undefined>;
  /** What the socket did not take yet, in order. */
  #outbox: Uint8Array[] = [];
  #end: "eof" | "reset" | null = null;
  #stirred = Promise.withResolvers<void>();

  /** A TCP connection, nothing sent. */
  static async connect(port: number, hostname = "127.0.0.1"): Promise<RawClient> {
    const client = new RawClient();
    client.#socket = await Bun.connect({
      hostname,
      port,
      socket: {
        data: (_, chunk) => {
          client.#received.push(chunk);
          client.#stir();
        },
        drain: () => client.#drain(),
        end: () => client.#over("eof"),
        close: () => client.#over("reset"),
        error: () => {},
      },
    });
    client.#socket.setNoDelay(true);
    return client;
  }

  /** A WebSocket: connected, asked, and the 101 checked. */
  static async open(server: { port: number }, options: OpenOptions = {}): Promise<RawClient> {
    const client = await RawClient.connect(server.port);
    client.write(requestHead(options));
    const head = await client.head();
    const accepted = head.startsWith("HTTP/1.1 101 ") && head.includes(ACCEPT);
    if (accepted) return client;
    client.reset();
    throw new Error(`no 101: ${head}`);
  }

  /** The local port, by which the server's log names this client. */
  get port(): number {
    return this.#socket.localPort;
  }

  /** Bytes received and not taken yet. */
  get unread(): number {
    return this.#received.length;
  }

  /** Bytes written that the socket has not taken yet. */
  get unsent(): number {
    return this.#outbox.reduce((sum, { length }) => sum + length, 0);
  }

  write(bytes: Uint8Array | string): void {
    this.#outbox.push(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    if (this.#outbox.length === 1) this.#drain();
  }

  hex(bytes: string): void {
    this.write(fromHex(bytes));
  }

  text(payload: string): void {
    this.write(frame({ opcode: OPCODE_TEXT, payload }));
  }

  binary(payload: Uint8Array | string): void {
    this.write(frame({ opcode: OPCODE_BINARY, payload }));
  }

  ping(payload: string): void {
    this.write(frame({ opcode: OPCODE_PING, payload }));
  }

  close(code?: number): void {
    const payload = code === undefined ? "" : Uint8Array.of(code >> 8, code & 255);
    this.write(frame({ opcode: OPCODE_CLOSE, payload }));
  }

  /** Waits until the socket has taken all that was written. */
  async flushed(): Promise<void> {
    while (this.unsent > 0 && this.#end === null) await this.#waiting("room in the socket");
  }

  /** The head of the server's response. */
  async head(): Promise<string> {
    return this.#take("a response head", () => this.#received.takeHead());
  }

  async frame(): Promise<ServerFrame> {
    return this.#take("a frame", () => this.#received.takeFrame());
  }

  /** The next message as bytes, its fragments joined. Throws when a Close comes instead. */
  async message(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const { fin, opcode, payload } = await this.frame();
      if (opcode === OPCODE_CLOSE) throw new Error(`no message, but ${farewellText(payload)}`);
      if (opcode > OPCODE_CLOSE) continue;
      parts.push(payload);
      if (fin) return parts.length === 1 ? payload : new Uint8Array(Buffer.concat(parts));
    }
  }

  /** The next message as text; bytes that are no UTF-8 throw. */
  async line(): Promise<string> {
    return new TextDecoder("utf-8", { fatal: true }).decode(await this.message());
  }

  /** All messages up to the server's Close, and that Close. */
  async farewell(): Promise<Farewell & { readonly messages: Uint8Array[] }> {
    const messages: Uint8Array[] = [];
    let parts: Uint8Array[] = [];
    for (;;) {
      const { fin, opcode, payload } = this.#received.takeFrame() ?? (await this.frame());
      if (opcode === OPCODE_CLOSE) return { ...parseFarewell(payload), messages };
      if (opcode > OPCODE_CLOSE) continue;
      parts.push(payload);
      if (!fin) continue;
      messages.push(parts.length === 1 ? payload : new Uint8Array(Buffer.concat(parts)));
      parts = [];
    }
  }

  /** As `farewell`, and answers it, so that the server need not wait for that. */
  async settle(): Promise<Farewell & { readonly messages: Uint8Array[] }> {
    const settled = await this.farewell();
    this.close(settled.code);
    return settled;
  }

  /** Waits for the end of the connection, and says how it came; what came before it can still be taken. */
  async ended(): Promise<"eof" | "reset"> {
    while (this.#end === null) await this.#waiting("the end of the connection");
    return this.#end;
  }

  /** All bytes up to the end of the connection. */
  async rest(): Promise<Uint8Array> {
    await this.ended();
    return this.#received.takeAll();
  }

  /** Reads nothing any more: the kernel's buffers fill, then the server's. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** FIN, when all that was written is out. */
  async end(): Promise<void> {
    await this.flushed();
    this.#socket.end();
  }

  /** FIN now, although more was written: for a client that ends in the middle of a flood. */
  cut(): void {
    this.#outbox = [];
    this.#socket.shutdown();
  }

  /** RST: the connection is cut, what is under way is lost. */
  reset(): void {
    this.#outbox = [];
    this.#socket.terminate();
  }

  [Symbol.dispose](): void {
    this.reset();
  }

  async #take<T>(what: string, take: () => T | null): Promise<T> {
    for (;;) {
      const taken = take();
      if (taken !== null) return taken;
      if (this.#end !== null) throw new Error(`the connection ended (${this.#end}), not ${what}`);
      await this.#waiting(what);
    }
  }

  #drain(): void {
    while (this.#outbox.length > 0) {
      const bytes = this.#outbox[0]!;
      const taken = this.#socket.write(bytes);
      if (taken < 0) return;
      if (taken < bytes.length) {
        this.#outbox[0] = bytes.subarray(taken);
        return;
      }
      this.#outbox.shift();
    }
    this.#stir();
  }

  #over(how: "eof" | "reset"): void {
    this.#end ??= how;
    this.#stir();
  }

  /** Waits until something happens. */
  #waiting(what: string): Promise<void> {
    return within(what, this.#stirred.promise);
  }

  #stir(): void {
    this.#stirred.resolve();
    this.#stirred = Promise.withResolvers();
  }
}

function parseFarewell(payload: Uint8Array): Farewell {
  const code = payload.length < 2 ? undefined : (payload[0]! << 8) | payload[1]!;
  return { code, reason: new TextDecoder().decode(payload.subarray(2)) };
}

function farewellText(payload: Uint8Array): string {
  const { code, reason } = parseFarewell(payload);
  return `a Close: ${code} ${reason}`;
}

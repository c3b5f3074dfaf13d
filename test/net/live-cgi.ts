// A CgiClient on a real socket, its peer, a ticker whose time is told, and what a session would hear of it.

import { judgeBodyLength, type BodyLength } from "../../src/http/body-decoder.ts";
import { createKernel, SLAB_SIZE, type Kernel } from "../../src/kernel/kernel.ts";
import { CgiClient, type CgiClientOptions } from "../../src/net/cgi-client.ts";
import type { ClientSocket, SocketUser } from "../../src/net/socket-user.ts";
import type { EndCause, EndpointListener } from "../../src/session/endpoint.ts";
import { headOf } from "../http/head-reader.ts";
import { eventually } from "../support/server-deadline.ts";
import { KEEPALIVE, newTicker } from "./live-client.ts";

export interface LiveCgiOptions extends Partial<CgiClientOptions> {
  /** The request's head; what is sent behind it is for the test. Default: a GET. */
  readonly head?: string;
}

export const GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/** Disposing ends both sockets and the listener. */
export class LiveCgi implements EndpointListener, Disposable {
  readonly kernel: Kernel;
  readonly ticker = newTicker();
  readonly client!: CgiClient;
  readonly socket!: ClientSocket;
  readonly peer!: Bun.Socket<undefined>;
  /** What the peer has read, a character a byte; and how its connection ended. */
  peerGot = "";
  peerEnd: "eof" | "reset" | null = null;
  /** What the program would be given. */
  body = "";
  /** `input ended`, `drained`, `ended KIND` and `closed`, in the order in which they were said. */
  readonly said: string[] = [];
  cause: EndCause | null = null;
  readonly problems: string[] = [];
  #listener!: Bun.TCPSocketListener<SocketUser>;

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  static async connect(options: LiveCgiOptions = {}): Promise<LiveCgi> {
    const { kernel = createKernel({ slabBytes: 64 * SLAB_SIZE, sessionsMax: 1 }) } = options;
    const live = new LiveCgi(kernel);
    const opened = Promise.withResolvers<void>();
    live.#listener = Bun.listen<SocketUser>({
      hostname: "127.0.0.1",
      port: 0,
      allowHalfOpen: true,
      socket: {
        open(socket) {
          const client = live.#newClient(socket, options);
          Object.assign(live, { socket, client });
          opened.resolve();
        },
        data: (_, chunk) => live.client.receive(chunk),
        drain: () => live.client.drained(),
        end: () => live.client.peerEnded(),
        close: () => live.client.disconnected(),
        error: () => {},
      },
    });
    const peer = await Bun.connect<undefined>({
      hostname: "127.0.0.1",
      port: live.#listener.port,
      allowHalfOpen: true,
      socket: {
        data: (_, chunk) => void (live.peerGot += chunk.toString("latin1")),
        end: () => void (live.peerEnd ??= "eof"),
        close: () => void (live.peerEnd ??= "reset"),
        error: () => {},
      },
    });
    Object.assign(live, { peer });
    await opened.promise;
    live.client.start();
    return live;
  }

  #newClient(socket: ClientSocket, options: LiveCgiOptions): CgiClient {
    const head = headOf(options.head ?? GET);
    const bodyLength = judgeBodyLength(head, options.bodySizeMax ?? 0) as BodyLength;
    const problem = (text: string) => void this.problems.push(text);
    const client = new CgiClient(
      socket,
      { head, bodyLength, problem },
      {
        kernel: this.kernel,
        marks: { high: 4 * SLAB_SIZE, low: SLAB_SIZE, slabsScarce: 32 },
        closeTimeoutMs: 5000,
        keepalive: KEEPALIVE,
        ticker: this.ticker,
        bodySizeMax: 0,
        answerTimeoutMs: 0,
        fields: [],
        ...options,
      },
    );
    client.listener = this;
    return client;
  }

  received(begin: number, end: number): void {
    this.body += Buffer.from(this.kernel.bytes.subarray(begin, end)).toString("latin1");
    this.kernel.bytes.fill(0xee, begin, end); // it dies on return
  }

  drained(): void {
    this.said.push("drained");
  }

  inputEnded(): void {
    this.said.push("input ended");
  }

  ended(cause: EndCause): void {
    this.cause = cause;
    this.said.push(`ended ${cause.kind}`);
  }

  closed(): void {
    this.said.push("closed");
  }

  /** The program writes. */
  write(output: string): void {
    const { bytes, outgoing } = this.kernel;
    bytes.set(Buffer.from(output, "latin1"), outgoing);
    this.client.send(outgoing, outgoing + output.length);
    bytes.fill(0xee, outgoing, outgoing + output.length);
  }

  exit(status = 0): void {
    this.client.end({ kind: "exit", status });
  }

  /** The peer has `text`, and nothing else. */
  async got(text: string): Promise<void> {
    await eventually(JSON.stringify(text), () => this.peerGot.length >= text.length).catch(
      () => {},
    );
    if (this.peerGot !== text) throw new Error(`the peer has ${JSON.stringify(this.peerGot)}`);
  }

  /** All that the peer got, once its connection has ended, and how it ended. */
  async peerEnded(): Promise<string> {
    return eventually("the end of the connection", () => this.peerEnd);
  }

  async gone(): Promise<void> {
    await eventually("the client's end", () => this.said.includes("closed"));
  }

  /** Lets that much time go by for the ticker. */
  pass(ms: number): void {
    for (const end = this.ticker.now + ms; this.ticker.now < end;) this.ticker.tick();
  }

  [Symbol.dispose](): void {
    this.peer.terminate();
    this.socket.terminate();
    this.#listener.stop();
  }
}

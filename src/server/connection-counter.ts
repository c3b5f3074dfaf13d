// Counts connections, so that descriptors never run out: at the bound, the next is told so and closed.

import { LIMITS, type HeaderField } from "../config.ts";
import type { ProxyHeader } from "../http/proxy-header.ts";
import type { Log } from "../log.ts";
import { Connection, type ConnectionOptions } from "../net/connection.ts";
import type { Intake } from "../net/listener.ts";
import type { ClientSocket, WaitingRoom } from "../net/socket-user.ts";
import { RETRY_AFTER, type Admission } from "./admission.ts";
import type { Attendance } from "./attendance.ts";
import { DESCRIPTORS_PER_SESSION, type Bounds } from "./bounds.ts";
import type { RequestTaker } from "./front-door.ts";
import type { HeaderWait, Proxies } from "./proxies.ts";
import type { Tally } from "./tally.ts";

export interface ConnectionCounterOptions {
  readonly admission: Admission;
  readonly bounds: Pick<Bounds, "descriptors" | "reserved">;
  /** What is served now. */
  readonly now: () => {
    /** Of every answer but the 101. */
    readonly fields: readonly HeaderField[];
    /** Descriptors of programs that wait for a client. */
    readonly heldBySpares: number;
  };
  readonly log: Log;
  readonly attendance: Attendance;
  /** Null: nobody is trusted to speak for another. */
  readonly proxies: Proxies | null;
  readonly whenReadable: HeaderWait["whenReadable"];
  /** Null: nobody counts. */
  readonly tally: Tally | null;
}

export class ConnectionCounter {
  /** Nobody in it can be told of the bound: what they speak is not known yet. */
  readonly waitingRoom: WaitingRoom = {
    enter: () => this.#enterWaitingRoom(),
    leave: () => this.#headLeft(),
  };
  readonly #counting: ConnectionCounterOptions;
  #heads = 0;
  #answers = 0;
  #quiet: (() => void) | null = null;
  #empty: (() => void) | null = null;

  constructor(options: ConnectionCounterOptions) {
    this.#counting = options;
  }

  /** True while neither a request nor an answer is under way. */
  get isIdle(): boolean {
    return this.#heads === 0 && this.#answers === 0;
  }

  /** False: the descriptors of one more program might be wanting for the connections that are there. */
  get hasRoom(): boolean {
    return this.#used + DESCRIPTORS_PER_SESSION <= this.#descriptorsScarce;
  }

  /** Used above this, a connection is told so; above `#descriptorsScarce`, it is cut without a word. */
  get #descriptorsMax(): number {
    const { bounds, now } = this.#counting;
    return bounds.descriptors - now().heldBySpares - bounds.reserved;
  }

  get #descriptorsScarce(): number {
    return this.#descriptorsMax + this.#counting.bounds.reserved / 2;
  }

  /** Resolves when no answer is under way. */
  quiet(): Promise<void> {
    if (this.#answers === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#quiet = resolve));
  }

  /** Resolves when each connection is a session, or has left; or when so much time is over. */
  empty(timeoutMs: number): Promise<void> {
    if (this.#heads === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#empty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What a listener does with its connections: `taker` gets their requests. */
  intake(taker: RequestTaker, of: Pick<ConnectionOptions, "isLocal" | "tlsOf">): Intake {
    const options = this.#connectionOptions(taker, of);
    const { proxies } = this.#counting;
    const waiting = { ...this.#counting, room: this.waitingRoom };
    return {
      accept: (socket, header) => this.#accept(socket, header, options),
      proxied: proxies?.headerAwaiter(waiting, of.isLocal) ?? null,
    };
  }

  #connectionOptions(
    taker: RequestTaker,
    of: Pick<ConnectionOptions, "isLocal" | "tlsOf">,
  ): ConnectionOptions {
    const { log, now, attendance, proxies, tally } = this.#counting;
    const refused: ConnectionOptions["refused"] = (connection, { status, text }) => {
      tally?.refused(status);
      log.write("access", "REFUSED", { peer: connection.peer, status, reason: text }, "http");
    };
    return {
      ...of,
      get fields() {
        return now().fields;
      },
      limits: LIMITS,
      headTimeoutMs: LIMITS.headTimeoutMs,
      writeStallTimeoutMs: LIMITS.writeStallTimeoutMs,
      request: (connection, head) => {
        const { caller } = connection;
        const exchange = proxies?.exchangeOf(connection, head) ?? { connection, head, caller };
        if (!("status" in exchange)) return taker.handle(exchange);
        connection.respond(exchange);
        refused(connection, exchange);
      },
      refused,
      abandoned: (connection, begun) => {
        // A connection without a byte is what a health check makes, every second.
        const reason = "closed by the peer before its request was whole";
        const level = begun ? "access" : "debug";
        log.write(level, "ABANDONED", { peer: connection.peer, reason }, "http");
      },
      sending: () => this.#answers++,
      sent: () => {
        if (--this.#answers === 0) this.#quiet?.();
        attendance.changed();
      },
      left: () => this.#headLeft(),
    };
  }

  #accept(
    socket: ClientSocket,
    header: ProxyHeader | null,
    options: ConnectionOptions,
  ): Connection {
    const used = this.#headCame();
    const connection = new Connection(socket, header, options);
    if (used > this.#descriptorsMax) {
      const text = "Too many connections.";
      connection.respond({ status: 503, text, fields: [RETRY_AFTER] });
      this.#counting.tally?.refused(503);
      this.#tellOfTooMany(used);
    }
    if (used > this.#descriptorsScarce) socket.terminate();
    return connection;
  }

  #enterWaitingRoom(): boolean {
    const used = this.#headCame();
    if (used <= this.#descriptorsMax) return true;
    this.#tellOfTooMany(used);
    this.#headLeft();
    return false;
  }

  /** Returns the descriptors that are used then. */
  #headCame(): number {
    this.#heads++;
    this.#counting.attendance.changed();
    return this.#used;
  }

  get #used(): number {
    return this.#heads + this.#counting.admission.taken * DESCRIPTORS_PER_SESSION;
  }

  #headLeft(): void {
    if (--this.#heads === 0) this.#empty?.();
    this.#counting.attendance.changed();
  }

  #tellOfTooMany(connections: number): void {
    this.#counting.log.write("error", "too many connections (raise ulimit -n)", { connections });
  }
}

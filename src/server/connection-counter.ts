// Counts connections, so that descriptors never run out: at the bound, the next is told so and closed.

import { LIMITS, type HeaderField } from "../config.ts";
import type { Log } from "../log.ts";
import { Connection, type ConnectionOptions } from "../net/connection.ts";
import type { ClientSocket } from "../net/socket-user.ts";
import type { Admission } from "./admission.ts";
import type { Attendance } from "./attendance.ts";
import { DESCRIPTORS_PER_SESSION, type Bounds } from "./bounds.ts";
import type { RequestTaker } from "./front-door.ts";

export interface ConnectionCounterOptions {
  readonly admission: Admission;
  readonly bounds: Bounds;
  /** Of every answer but the 101. */
  readonly fields: readonly HeaderField[];
  readonly log: Log;
  readonly attendance: Attendance;
}

export class ConnectionCounter {
  /** Used above this, a connection is told so; above `#descriptorsScarce`, it is cut without a word. */
  readonly #descriptorsMax: number;
  readonly #descriptorsScarce: number;
  readonly #counting: ConnectionCounterOptions;
  #heads = 0;
  #answers = 0;
  #quiet: (() => void) | null = null;

  constructor(options: ConnectionCounterOptions) {
    const { descriptors, reserved } = options.bounds;
    this.#descriptorsMax = descriptors - reserved;
    this.#descriptorsScarce = descriptors - reserved / 2;
    this.#counting = options;
  }

  /** True while neither a request nor an answer is under way. */
  get isIdle(): boolean {
    return this.#heads === 0 && this.#answers === 0;
  }

  /** Resolves when no answer is under way. */
  quiet(): Promise<void> {
    if (this.#answers === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#quiet = resolve));
  }

  /** What a listener does with its connections: `taker` gets their requests. */
  acceptor(
    taker: RequestTaker,
    of: Pick<ConnectionOptions, "isLocal" | "isTls">,
  ): (socket: ClientSocket) => Connection {
    const { log, fields, attendance } = this.#counting;
    const options: ConnectionOptions = {
      ...of,
      fields,
      limits: LIMITS,
      headTimeoutMs: LIMITS.headTimeoutMs,
      writeStallTimeoutMs: LIMITS.writeStallTimeoutMs,
      request: (connection, head) => taker.handle({ connection, head, caller: connection.caller }),
      refused: (connection, { status, text }) => {
        const about = { peer: connection.peer, status, reason: text };
        log.write("access", "REFUSED", about, "http");
      },
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
      left: () => {
        this.#heads--;
        attendance.changed();
      },
    };
    return (socket) => this.#accept(socket, options);
  }

  #accept(socket: ClientSocket, options: ConnectionOptions): Connection {
    this.#heads++;
    this.#counting.attendance.changed();
    const connection = new Connection(socket, options);
    const used = this.#heads + this.#counting.admission.taken * DESCRIPTORS_PER_SESSION;
    if (used > this.#descriptorsMax) {
      const text = "Too many connections.";
      connection.respond({ status: 503, text, fields: [["Retry-After", "1"]] });
      const about = { connections: used };
      this.#counting.log.write("error", "too many connections (raise ulimit -n)", about);
    }
    if (used > this.#descriptorsScarce) socket.terminate();
    return connection;
  }
}

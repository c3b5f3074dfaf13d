// From a request to a session: the handshake is judged, the service started, the 101 sent, the two joined.

import { VERSION, type Config, LIMITS } from "../config.ts";
import { cgiEnvironment } from "../http/cgi-environment.ts";
import { judgeUpgradeBody } from "../http/request-parser.ts";
import type { RequestHead } from "../http/request.ts";
import type { PlainResponse } from "../http/response.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import type { Connection } from "../net/connection.ts";
import type { Ticker } from "../net/ticker.ts";
import { WebSocketClient, type WebSocketClientOptions } from "../net/websocket-client.ts";
import { launch, type Command } from "../service/launcher.ts";
import type { ServiceOptions, StderrListener } from "../service/process.ts";
import type { Readiness } from "../service/readiness.ts";
import type { EndCause } from "../session/endpoint.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import type { KeepaliveLimits } from "../session/keepalive.ts";
import { Session, type SessionListener } from "../session/session.ts";
import { DeflatePool } from "../websocket/deflate-pool.ts";
import {
  acceptResponse,
  judgeHandshake,
  type HandshakeAgreement,
  type HandshakePolicy,
} from "../websocket/handshake.ts";
import { PermessageDeflate } from "../websocket/permessage-deflate.ts";

export interface UpgraderOptions {
  readonly config: Config;
  readonly command: Command;
  readonly kernel: Kernel;
  readonly readiness: Readiness;
  readonly keepalive: KeepaliveLimits;
  readonly ticker: Ticker;
  readonly marks: QueueMarks;
  readonly sessionsMax: number;
  readonly log: Log;
  /** A session is gone. */
  readonly finished: () => void;
}

const RETRY_AFTER: readonly [string, string] = ["Retry-After", "1"];

/**
 * A handshake leaves some KiB of garbage. Left to itself the heap grows by it, and stays so: 1,000 idle sessions cost 19
 * KiB each, and 15 with a collection now and then, which takes 0.1 ms to start and runs beside us (bench/README.md).
 */
const SESSIONS_PER_COLLECTION = 128;

export class Upgrader {
  readonly sessions = new Set<Session>();
  readonly #options: UpgraderOptions;
  readonly #clientOptions: WebSocketClientOptions;
  readonly #serviceOptions: ServiceOptions;
  readonly #deflatePool: DeflatePool | null;
  readonly #handshakePolicy: HandshakePolicy;
  #lastId = 0;
  #stopping = false;

  constructor(options: UpgraderOptions) {
    const { config, kernel, readiness, marks } = options;
    this.#options = options;
    this.#serviceOptions = { kernel, readiness, marks, closeExtraMs: config.closeExtraMs };
    const { messageSizeMax } = config;
    this.#deflatePool =
      config.compress === "off" ? null : new DeflatePool(kernel, { messageSizeMax });
    // Where Bun does not let us keep contexts, none are agreed on.
    const compress = this.#deflatePool?.hasContext === false ? "on" : config.compress;
    this.#handshakePolicy = { ...config, compress };
    this.#clientOptions = {
      kernel,
      marks,
      protocol: {
        limits: { ...LIMITS, messageSizeMax },
        framing: config.framing,
        extension: null,
      },
      closeCodes: config.closeCodes,
      closeTimeoutMs: LIMITS.closeTimeoutMs,
      keepalive: options.keepalive,
      ticker: options.ticker,
    };
  }

  /** Ends every session, and lets no new one begin. */
  stop(): void {
    this.#stopping = true;
    for (const session of this.sessions) session.stop({ kind: "stopping" });
  }

  /** Answers a request: with a session, or with why not. */
  handle(connection: Connection, head: RequestHead, rest: Uint8Array): void {
    const verdict = judgeHandshake(head, this.#handshakePolicy);
    if ("status" in verdict) return this.#refuse(connection, head, verdict);
    const refusal = judgeUpgradeBody(head) ?? this.#busy();
    if (refusal !== null) return this.#refuse(connection, head, refusal);
    this.#start(connection, head, { rest, agreement: verdict });
  }

  #busy(): PlainResponse | null {
    const { sessionsMax } = this.#options;
    if (this.#stopping) {
      return { status: 503, text: "The server is stopping.", fields: [RETRY_AFTER] };
    }
    if (this.sessions.size >= sessionsMax) {
      const text = `All ${sessionsMax} sessions are in use (--maxforks).`;
      return { status: 429, text, fields: [RETRY_AFTER] };
    }
    return null;
  }

  #start(
    connection: Connection,
    head: RequestHead,
    at: { rest: Uint8Array; agreement: HandshakeAgreement },
  ): void {
    const { command, log } = this.#options;
    const record = new SessionRecord(this.#options, this.sessions, {
      id: ++this.#lastId,
      peer: connection.peer,
    });
    const environment = this.#environment(connection, head);
    environment["WEBSOCKET_PROTOCOL"] = at.agreement.subprotocol ?? "";
    const service = launch({ command, environment, stderr: record }, this.#serviceOptions);
    if ("transient" in service) {
      log.write("error", `Cannot start "${command.path}": ${service.text}`, { session: record.id });
      const status = service.transient ? 503 : 502;
      const text = "The program could not be started.";
      const fields = service.transient ? [RETRY_AFTER] : [];
      return this.#refuse(connection, head, { status, text, fields });
    }
    record.connected(head.target, service.pid);
    if (record.id % SESSIONS_PER_COLLECTION === 0) Bun.gc(false);
    connection.upgrade(acceptResponse(at.agreement), at.rest, (socket) => {
      const client = new WebSocketClient(socket, this.#clientOptionsFor(at.agreement));
      record.open(new Session(client, service, record));
      return client;
    });
  }

  #clientOptionsFor(agreement: HandshakeAgreement): WebSocketClientOptions {
    const options = this.#clientOptions;
    if (agreement.deflate === null || this.#deflatePool === null) return options;
    const { parameters } = agreement.deflate;
    const extension = new PermessageDeflate(options.kernel, {
      parameters,
      pool: this.#deflatePool,
      sizeMin: this.#options.config.compressMin,
    });
    return { ...options, protocol: { ...options.protocol, extension } };
  }

  #environment(connection: Connection, head: RequestHead): Record<string, string> {
    const variables = cgiEnvironment(head, {
      remoteAddress: connection.remoteAddress,
      remotePort: connection.remotePort,
      localPort: connection.localPort,
      serverSoftware: `websockd/${VERSION}`,
      uniqueId: Bun.randomUUIDv7(),
    });
    return { PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", ...variables };
  }

  #refuse(connection: Connection, head: RequestHead, response: PlainResponse): void {
    connection.respond(response);
    this.#options.log.write("access", "REFUSED", {
      peer: connection.peer,
      target: head.target,
      status: response.status,
      reason: response.text,
    });
  }
}

/** What is known of a session besides its two ends, and told to the log. */
class SessionRecord implements SessionListener, StderrListener {
  readonly id: number;
  readonly #peer: string;
  readonly #options: UpgraderOptions;
  readonly #sessions: Set<Session>;
  #session: Session | null = null;

  constructor(options: UpgraderOptions, sessions: Set<Session>, of: { id: number; peer: string }) {
    this.id = of.id;
    this.#peer = of.peer;
    this.#options = options;
    this.#sessions = sessions;
  }

  connected(target: string, pid: number): void {
    const fields = { session: this.id, peer: this.#peer, target, pid };
    this.#options.log.write("access", "CONNECT", fields);
  }

  open(session: Session): void {
    this.#session = session;
    this.#sessions.add(session);
    session.open();
  }

  stderrLine(text: string): void {
    this.#options.log.write("error", text, { session: this.id, stream: "stderr" });
  }

  finished(cause: EndCause): void {
    if (this.#session !== null) this.#sessions.delete(this.#session);
    const fields = { session: this.id, peer: this.#peer, reason: causeText(cause) };
    this.#options.log.write("access", "DISCONNECT", fields);
    this.#options.finished();
  }
}

/** For the log. */
function causeText(cause: EndCause): string {
  switch (cause.kind) {
    case "exit":
      return `exit ${cause.status}`;
    case "signal":
      return `signal ${cause.name}`;
    case "closed":
      return cause.code === undefined ? "closed by client" : `closed by client, code ${cause.code}`;
    case "gone":
      return "connection lost";
    case "silent":
      return "the client was silent for two intervals (--pingms)";
    case "stalled":
      return `the client read nothing for ${LIMITS.writeStallTimeoutMs / 1000} s`;
    case "violation":
      return `${cause.name}: ${cause.text}`;
    case "stopping":
      return "server stopping";
    case "no-memory":
      return "out of buffer memory (--buffer-memory)";
  }
}

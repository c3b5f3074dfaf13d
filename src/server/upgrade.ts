// From a request to a session: the handshake is judged, the service started, the 101 sent, the two joined.

import { VERSION, type Config, LIMITS } from "../config.ts";
import { cgiEnvironment } from "../http/cgi-environment.ts";
import type { RequestHead } from "../http/request.ts";
import type { PlainResponse } from "../http/response.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import type { Connection } from "../net/connection.ts";
import { WebSocketClient, type WebSocketClientOptions } from "../net/websocket-client.ts";
import { launch, type Command } from "../service/launcher.ts";
import type { Readiness } from "../service/readiness.ts";
import type { EndCause } from "../session/endpoint.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import { Session } from "../session/session.ts";
import { acceptResponse, judgeHandshake } from "../websocket/handshake.ts";

export interface UpgraderOptions {
  readonly config: Config;
  readonly command: Command;
  readonly kernel: Kernel;
  readonly readiness: Readiness;
  readonly marks: QueueMarks;
  readonly sessionsMax: number;
  readonly log: Log;
  /** A session is gone. */
  readonly finished: () => void;
}

const RETRY_AFTER: readonly [string, string] = ["Retry-After", "1"];

export class Upgrader {
  readonly sessions = new Set<Session>();
  readonly #options: UpgraderOptions;
  readonly #clientOptions: WebSocketClientOptions;
  #lastId = 0;
  #stopping = false;

  constructor(options: UpgraderOptions) {
    const { config, kernel, marks } = options;
    this.#options = options;
    this.#clientOptions = {
      kernel,
      marks,
      limits: { ...LIMITS, messageSizeMax: config.messageSizeMax },
      closeCodes: config.closeCodes,
      closeTimeoutMs: LIMITS.closeTimeoutMs,
      stallTimeoutMs: LIMITS.stallTimeoutMs,
    };
  }

  /** Ends every session, and lets no new one begin. */
  stop(): void {
    this.#stopping = true;
    for (const session of this.sessions) session.stop({ kind: "stopping" });
  }

  /** Answers a request: with a session, or with why not. */
  handle(connection: Connection, head: RequestHead, rest: Uint8Array): void {
    const verdict = judgeHandshake(head);
    if ("status" in verdict) return this.#refuse(connection, head, verdict);
    const busy = this.#busy();
    if (busy !== null) return this.#refuse(connection, head, busy);
    this.#start(connection, head, { rest, accept: verdict.accept });
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
    at: { rest: Uint8Array; accept: string },
  ): void {
    const { command, kernel, readiness, marks, config, log } = this.#options;
    const id = ++this.#lastId;
    const service = launch(command, this.#environment(connection, head), {
      kernel,
      readiness,
      marks,
      closeExtraMs: config.closeExtraMs,
      stderrLine: (text) => log.write("error", text, { session: id, stream: "stderr" }),
    });
    if ("transient" in service) {
      log.write("error", `Cannot start "${command.path}": ${service.text}`, { session: id });
      const status = service.transient ? 503 : 502;
      const text = "The program could not be started.";
      const fields = service.transient ? [RETRY_AFTER] : [];
      return this.#refuse(connection, head, { status, text, fields });
    }
    const { remoteAddress, remotePort } = connection;
    const peer = `${remoteAddress}:${remotePort}`;
    log.write("access", "CONNECT", { session: id, peer, target: head.target, pid: service.pid });
    connection.upgrade(acceptResponse(at.accept), at.rest, (socket) => {
      const client = new WebSocketClient(socket, this.#clientOptions);
      const session = new Session(client, service, {
        finished: (cause) => {
          this.sessions.delete(session);
          log.write("access", "DISCONNECT", { session: id, peer, reason: causeText(cause) });
          this.#options.finished();
        },
      });
      this.sessions.add(session);
      session.open();
      return client;
    });
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
      peer: `${connection.remoteAddress}:${connection.remotePort}`,
      target: head.target,
      status: response.status,
      reason: response.text,
    });
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
    case "violation":
      return `${cause.name}: ${cause.text}`;
    case "stopping":
      return "server stopping";
    case "no-memory":
      return "out of buffer memory (--buffer-memory)";
  }
}

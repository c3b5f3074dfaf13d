// From a request to a WebSocket: the handshake is judged, the program started, the 101 sent, the two joined.

import { LIMITS, type Config, type HeaderField } from "../config.ts";
import type { Permit } from "../http/gate-answer.ts";
import { judgeOrigin, originPolicy, type OriginPolicy } from "../http/origin.ts";
import type { RouteMatch } from "../http/route.ts";
import { judgeUpgradeBody } from "../http/request-parser.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Ticker } from "../net/ticker.ts";
import { WebSocketClient, type WebSocketClientOptions } from "../net/websocket-client.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import type { KeepaliveLimits } from "../session/keepalive.ts";
import type { Connection } from "../net/connection.ts";
import { Session } from "../session/session.ts";
import {
  acceptResponse,
  judgeHandshake,
  type HandshakeAgreement,
  type HandshakePolicy,
} from "../websocket/handshake.ts";
import type { Readiness } from "../descriptors/readiness.ts";
import type { Compression } from "./compression.ts";
import type { Exchange } from "./exchange.ts";
import type { Programs } from "./programs.ts";
import type { Starter } from "./starter.ts";

export interface UpgraderOptions {
  readonly config: Config;
  readonly programs: Programs;
  /** Null: no messages are compressed. */
  readonly compression: Compression | null;
  readonly starter: Starter;
  readonly kernel: Kernel;
  readonly keepalive: KeepaliveLimits;
  readonly ticker: Ticker;
  readonly marks: QueueMarks;
  readonly readiness: Readiness;
}

export class Upgrader {
  readonly #options: UpgraderOptions;
  readonly #clientOptions: WebSocketClientOptions;
  readonly #handshakePolicy: HandshakePolicy;
  readonly #fields: readonly HeaderField[];
  readonly #origin: OriginPolicy;

  constructor(options: UpgraderOptions) {
    const { config, compression, kernel, readiness, marks } = options;
    const { origin } = config.admission;
    this.#options = options;
    this.#origin = originPolicy(origin.allowed, origin);
    this.#fields = [...config.http.fields, ...config.http.upgradeFields];
    const { messageSizeMax } = config;
    // Where Bun does not let us keep contexts, none are agreed on.
    const compress = compression?.hasContext === false ? "on" : config.compress;
    this.#handshakePolicy = { ...config, compress };
    this.#clientOptions = {
      kernel,
      marks,
      protocol: {
        limits: { ...LIMITS, messageSizeMax },
        framing: config.pty?.mode === "terminal" ? "terminal" : config.framing,
        frameType: config.frameType,
        recordSizeMax: config.recordSizeMax,
        invalidUtf8: config.invalidUtf8,
        extension: null,
      },
      closeCodes: config.closeCodes,
      closeTimeoutMs: LIMITS.closeTimeoutMs,
      keepalive: options.keepalive,
      ticker: options.ticker,
      // Where pipes are asked at intervals, sockets are not to be.
      direct: readiness.hasBell ? { kernel, readiness } : null,
    };
  }

  /** Answers a request for a WebSocket at that path: with a session, or with why not. */
  handle(exchange: Exchange, { path, variables }: RouteMatch): void {
    const { connection, head, caller } = exchange;
    const { programs, starter } = this.#options;
    const verdict = judgeHandshake(head, this.#handshakePolicy);
    if ("status" in verdict) return starter.refuse(exchange, verdict);
    const asked = { head, isTls: caller.isTls };
    const refusal = judgeUpgradeBody(head) ?? judgeOrigin(asked, this.#origin);
    if (refusal !== null) return starter.refuse(exchange, refusal);
    starter.start({
      exchange,
      program: programs(path),
      word: "CONNECT",
      variables: { ...variables, WEBSOCKET_PROTOCOL: verdict.subprotocol ?? "" },
      join: (service, record, permit) => {
        connection.upgrade(this.#acceptance(verdict, permit), (socket) => {
          const client = new WebSocketClient(socket, this.#clientOptionsFor(verdict, connection));
          client.records = record;
          record.open(new Session(client, service, record), client);
          return client;
        });
      },
    });
  }

  /** A subprotocol that the gate chose stands for any that was set. */
  #acceptance(agreement: HandshakeAgreement, { fields, subprotocol }: Permit): string {
    const set = this.#fields;
    if (subprotocol === undefined) return acceptResponse(agreement, [...set, ...fields]);
    const others = set.filter(([name]) => name.toLowerCase() !== "sec-websocket-protocol");
    return acceptResponse({ ...agreement, subprotocol }, [...others, ...fields]);
  }

  #clientOptionsFor(agreement: HandshakeAgreement, { isTls }: Connection): WebSocketClientOptions {
    const plain = this.#clientOptions;
    const options = isTls ? { ...plain, direct: null } : plain;
    const { compression } = this.#options;
    if (agreement.deflate === null || compression === null) return options;
    const extension = compression.extensionFor(agreement.deflate.parameters);
    return { ...options, protocol: { ...options.protocol, extension } };
  }
}

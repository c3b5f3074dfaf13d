// --health: whether the server lives and is ready, and its figures, for whoever asks; nothing can be changed here.

import { splitTarget } from "../http/request-path.ts";
import type { RequestHead, RequestLimits } from "../http/request.ts";
import type { PlainResponse } from "../http/response.ts";
import { Connection, type ConnectionOptions } from "../net/connection.ts";
import { listen } from "../net/listener.ts";
import type { ClientSocket } from "../net/socket-user.ts";
import { exposition, EXPOSITION_TYPE, type BuildInfo } from "./exposition.ts";
import type { AdminSource } from "./source.ts";

export interface HealthListenerOptions {
  readonly at: { readonly hostname: string; readonly port: number };
  /** A socket that listens there already, our predecessor's; null: there is none. */
  readonly fd: number | null;
  readonly source: Pick<AdminSource, "isReady" | "look">;
  readonly build: BuildInfo;
  readonly limits: RequestLimits;
  readonly failed: (error: unknown) => void;
}

/**
 * Balancers and Prometheus ask once a second or less; each of their connections holds a descriptor of those kept free.
 * Strangers may come: at the bound, who has been there longest is cut, for who asks is gone in a millisecond.
 */
const CONNECTIONS_MAX = 64;
const HEAD_TIMEOUT_MS = 2000;
const WRITE_STALL_TIMEOUT_MS = 2000;
const NO_STORE = ["Cache-Control", "no-store"] as const;

export interface HealthListener {
  readonly url: string;
  readonly bound: { readonly hostname: string; readonly port: number };
  readonly descriptors: readonly number[];
  stop(): void;
  /** Resolves when nobody is connected, in seconds at most once it is stopped. */
  quiet(): Promise<void>;
}

/** Throws what Bun.listen throws. */
export function openHealthListener(options: HealthListenerOptions): HealthListener {
  const { at, fd, limits, failed } = options;
  const nothing = () => {};
  /** The oldest first. */
  const open = new Set<ClientSocket>();
  const quiet = Promise.withResolvers<void>();
  let isAwaited = false;
  const connectionOptions: ConnectionOptions = {
    isLocal: false,
    tlsOf: null,
    limits,
    headTimeoutMs: HEAD_TIMEOUT_MS,
    writeStallTimeoutMs: WRITE_STALL_TIMEOUT_MS,
    fields: [NO_STORE],
    request: (connection, head) => answer(connection, head, options),
    refused: nothing,
    abandoned: nothing,
    sending: nothing,
    sent: nothing,
    left: nothing,
  };
  const left = (socket: ClientSocket): void => {
    open.delete(socket);
    if (open.size === 0 && isAwaited) quiet.resolve();
  };
  const listener = listen({
    at: fd === null ? { hostname: at.hostname.replace(/^\[|\]$/g, ""), port: at.port } : { fd },
    proxied: null,
    secure: null,
    failed,
    accept(socket) {
      const [oldest] = open;
      if (open.size === CONNECTIONS_MAX) {
        open.delete(oldest!); // its end may be told later
        oldest!.terminate();
      }
      open.add(socket);
      return new Connection(socket, null, { ...connectionOptions, left: () => left(socket) });
    },
  });
  const { hostname, port, descriptors, stop } = listener;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `http://${host}:${port}/`,
    bound: { hostname, port },
    descriptors,
    stop,
    quiet() {
      isAwaited = true;
      return open.size === 0 ? Promise.resolve() : quiet.promise;
    },
  };
}

function answer(connection: Connection, head: RequestHead, of: HealthListenerOptions): void {
  const { method, target } = head;
  const { raw: path } = splitTarget(target);
  if (method !== "GET" && method !== "HEAD") {
    const text = "This is only read.";
    return connection.respond({ status: 405, text, fields: [["Allow", "GET, HEAD"]] });
  }
  if (path !== "/metrics") return connection.respond(shortAnswer(path, of.source.isReady));
  connection.hold();
  void tellFigures(connection, of).catch((error) => of.failed(error));
}

function shortAnswer(path: string, isReady: boolean): PlainResponse {
  if (path === "/livez") return { status: 200, text: "live" };
  if (path !== "/readyz") return { status: 404, text: "There is /metrics, /livez and /readyz." };
  return isReady ? { status: 200, text: "ready" } : { status: 503, text: "not ready" };
}

async function tellFigures(connection: Connection, of: HealthListenerOptions): Promise<void> {
  const { figures } = await of.source.look(0);
  if (!connection.isOpen) return;
  const text = exposition(figures, of.build).replace(/\n$/, "");
  connection.respond({ status: 200, text, contentType: EXPOSITION_TYPE });
}

// --admin: the operator's own door, where a server tells of itself.

import { splitHost } from "../http/pattern.ts";
import { isLoopback } from "../net/loopback.ts";
import { bindUnixSocket, judgeSocketPath } from "../net/unix-socket.ts";
import { exposition, EXPOSITION_TYPE, type BuildInfo } from "./exposition.ts";
import type { Figures } from "./figures.ts";

export interface AdminListenerOptions {
  readonly at: { readonly hostname: string; readonly port: number } | { readonly path: string };
  readonly source: AdminSource;
  readonly build: BuildInfo;
  readonly failed: (error: unknown) => void;
}

/** What there is to be told. */
export interface AdminSource {
  /** Who comes is let in: not yet, or not any more, when false. */
  readonly isReady: boolean;
  readonly figures: Figures;
}

export interface AdminListener {
  /** `http://127.0.0.1:9090/`, `unix:PATH`. */
  readonly url: string;
  /** Cuts whoever is there. */
  stop(): void;
}

/** Nothing that is asked here has a body. */
const BODY_SIZE_MAX = 1024;
/** The owner alone may connect. */
const SOCKET_MODE = 0o600;
const ANY_ADDRESS = /^(?:0\.0\.0\.0|\[?::\]?)$/;
const ADDRESS = /^(?:[0-9.]+|\[[0-9a-f:.]+\])$/;
/** Other sites' pages read nothing of it: no field of CORS is ever set. */
const FIELDS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Bun cuts a connection that says nothing for 10 s. Rejects with UnixSocketError, or what Bun.serve throws. */
export async function openAdminListener(options: AdminListenerOptions): Promise<AdminListener> {
  const { at } = options;
  const isHost = hostJudge(at);
  const common = {
    fetch: (request: Request) => answer(request, isHost, options),
    error(error: unknown) {
      options.failed(error);
      return plain(500, "A defect of the server: its log has it.");
    },
    maxRequestBodySize: BODY_SIZE_MAX,
    development: false, // sets SO_REUSEPORT unless told not to: a second server would share the port without a word
  } as const;
  if ("port" in at) {
    const hostname = at.hostname.replace(/^\[|\]$/g, "");
    const server = Bun.serve({ ...common, hostname, port: at.port, reusePort: false });
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    return { url: `http://${host}:${server.port}/`, stop: () => void server.stop(true) };
  }
  const { path } = at;
  await judgeSocketPath(path, "--admin");
  let server: { stop(isNow: boolean): unknown } | null = null;
  const owner = { path, mode: SOCKET_MODE, uid: -1, gid: -1 };
  const remove = bindUnixSocket(owner, (unix) => {
    server = Bun.serve({ ...common, unix });
  });
  return {
    url: `unix:${path}`,
    stop() {
      server?.stop(true);
      remove();
    },
  };
}

/**
 * A page whose name was made to point here (DNS rebinding) sends that name: only addresses, which cannot be made to point
 * anywhere, and localhost are let in, and what --admin itself names.
 */
export function hostJudge(at: AdminListenerOptions["at"]): (field: string | null) => boolean {
  const own = "hostname" in at ? at.hostname.toLowerCase().replace(/^\[|\]$/g, "") : "localhost";
  return (field) => {
    const { host } = splitHost(field ?? "");
    if (isLoopback(host) || host.replace(/^\[|\]$/g, "") === own) return true;
    return ANY_ADDRESS.test(own) && ADDRESS.test(host);
  };
}

function answer(
  request: Request,
  isHost: (field: string | null) => boolean,
  { source, build }: AdminListenerOptions,
): Response {
  const { method, headers } = request;
  if (!isHost(headers.get("host"))) {
    return plain(421, "Ask for this by the address of --admin, or by localhost.");
  }
  const { pathname } = new URL(request.url);
  if (!Object.hasOwn(PAGES, pathname)) return plain(404, "There is /metrics, /livez and /readyz.");
  if (method !== "GET" && method !== "HEAD") {
    return plain(405, "This is only read.", { Allow: "GET, HEAD" });
  }
  return PAGES[pathname]!(source, build);
}

const PAGES: Readonly<Record<string, (source: AdminSource, build: BuildInfo) => Response>> = {
  "/livez": () => plain(200, "live"),
  "/readyz": ({ isReady }) => (isReady ? plain(200, "ready") : plain(503, "not ready")),
  "/metrics": ({ figures }, build) =>
    new Response(exposition(figures, build), {
      headers: { ...FIELDS, "Content-Type": EXPOSITION_TYPE },
    }),
};

function plain(status: number, text: string, fields: Record<string, string> = {}): Response {
  const headers = { ...FIELDS, "Content-Type": "text/plain; charset=utf-8", ...fields };
  return new Response(`${text}\n`, { status, headers });
}

// --admin: the operator's own door, where a server tells of itself.

import { bindUnixSocket, judgeSocketPath } from "../net/unix-socket.ts";
import { exposition, EXPOSITION_TYPE, type BuildInfo } from "./exposition.ts";
import { liveView } from "./live-view.ts";
import { hostJudge, isSameOrigin, type AdminAddress } from "./same-origin.ts";
import type { AdminSource } from "./source.ts";
import { Viewers } from "./viewers.ts";

export interface AdminListenerOptions {
  readonly at: AdminAddress;
  readonly source: AdminSource;
  readonly build: BuildInfo;
  readonly failed: (error: unknown) => void;
  /** Our predecessor listens there, and leaves when we do. */
  readonly isTaken: boolean;
}

export interface AdminListener {
  /** `http://127.0.0.1:9090/`, `unix:PATH`. */
  readonly url: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  /** Cuts whoever is there. */
  stop(): void;
}

/** Nothing that is asked here has a body, and viewers say nothing. */
const BODY_SIZE_MAX = 1024;
const SAID_SIZE_MAX = 16;
/** Of snapshots that wait for a viewer: a few of the largest. */
const BACKLOG_MAX = 4 * 1024 * 1024;
/** The owner alone may connect. */
const SOCKET_MODE = 0o600;
/** By its number in the log, behind that of its worker where there are several. */
const END = /^\/sessions\/(?:([1-9][0-9]{0,2})-)?([1-9][0-9]{0,9})\/end$/;
/** Other sites' pages read nothing of it: no field of CORS is ever set. */
const FIELDS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

type Server = Bun.Server<undefined>;

/** Bun cuts a connection that says nothing for 10 s. Rejects with UnixSocketError, or what Bun.serve throws. */
export async function openAdminListener(options: AdminListenerOptions): Promise<AdminListener> {
  const { at, failed, isTaken } = options;
  const door = new Door(options);
  const common = {
    fetch: (request: Request, server: Server) => door.answer(request, server),
    error(error: unknown) {
      failed(error);
      return plain(500, "A defect of the server: its log has it.");
    },
    websocket: door.sockets,
    maxRequestBodySize: BODY_SIZE_MAX,
    development: false, // sets SO_REUSEPORT unless told not to: a second server would share the port without a word
  };
  if ("port" in at) {
    const hostname = at.hostname.replace(/^\[|\]$/g, "");
    const server = Bun.serve({ ...common, hostname, port: at.port, reusePort: isTaken });
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    const port = server.port!;
    return { url: `http://${host}:${port}/`, port, stop: () => door.close(server) };
  }
  const { path } = at;
  if (!isTaken) await judgeSocketPath(path, "--admin");
  let server: Server | null = null;
  const owner = { path, mode: SOCKET_MODE, uid: -1, gid: -1 };
  const remove = bindUnixSocket(owner, (unix) => {
    server = Bun.serve({ ...common, unix });
  });
  return {
    url: `unix:${path}`,
    port: 0,
    stop() {
      door.close(server!);
      remove();
    },
  };
}

class Door {
  readonly #options: AdminListenerOptions;
  readonly #isHost: (field: string | null) => boolean;
  readonly #viewers: Viewers;
  readonly #parts = liveView();
  readonly sockets: Bun.WebSocketHandler<undefined>;

  constructor(options: AdminListenerOptions) {
    this.#options = options;
    this.#isHost = hostJudge(options.at);
    const viewers = new Viewers({ ...options, version: options.build.version });
    this.#viewers = viewers;
    this.sockets = {
      open: (socket) => viewers.add(socket),
      message: (socket) => socket.close(1008, "nothing is to be said here"),
      close: (socket) => viewers.delete(socket),
      maxPayloadLength: SAID_SIZE_MAX,
      backpressureLimit: BACKLOG_MAX,
      closeOnBackpressureLimit: true,
    };
  }

  async answer(request: Request, server: Server): Promise<Response | undefined> {
    const { method, headers } = request;
    if (!this.#isHost(headers.get("host"))) {
      return plain(421, "Ask for this by the address of --admin, or by localhost.");
    }
    const { pathname } = new URL(request.url);
    const [, worker = "0", number] = END.exec(pathname) ?? [];
    if (number !== undefined) return this.#end(request, Number(number), Number(worker));
    if (method !== "GET" && method !== "HEAD") {
      return plain(405, "This is only read.", { Allow: "GET, HEAD" });
    }
    if (pathname === "/live") return this.#watch(request, server);
    return this.#tell(pathname);
  }

  close(server: Server): void {
    this.#viewers.stop();
    void server.stop(true);
  }

  async #tell(path: string): Promise<Response> {
    const { source, build } = this.#options;
    if (path === "/livez") return plain(200, "live");
    if (path === "/readyz") return source.isReady ? plain(200, "ready") : plain(503, "not ready");
    if (path === "/metrics") {
      const { figures } = await source.look(0);
      const headers = { ...FIELDS, "Content-Type": EXPOSITION_TYPE };
      return new Response(exposition(figures, build), { headers });
    }
    const part = this.#parts.get(path);
    if (part === undefined) return plain(404, "There is /, /metrics, /livez and /readyz.");
    return new Response(part.body, { headers: { ...FIELDS, ...part.fields } });
  }

  #watch(request: Request, server: Server): Response | undefined {
    if (!isSameOrigin(request)) return plain(403, "Only the page of this very server may watch.");
    if (!this.#viewers.hasRoom) return plain(503, "Enough are watching.", { "Retry-After": "10" });
    if (server.upgrade(request)) return undefined;
    return plain(426, "Here is a WebSocket.", { Upgrade: "websocket" });
  }

  async #end(request: Request, number: number, worker: number): Promise<Response> {
    if (request.method !== "POST") return plain(405, "POST ends it.", { Allow: "POST" });
    if (!isSameOrigin(request)) return plain(403, "Only the page of this very server may end it.");
    const wasThere = await this.#options.source.end(number, worker);
    return wasThere ? plain(200, "It is being ended.") : plain(404, "There is no such session.");
  }
}

function plain(status: number, text: string, fields: Record<string, string> = {}): Response {
  const headers = { ...FIELDS, "Content-Type": "text/plain; charset=utf-8", ...fields };
  return new Response(`${text}\n`, { status, headers });
}

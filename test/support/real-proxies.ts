// haproxy and nginx in front of a server: their sockets are opened here, so that the kernel chooses the ports.

import { existsSync } from "node:fs";
import { openLibc } from "../../src/libc.ts";
import { missing } from "./missing-peer.ts";
import type { TestDirectory } from "./server-directory.ts";
import { within } from "./server-deadline.ts";

const HAPROXY = "/usr/sbin/haproxy";
const NGINX = "/usr/sbin/nginx";
const STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so";

export const noHaproxy = missing("haproxy", existsSync(HAPROXY));
export const noNginx = missing(
  "nginx with streams",
  existsSync(NGINX) && existsSync(STREAM_MODULE),
);

/** The descriptor that a proxy finds its listening socket at. */
const HANDED = 3;
export const HAPROXY_BIND = `bind fd@${HANDED}`;

const libc = openLibc({
  dup: { args: ["i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
});

export interface RealProxy extends AsyncDisposable {
  readonly port: number;
  /** What it says, once it has ended. */
  readonly output: Promise<string>;
}

/** A socket that listens and that nobody accepts on: what connects meanwhile waits for who inherits it. */
function listeningSocket(): { port: number; fd: number } {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  const fd = libc.dup((listener as unknown as { fd: number }).fd);
  listener.stop();
  return { port, fd };
}

function start(
  words: readonly string[],
  { port, fd }: { port: number; fd: number },
  environment: Record<string, string> = {},
): RealProxy {
  const child = Bun.spawn([...words], {
    stdio: ["ignore", "pipe", "pipe", fd],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...environment },
  });
  libc.close(fd);
  const texts = [child.stdout, child.stderr].map((stream) =>
    new Response(stream as ReadableStream).text(),
  );
  const output = Promise.all(texts).then((both) => both.join(""));
  return {
    port,
    output,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM"); // both end at once
      await within(`the end of ${words[0]}`, child.exited);
    },
  };
}

/** Runs haproxy; the configuration has `HAPROXY_BIND`. */
export function startHaproxy(directory: TestDirectory, configuration: string): RealProxy {
  const socket = listeningSocket();
  const file = directory.write(`haproxy-${socket.port}.cfg`, configuration + "\n");
  return start([HAPROXY, "-db", "-f", file], socket);
}

/** Runs nginx; `configuration` makes its blocks for the address to listen on, or a whole file, which has `events`. */
export function startNginx(
  directory: TestDirectory,
  configuration: (address: string) => string,
): RealProxy {
  const socket = listeningSocket();
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const name = `nginx-${socket.port}`;
  const ours = folders.map(
    (folder) => `${folder}_temp_path ${directory.file(`${name}-${folder}`)};`,
  );
  const blocks = configuration(`127.0.0.1:${socket.port}`);
  const rest = [`load_module ${STREAM_MODULE};`, "worker_processes 1;", "events {}"];
  const text = [
    ...(/^events /m.test(blocks) ? [] : rest),
    "daemon off;",
    // A test's folder is its own user's.
    process.getuid?.() === 0 ? "user root;" : "",
    `pid ${directory.file(`${name}.pid`)};`,
    "error_log stderr;",
    blocks.replace(/^http \{$/m, ["http {", "access_log off;", ...ours].join("\n")),
  ].join("\n");
  const file = directory.write(`${name}.conf`, text + "\n");
  // nginx takes over the sockets that an nginx before it had: by their descriptors, and for the addresses that they have.
  return start([NGINX, "-c", file], socket, { NGINX: `${HANDED};` });
}

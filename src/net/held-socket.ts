// Listening sockets that are opened for other processes: here nobody accepts on them.

import { ptr } from "bun:ffi";
import { renameSync } from "node:fs";
import { lazyLibc } from "../libc.ts";
import type { Listener, ListenOptions } from "./listener.ts";

/** socket(7), fcntl(2), Linux's numbers. */
const SOL_SOCKET = 1;
const SO_REUSEPORT = 15;
const F_DUPFD_CLOEXEC = 1030;
/** Standard streams are not ours. */
const FIRST_FREE = 3;

const libc = lazyLibc({
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
});

/** Bun wants one; it is never called. */
const NO_HANDLERS = { data() {}, error() {} };

export interface HeldSocket {
  readonly fd: number;
  /** As of `Listener`. */
  readonly hostname: string;
  readonly port: number;
}

/** Binds and listens, or takes over a socket that listens. Throws what Bun.listen throws. */
export function hold(at: ListenOptions["at"], isShared = false): HeldSocket {
  if ("path" in at) return holdPath(at.path);
  if ("fd" in at) {
    const listener = Bun.listen({ fd: at.fd, socket: NO_HANDLERS });
    const own: { address?: string; port?: number } = {};
    listener.getsockname(own);
    return kept(listener, own.address ?? "", own.port ?? 0);
  }
  const listener = Bun.listen({ ...at, reusePort: isShared, socket: NO_HANDLERS });
  return kept(listener, listener.hostname, listener.port);
}

/** Bun removes the path that it bound when it stops: meanwhile the file is elsewhere. */
function holdPath(path: string): HeldSocket {
  const listener = Bun.listen({ unix: path, socket: NO_HANDLERS });
  const elsewhere = `${path}.held`;
  try {
    renameSync(path, elsewhere);
  } catch (error) {
    listener.stop(true);
    throw error;
  }
  const held = kept(listener, "", 0);
  renameSync(elsewhere, path);
  return held;
}

/**
 * Binds `count` sockets to one address: the kernel spreads connections over them (SO_REUSEPORT). The first is bound as if
 * it were alone and then made to share, so that an address that another server has is in use, as ever, even if that
 * server shares it with its own.
 */
export function holdSeveral(
  at: { readonly hostname: string; readonly port: number },
  count: number,
): readonly HeldSocket[] {
  const first = hold(at);
  const held = [first];
  try {
    allowSharing(first.fd);
    while (held.length < count) held.push(hold({ ...at, port: first.port }, true));
    return held;
  } catch (error) {
    for (const socket of held) release(socket);
    throw error;
  }
}

/** The address of a socket that is bound may be bound by others of this user, too. */
export function allowSharing(fd: number): void {
  const yes = new Int32Array([1]);
  libc().setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, ptr(yes), yes.byteLength);
}

export function release({ fd }: HeldSocket): void {
  libc().close(fd);
}

/** Bun's hold on the socket ends in the turn in which it began: no connection is accepted, and the socket listens on. */
function kept(
  listener: { readonly fd: number; stop(closesConnections: boolean): void },
  hostname: Listener["hostname"],
  port: number,
): HeldSocket {
  const fd = libc().fcntl(listener.fd, F_DUPFD_CLOEXEC, FIRST_FREE);
  listener.stop(true);
  if (fd < 0) throw Object.assign(new Error("no file descriptor left"), { code: "EMFILE" });
  return { fd, hostname, port };
}

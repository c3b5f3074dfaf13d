// Sockets that somebody else opened and handed down: what they are, and our hold on them.

import { ptr } from "bun:ffi";
import { fstatSync, openSync, type Stats } from "node:fs";
import { lazyLibc } from "../libc.ts";

/** socket(7), Linux's numbers. */
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_ACCEPTCONN = 30;
const SO_DOMAIN = 39;
const SOCK_STREAM = 1;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

/** fcntl(2). */
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC = 1030;
const FIRST_FREE = 3;

const libc = lazyLibc({
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  dup2: { args: ["i32", "i32"], returns: "i32" },
});

const value = new Int32Array(1);
const valueSize = new Uint32Array(1);

export interface SocketKind {
  /** Clients are accepted on it; else it is one client's connection. */
  readonly isListening: boolean;
  /** A Unix socket. */
  readonly isLocal: boolean;
}

/** Null when `fd` is no stream socket of a kind that is served. */
export function socketKind(fd: number): SocketKind | null {
  if (statOrNull(fd)?.isSocket() !== true) return null;
  const domain = socketOption(fd, SO_DOMAIN);
  if (domain === null || socketOption(fd, SO_TYPE) !== SOCK_STREAM) return null;
  if (domain !== AF_UNIX && domain !== AF_INET && domain !== AF_INET6) return null;
  return { isListening: socketOption(fd, SO_ACCEPTCONN) === 1, isLocal: domain === AF_UNIX };
}

/** No program is to inherit it in its turn. */
export function closeOnExec(fd: number): void {
  libc().fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/**
 * Takes the socket away from descriptor 0, and from 1 and 2 where they are the same, as inetd has it: nothing that is
 * printed may go to the client. They lead nowhere then. Returns its new descriptor.
 */
export function takeStandardInput(): number {
  const socket = statOrNull(0)?.ino;
  const taken = libc().fcntl(0, F_DUPFD_CLOEXEC, FIRST_FREE);
  const nowhere = openSync("/dev/null", "r+");
  for (const fd of [0, 1, 2]) if (statOrNull(fd)?.ino === socket) libc().dup2(nowhere, fd);
  return taken;
}

/** Null when it is closed. */
function statOrNull(fd: number): Stats | null {
  try {
    return fstatSync(fd);
  } catch {
    return null;
  }
}

function socketOption(fd: number, option: number): number | null {
  valueSize[0] = value.byteLength;
  const failed = libc().getsockopt(fd, SOL_SOCKET, option, ptr(value), ptr(valueSize));
  return failed === 0 ? value[0]! : null;
}

// The listening sockets of a server, and what is wrong when one cannot be had.

import { existsSync, readFileSync } from "node:fs";
import type { ListenConfig, UnixSocketConfig } from "../config-listen.ts";
import type { Listener, ListenOptions } from "../net/listener.ts";
import type { InheritedSocket } from "./inherited.ts";
import { boundTo, inodeOf, wishFor, type Legacy, type LegacySocket } from "./legacy.ts";

/** Thrown when a listening socket cannot be had; its message names the address and the remedy. */
export class ListenError extends Error {
  /** Somebody listens there already. */
  readonly isInUse: boolean;

  constructor(text: string, isInUse: boolean) {
    super(text);
    this.isInUse = isInUse;
  }
}

/** Whom a socket is for: clients by TCP, by the Unix socket, or those of the port that only redirects. */
export type Purpose = "clients" | "local" | "redirect";

export interface Opener {
  readonly scheme: "ws" | "wss";
  /** Throws what `listen` of net/listener.ts throws. */
  open(at: ListenOptions["at"], purpose: Purpose): Listener;
  /** All sockets of one address, which our predecessor had. */
  take(descriptors: readonly number[], purpose: Purpose): Listener;
  /** Takes over a connection. */
  adopt(fd: number, purpose: Purpose): Promise<void>;
}

export interface Listening {
  /** Where clients connect, for the announcement. */
  readonly urls: readonly string[];
  /** The port that TCP clients connect to; 0 without TCP. */
  readonly port: number;
  /** For a successor. */
  readonly legacy: readonly LegacySocket[];
  /** Stops accepting; connections go on. Twice does no harm. */
  stop(): void;
  /** The same where a successor accepts: the files of Unix sockets are its. */
  leave(): void;
}

interface Opened extends Pick<Listener, "stop"> {
  readonly legacy: LegacySocket;
  /** Takes its file away, if it has one. */
  readonly remove?: () => void;
}

export interface HandedDown {
  /** By who started us. */
  readonly sockets?: readonly InheritedSocket[];
  /** By our predecessor. */
  readonly legacy?: Legacy | null;
}

/**
 * Opens all sockets or none, and takes over those that were handed down. Rejects with ListenError. There is no waiting
 * between the first socket on which clients are accepted and the last.
 */
export async function listenAll(
  config: ListenConfig,
  opener: Opener,
  { sockets = [], legacy = null }: HandedDown = {},
): Promise<Listening> {
  const opened: Opened[] = [];
  const urls: string[] = [];
  let port = 0;
  const leave = () => {
    for (const listener of opened.splice(0)) listener.stop();
  };
  const stop = () => {
    for (const listener of opened.splice(0)) {
      listener.stop();
      listener.remove?.();
    }
  };
  const isAlone = sockets.length > 0 && !config.isAskedFor;
  const { unixSocket } = config;
  const openUnix = isAlone || unixSocket === null ? null : await unixOpener(unixSocket, legacy);
  try {
    for (const socket of sockets) {
      const purpose = purposeOf(socket);
      if (!socket.isListening) {
        await opener.adopt(socket.fd, purpose);
        continue;
      }
      const listener = opener.open({ fd: socket.fd, turn: socket.turn }, purpose);
      const { hostname, descriptors } = listener;
      const left = { ...NOT_ASKED_FOR, name: socket.name, descriptors };
      opened.push({ ...listener, legacy: left });
      if (purpose === "redirect") continue;
      port ||= listener.port;
      urls.push(socket.isLocal ? `unix:${hostname || socket.name}` : urlOf(listener, opener));
    }
    if (config.hasTcp && !isAlone) {
      const hostnames = config.addresses.length > 0 ? config.addresses : [anyAddress()];
      for (const hostname of hostnames) {
        const listener = listenAt({ hostname, port: config.port }, "clients", { opener, legacy });
        opened.push(listener);
        port = listener.port;
        urls.push(urlOf(listener, opener));
        if (config.redirectPort === null) continue;
        const at = { hostname, port: config.redirectPort };
        opened.push(listenAt(at, "redirect", { opener, legacy }));
      }
    }
    if (openUnix !== null) {
      opened.push(openUnix(opener));
      urls.push(`unix:${unixSocket!.path}`);
    }
  } catch (error) {
    stop();
    throw error;
  }
  return { urls, port, legacy: opened.map((of) => of.legacy), stop, leave };
}

const NOT_ASKED_FOR = { wish: null, bound: "", inode: 0 } as const;

/** One's name may say that it only sends plain HTTP on. */
function purposeOf({ name, isListening, isLocal }: InheritedSocket): Purpose {
  if (isLocal) return "local";
  return name === "redirect" && isListening ? "redirect" : "clients";
}

function urlOf({ hostname, port }: Listener, { scheme }: Opener): string {
  return `${scheme}://${urlHost(hostname)}:${port}/`;
}

function listenAt(
  at: { hostname: string; port: number },
  purpose: Purpose,
  { opener, legacy }: { opener: Opener; legacy: Legacy | null },
): Listener & Opened {
  const { hostname, port } = at;
  const taken = legacy?.take(at, purpose) ?? null;
  try {
    const listener =
      taken === null
        ? opener.open({ hostname: hostname.replace(/^\[|\]$/g, ""), port }, purpose)
        : opener.take(taken, purpose);
    const { descriptors } = listener;
    const wish = wishFor(at, purpose);
    const left = { wish, bound: boundTo(listener), name: "", inode: 0, descriptors };
    return { ...listener, legacy: left };
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    throw new ListenError(listenProblem(hostname, port, cause), cause.code === "EADDRINUSE");
  }
}

/** Waits for what tells that the path is free, or our predecessor's: the rest is done at once. Rejects with ListenError. */
async function unixOpener(
  config: UnixSocketConfig,
  legacy: Legacy | null,
): Promise<(opener: Opener) => Opened> {
  const unix = await import("../net/unix-socket.ts");
  const { path, mode } = config;
  const refuse = (error: unknown) => {
    if (error instanceof unix.UnixSocketError) return new ListenError(error.message, error.isInUse);
    if (error instanceof ListenError) return error;
    const { message } = error as Error;
    return new ListenError(`Cannot listen on ${path}: ${message} (see --unixsocket)`, false);
  };
  const taken = legacy?.take({ path }, "local") ?? null;
  if (taken === null) {
    await unix.judgeSocketPath(path).catch((error: unknown) => Promise.reject(refuse(error)));
  }
  return (opener) => {
    let listener: Listener | null = null;
    try {
      const wanted = { path, mode, ...ownerOf(config.owner) };
      const removeOwn =
        taken === null
          ? unix.bindUnixSocket(wanted, (temporary) => {
              listener = opener.open({ path: temporary }, "local");
            })
          : unix.takeUnixSocket(wanted);
      listener ??= opener.take(taken!, "local");
      const { descriptors, stop } = listener;
      const wish = wishFor({ path }, "local");
      const remove = () => {
        if (taken === null || legacy!.isOurs) removeOwn();
      };
      const left = { wish, bound: "", name: "", inode: inodeOf(path), descriptors };
      return { stop, remove, legacy: left };
    } catch (error) {
      (listener as Listener | null)?.stop();
      throw refuse(error);
    }
  };
}

/** `user`, `user:group` or `:group`, by name or number, as chown(1) takes them; a user alone keeps the group. */
export function ownerOf(owner: string): { uid: number; gid: number } {
  const [user = "", group = ""] = owner.split(":");
  return { uid: idOf("/etc/passwd", user), gid: idOf("/etc/group", group) };
}

/** passwd(5), group(5): the number is the third field of both. -1 for no name. */
function idOf(file: string, name: string): number {
  if (name === "") return -1;
  if (/^[0-9]+$/.test(name)) return Number(name);
  const line = readFileSync(file, "utf8")
    .split("\n")
    .find((row) => row.startsWith(`${name}:`));
  if (line !== undefined) return Number(line.split(":")[2]);
  throw new ListenError(`--unixsocket-owner: there is no "${name}" in ${file}`, false);
}

/** All addresses: `::` takes IPv4 as well, on a machine that has IPv6. */
function anyAddress(): string {
  return existsSync("/proc/net/if_inet6") ? "::" : "0.0.0.0";
}

function listenProblem(hostname: string, port: number, error: NodeJS.ErrnoException): string {
  const at = `${urlHost(hostname)}:${port}`;
  if (error.code === "EADDRINUSE")
    return `Cannot listen on ${at}: port ${port} is in use (choose another --port)`;
  if (error.code === "EADDRNOTAVAIL")
    return `Cannot listen on ${at}: this machine has no such address (see --address)`;
  if (error.code === "EACCES")
    return `Cannot listen on ${at}: permission denied (choose a --port from 1024 up)`;
  if (/^(?:[^:]+|\[.*\]):\d+$/.test(hostname))
    return `Cannot listen on ${hostname}: this is no address (the port goes into --port)`;
  return `Cannot listen on ${at}: ${error.message} (see --address and --port)`;
}

function urlHost(hostname: string): string {
  return hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
}

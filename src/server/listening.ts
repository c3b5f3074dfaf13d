// The listening sockets of a server, and what is wrong when one cannot be had.

import { existsSync, readFileSync } from "node:fs";
import type { ListenConfig, UnixSocketConfig } from "../config-listen.ts";
import type { Listener, ListenOptions } from "../net/listener.ts";
import type { InheritedSocket } from "./inherited.ts";

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
  /** Takes over a connection. */
  adopt(fd: number, purpose: Purpose): Promise<void>;
}

export interface Listening {
  /** Where clients connect, for the announcement. */
  readonly urls: readonly string[];
  /** The port that TCP clients connect to; 0 without TCP. */
  readonly port: number;
  /** Stops accepting; connections go on. */
  stop(): void;
}

type Stoppable = Pick<Listener, "stop">;

/** Opens all sockets or none, and takes over those that were handed down. Rejects with ListenError. */
export async function listenAll(
  config: ListenConfig,
  opener: Opener,
  inherited: readonly InheritedSocket[] = [],
): Promise<Listening> {
  const opened: Stoppable[] = [];
  const urls: string[] = [];
  let port = 0;
  const stop = () => {
    for (const listener of opened) listener.stop();
  };
  try {
    for (const socket of inherited) {
      const purpose = purposeOf(socket);
      if (!socket.isListening) {
        await opener.adopt(socket.fd, purpose);
        continue;
      }
      const listener = opener.open({ fd: socket.fd, turn: socket.turn }, purpose);
      opened.push(listener);
      if (purpose === "redirect") continue;
      port ||= listener.port;
      const { hostname } = listener;
      urls.push(socket.isLocal ? `unix:${hostname || socket.name}` : urlOf(listener, opener));
    }
    if (inherited.length > 0 && !config.isAskedFor) return { urls, port, stop };
    if (config.hasTcp) {
      const hostnames = config.addresses.length > 0 ? config.addresses : [anyAddress()];
      for (const hostname of hostnames) {
        const listener = listenAt({ hostname, port: config.port }, "clients", opener);
        opened.push(listener);
        port = listener.port;
        urls.push(urlOf(listener, opener));
        if (config.redirectPort === null) continue;
        opened.push(listenAt({ hostname, port: config.redirectPort }, "redirect", opener));
      }
    }
    if (config.unixSocket !== null) {
      opened.push(await listenAtPath(config.unixSocket, opener));
      urls.push(`unix:${config.unixSocket.path}`);
    }
  } catch (error) {
    stop();
    throw error;
  }
  return { urls, port, stop };
}

/** One's name may say that it only sends plain HTTP on. */
function purposeOf({ name, isListening, isLocal }: InheritedSocket): Purpose {
  if (isLocal) return "local";
  return name === "redirect" && isListening ? "redirect" : "clients";
}

function urlOf({ hostname, port }: Listener, { scheme }: Opener): string {
  return `${scheme}://${urlHost(hostname)}:${port}/`;
}

function listenAt(
  { hostname, port }: { hostname: string; port: number },
  purpose: Purpose,
  opener: Opener,
): Listener {
  try {
    return opener.open({ hostname: hostname.replace(/^\[|\]$/g, ""), port }, purpose);
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    throw new ListenError(listenProblem(hostname, port, cause), cause.code === "EADDRINUSE");
  }
}

async function listenAtPath(config: UnixSocketConfig, opener: Opener): Promise<Stoppable> {
  const { bindUnixSocket, judgeSocketPath, UnixSocketError } =
    await import("../net/unix-socket.ts");
  const { path, mode } = config;
  let listener: Listener | null = null;
  try {
    await judgeSocketPath(path);
    const remove = bindUnixSocket({ path, mode, ...ownerOf(config.owner) }, (temporary) => {
      listener = opener.open({ path: temporary }, "local");
    });
    return {
      stop() {
        listener?.stop();
        remove();
      },
    };
  } catch (error) {
    (listener as Listener | null)?.stop();
    if (error instanceof UnixSocketError) throw new ListenError(error.message, error.isInUse);
    if (error instanceof ListenError) throw error;
    const { message } = error as Error;
    throw new ListenError(`Cannot listen on ${path}: ${message} (see --unixsocket)`, false);
  }
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
  return `Cannot listen on ${at}: ${error.message} (see --address and --port)`;
}

function urlHost(hostname: string): string {
  return hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
}

// The listening sockets of a server, and what is wrong when one cannot be had.

import { existsSync } from "node:fs";
import type { ListenConfig } from "../config.ts";
import { listen, type Listener, type ListenOptions } from "../net/listener.ts";

/** Thrown when a listening socket cannot be had; its message names the address and the remedy. */
export class ListenError extends Error {
  /** Somebody listens there already. */
  readonly isInUse: boolean;

  constructor(text: string, isInUse: boolean) {
    super(text);
    this.isInUse = isInUse;
  }
}

export interface Accepting {
  readonly accept: ListenOptions["accept"];
  /** For connections to the port that only redirects. */
  readonly redirect: ListenOptions["accept"];
  readonly failed: ListenOptions["failed"];
}

export interface Listening {
  readonly listeners: readonly Listener[];
  /** Where clients connect, for the announcement. */
  readonly urls: readonly string[];
}

/** Opens all sockets or none. Throws ListenError. */
export function listenAll(config: ListenConfig, accepting: Accepting, scheme: string): Listening {
  const { accept, redirect, failed } = accepting;
  const hostnames = config.addresses.length > 0 ? config.addresses : [anyAddress()];
  const listeners: Listener[] = [];
  const urls: string[] = [];
  try {
    if (config.hasTcp) {
      for (const hostname of hostnames) {
        const listener = listenAt(hostname, config.port, { accept, failed });
        listeners.push(listener);
        urls.push(`${scheme}://${urlHost(listener.hostname)}:${listener.port}/`);
        if (config.redirectPort === null) continue;
        listeners.push(listenAt(hostname, config.redirectPort, { accept: redirect, failed }));
      }
    }
  } catch (error) {
    for (const listener of listeners) listener.stop();
    throw error;
  }
  return { listeners, urls };
}

function listenAt(
  hostname: string,
  port: number,
  options: Pick<ListenOptions, "accept" | "failed">,
): Listener {
  try {
    return listen({ hostname: hostname.replace(/^\[|\]$/g, ""), port, ...options });
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    throw new ListenError(listenProblem(hostname, port, cause), cause.code === "EADDRINUSE");
  }
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

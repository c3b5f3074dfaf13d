// Composition: the one room that sees all others makes them into a server.

import { existsSync, readFileSync } from "node:fs";
import { LIMITS, type Config } from "../config.ts";
import { CHUNK_SIZE_MAX, createKernel, SLAB_SIZE } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import { Connection, type ConnectionOptions } from "../net/connection.ts";
import { listen, type ClientSocket, type Listener } from "../net/listener.ts";
import { Ticker } from "../net/ticker.ts";
import type { Command } from "../service/launcher.ts";
import { Readiness } from "../service/readiness.ts";
import { lookIntervalMs } from "../session/keepalive.ts";
import type { Session } from "../session/session.ts";
import { Upgrader } from "./upgrade.ts";

/** The soft limit that systems give a process. */
const DESCRIPTORS_USUAL = 1024;
/** Descriptors of a session: the socket, three pipes, the process. */
const DESCRIPTORS_PER_SESSION = 5;
/** Kept free of sessions: listeners, the log, the runtime, pipes in the making, and connections that are no session. */
const DESCRIPTORS_RESERVED = 256;
/** Of few descriptors no more than this part is kept free. */
const RESERVED_SHARE = 1 / 4;
/** A session has 256 bytes in the kernel's 4 GiB. Descriptors may be a thousand million (containers). */
const SESSIONS_MAX = 1_000_000;
/** What a session can hold beyond the budget before its pauses take hold: a chunk each way, framed, and a record. */
const SLABS_BEYOND_BUDGET = (3 * CHUNK_SIZE_MAX) / SLAB_SIZE + 2;
/** WebAssembly's 4 GiB, less room for the kernel's other regions. */
const SLABS_MAX = 60_000;

export interface Server {
  /** ws:// URLs, one for each listening socket. */
  readonly urls: readonly string[];
  /**
   * Stops accepting, closes every client with 1001, ends every service; resolves when all are gone. What is left after
   * `timeoutMs` is ended at once.
   */
  stop(timeoutMs: number): Promise<void>;
  /** Kills every service, without waiting for anything. */
  kill(): void;
}

/** Thrown when a listening socket cannot be had; its message names the address and the remedy. */
export class ListenError extends Error {}

export async function startServer(config: Config, command: Command, log: Log): Promise<Server> {
  const descriptors = descriptorLimit();
  const reserved = Math.min(DESCRIPTORS_RESERVED, Math.floor(descriptors * RESERVED_SHARE));
  const sessionsBearable = Math.floor((descriptors - reserved) / DESCRIPTORS_PER_SESSION);
  const sessionsMax = Math.max(1, Math.min(config.sessionsMax || SESSIONS_MAX, sessionsBearable));
  if (sessionsMax < config.sessionsMax) {
    const text = `only ${sessionsMax} sessions fit into ${descriptors} file descriptors (raise ulimit -n)`;
    log.write("info", text, { maxforks: config.sessionsMax });
  }
  const slabsBudget = Math.ceil(config.bufferMemory / SLAB_SIZE);
  const slabs = Math.min(slabsBudget + sessionsMax * SLABS_BEYOND_BUDGET, SLABS_MAX);
  const kernel = createKernel({ slabBytes: slabs * SLAB_SIZE, sessionsMax });
  const failed = (error: unknown) => {
    log.write("error", `defect: ${error instanceof Error ? error.stack : String(error)}`);
  };
  const readiness = await Readiness.create({ failed });
  if (!readiness.hasBell)
    log.write(
      "info",
      "Bun cannot be woken for pipes here: they are asked every millisecond (no /proc?)",
    );
  const keepalive = { ...LIMITS, pingIntervalMs: config.pingIntervalMs };
  const ticker = new Ticker({ roundMs: lookIntervalMs(keepalive), failed });
  let idle: (() => void) | null = null;
  const upgrader = new Upgrader({
    config,
    command,
    kernel,
    readiness,
    keepalive,
    ticker,
    marks: { high: config.queueHigh, low: config.queueHigh / 4, slabsScarce: slabsBudget },
    sessionsMax,
    log,
    finished: () => {
      if (upgrader.sessions.size === 0) idle?.();
    },
  });
  const gate = new ConnectionGate(upgrader, { descriptors, reserved }, log);
  let listeners: readonly Listener[];
  try {
    listeners = listenAll(config, gate, failed);
  } catch (error) {
    readiness.close(); // its bell would keep the process alive
    throw error;
  }
  ticker.start();
  return {
    urls: listeners.map(({ hostname, port }) => `ws://${urlHost(hostname)}:${port}/`),
    async stop(timeoutMs) {
      for (const listener of listeners) listener.stop();
      const gone = new Promise<void>((resolve) => (idle = resolve));
      upgrader.stop();
      const deadline = setTimeout(() => destroyAll(upgrader.sessions), timeoutMs);
      if (upgrader.sessions.size > 0) await gone;
      clearTimeout(deadline);
      ticker.close();
      readiness.close();
    },
    kill() {
      for (const session of upgrader.sessions) session.service.destroy();
    },
  };
}

function destroyAll(sessions: Iterable<Session>): void {
  for (const { client, service } of sessions) {
    client.destroy();
    service.destroy();
  }
}

/** Counts connections, so that descriptors never run out: at the bound, the next is told so and closed. */
class ConnectionGate {
  /** Used above this, a connection is told so; above `#descriptorsScarce`, it is cut without a word. */
  readonly #descriptorsMax: number;
  readonly #descriptorsScarce: number;
  readonly #upgrader: Upgrader;
  readonly #log: Log;
  readonly #options: ConnectionOptions;
  #heads = 0;

  constructor(upgrader: Upgrader, of: { descriptors: number; reserved: number }, log: Log) {
    this.#upgrader = upgrader;
    this.#descriptorsMax = of.descriptors - of.reserved;
    this.#descriptorsScarce = of.descriptors - of.reserved / 2;
    this.#log = log;
    this.#options = {
      limits: LIMITS,
      headTimeoutMs: LIMITS.headTimeoutMs,
      request: (connection, head, rest) => upgrader.handle(connection, head, rest),
      refused: (connection, { status, text }) => {
        log.write("access", "REFUSED", { peer: connection.peer, status, reason: text });
      },
      abandoned: (connection, begun) => {
        // A connection without a byte is what a health check makes, every second.
        const reason = "closed by the peer before its request was whole";
        log.write(begun ? "access" : "debug", "ABANDONED", { peer: connection.peer, reason });
      },
      left: () => this.#heads--,
    };
  }

  accept(socket: ClientSocket): Connection {
    this.#heads++;
    const connection = new Connection(socket, this.#options);
    const used = this.#heads + this.#upgrader.sessions.size * DESCRIPTORS_PER_SESSION;
    if (used > this.#descriptorsMax) {
      const text = "Too many connections.";
      connection.respond({ status: 503, text, fields: [["Retry-After", "1"]] });
      this.#log.write("error", "too many connections (raise ulimit -n)", { connections: used });
    }
    if (used > this.#descriptorsScarce) socket.terminate();
    return connection;
  }
}

function listenAll(
  config: Config,
  gate: ConnectionGate,
  failed: (error: Error) => void,
): Listener[] {
  const hostnames = config.addresses.length > 0 ? config.addresses : [anyAddress()];
  const listeners: Listener[] = [];
  for (const hostname of hostnames) {
    try {
      listeners.push(
        listen({
          hostname: hostname.replace(/^\[|\]$/g, ""),
          port: config.port,
          accept: (socket) => gate.accept(socket),
          failed,
        }),
      );
    } catch (error) {
      for (const listener of listeners) listener.stop();
      throw new ListenError(listenProblem(hostname, config.port, error as NodeJS.ErrnoException));
    }
  }
  return listeners;
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

/** RLIMIT_NOFILE as it is now (Bun raises the soft limit to the hard one), proc(5). */
function descriptorLimit(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "latin1");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? DESCRIPTORS_USUAL);
  } catch {
    return DESCRIPTORS_USUAL; // no /proc
  }
}

// What /proc tells of processes: state, parent, session and memory (proc(5)).

import { readdirSync, readFileSync } from "node:fs";

export interface ProcessState {
  readonly pid: number;
  /** argv[0] cut to 15 bytes, as the kernel has it. */
  readonly name: string;
  /** R, S, D, Z ... */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** Null when there is no such process, not even a zombie. */
export function processState(pid: number): ProcessState | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null; // ENOENT, or ESRCH when it went just now
  }
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")"); // the name itself may hold parentheses
  const [state = "", parent, group, session] = text.slice(close + 2).split(" ");
  return {
    pid,
    name: text.slice(open + 1, close),
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
  };
}

/** True while the process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  const state = processState(pid);
  return state !== null && state.state !== "Z";
}

/** All processes now, zombies too. */
export function processes(): ProcessState[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processState(Number(name)))
    .filter((state) => state !== null);
}

/** The children of `pid`, zombies too. */
export function childrenOf(pid: number): ProcessState[] {
  return processes().filter(({ parent }) => parent === pid);
}

/** Resident memory in bytes, without what the page cache holds of files that are mapped. */
export function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const anonymous = Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN);
  const shared = Number(/^RssShmem:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  return (anonymous + shared) * 1024;
}

/** The file descriptors that `pid` holds, by what they lead to. */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/**
 * True when a socket of this machine listens on that TCP port. Asked of the kernel, not by connecting: after a refused
 * Bun.connect, Bun 1.4.5 at times loses the end of another stream of the same process.
 */
export function isListening(port: number): boolean {
  return tcpSockets().some(({ local, state }) => local === port && state === TCP_LISTEN);
}

/** Bytes that a client with this port has sent over IPv4 and its peer on this machine has not read; -1: no such peer. */
export function unreadFrom(port: number): number {
  return tcpSockets().find(({ remote }) => remote === port)?.unread ?? -1;
}

const TCP_LISTEN = 0x0a;

/** proc(5), /proc/net/tcp: ports, state, and bytes in the receive queue. */
function tcpSockets() {
  const portOf = (address: string) => parseInt(address.split(":")[1]!, 16);
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((file) => readFileSync(file, "latin1").trim().split("\n").slice(1))
    .map((row) => row.trim().split(/\s+/))
    .map(([, local = "", remote = "", state = "", queues = ""]) => ({
      local: portOf(local),
      remote: portOf(remote),
      state: parseInt(state, 16),
      unread: parseInt(queues.split(":")[1]!, 16),
    }));
}

/** For the report of a failure. */
export function describe(found: readonly ProcessState[]): string {
  return found.map(({ pid, name, state }) => `${pid} (${name}) ${state}`).join(", ");
}

/** True while a process of the group of `leader` lives. */
export function isGroupAlive(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}

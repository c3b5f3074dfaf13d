// What this machine bears: descriptors, processes and memory, for the patterns with many connections.
import { readFileSync } from "node:fs";
import type { Pattern } from "./patterns/pattern.ts";
import type { Server } from "./servers/server.ts";

export type Machine = {
  /** A process may have so many descriptors at most. */
  readonly descriptors: number;
  /** Process ids that there are. */
  readonly processes: number;
  readonly availableKibibytes: number;
};

/** Beside those of its sessions. */
const DESCRIPTORS_OF_A_SERVER = 64;
/** A program such as `cat`, its pipes and its sockets, with what a server keeps for it: far above what was seen. */
const KIBIBYTES_OF_A_SESSION = 1024;

export function thisMachine(): Machine {
  const limits = readFileSync("/proc/self/limits", "latin1");
  const memory = readFileSync("/proc/meminfo", "latin1");
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return {
    descriptors: hard === "unlimited" ? Infinity : Number(hard),
    processes: Number(readFileSync("/proc/sys/kernel/pid_max", "latin1")),
    availableKibibytes: Number(/^MemAvailable:\s+(\d+) kB/m.exec(memory)?.[1] ?? Infinity),
  };
}

/** Why a pattern is too much for it, with the remedy; undefined when it is not. */
export function tooMuch(pattern: Pattern, server: Server, machine: Machine): string | undefined {
  const { connections } = pattern;
  const descriptors = connections * server.descriptorsPerSession + DESCRIPTORS_OF_A_SERVER;
  if (descriptors > machine.descriptors) {
    return `it needs ${descriptors} descriptors, and a process may have ${machine.descriptors} (ulimit -Hn)`;
  }
  if (2 * connections > machine.processes) {
    return `it needs ${connections} processes, and there are ${machine.processes} ids (kernel.pid_max)`;
  }
  const kibibytes = connections * KIBIBYTES_OF_A_SESSION;
  if (kibibytes > machine.availableKibibytes) {
    return `it may need ${kibibytes} KiB, and ${machine.availableKibibytes} are free`;
  }
  return undefined;
}

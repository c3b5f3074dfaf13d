// What the machine bears: how many sessions its descriptors allow, and what kernel memory they need.

import type { Config } from "../config.ts";
import { CHUNK_SIZE_MAX, SLAB_SIZE } from "../kernel/kernel.ts";
import { ownLimit } from "../service/resource-limits.ts";

/** The soft limit that systems give a process. */
const DESCRIPTORS_USUAL = 1024;
/** Descriptors of a session: the socket, three pipes, the process. */
export const DESCRIPTORS_PER_SESSION = 5;
/** Of a program that waits: the same without the socket. */
const DESCRIPTORS_PER_SPARE = 4;
/** Of the descriptors: what waits must leave most to those who came. */
const SPARES_SHARE = 1 / 2;
/** Kept free of sessions: listeners, the log, the runtime, pipes in the making, and connections that are no session. */
const DESCRIPTORS_RESERVED = 256;
/** Of few descriptors no more than this part is kept free. */
const RESERVED_SHARE = 1 / 4;
/** A session has 256 bytes in the kernel's 4 GiB. Descriptors may be a thousand million (containers). */
const SESSIONS_MAX = 1_000_000;
/**
 * What a session can hold beyond the budget before its pauses take hold: a chunk in, one out, which is three times as
 * long when faults in it are replaced, and a record each way.
 */
const SLABS_BEYOND_BUDGET = (4 * CHUNK_SIZE_MAX) / SLAB_SIZE + 3;
/** WebAssembly's 4 GiB, less room for the kernel's other regions. */
const SLABS_MAX = 60_000;

export interface Bounds {
  readonly descriptors: number;
  /** Of those, how many sessions must leave free. */
  readonly reserved: number;
  readonly sessionsMax: number;
  /** Programs that wait for a client, and the descriptors that they hold. */
  readonly spares: number;
  readonly heldBySpares: number;
  /** Slabs that all queues may have lent before sources pause. */
  readonly slabsBudget: number;
  /** Slabs that there are. */
  readonly slabs: number;
  /** Why sessionsMax, or spares, are less than was asked for. */
  readonly problem: string | null;
}

/** Programs that are to wait for a client, of COMMAND and of all routes. */
export function preforkTotal({ prefork, routes }: Pick<Config, "prefork" | "routes">): number {
  return routes.reduce((count, { config }) => count + config.prefork.count, prefork.count);
}

export function boundsOf(
  config: Pick<Config, "admission" | "bufferMemory" | "prefork" | "routes">,
): Bounds {
  const descriptors = descriptorLimit();
  const reserved = Math.min(DESCRIPTORS_RESERVED, Math.floor(descriptors * RESERVED_SHARE));
  const wanted = config.admission.sessionsMax;
  const sparesBearable = ((descriptors - reserved) * SPARES_SHARE) / DESCRIPTORS_PER_SPARE;
  const sparesWanted = Math.min(preforkTotal(config), wanted || SESSIONS_MAX);
  const spares = Math.min(sparesWanted, Math.floor(sparesBearable));
  const heldBySpares = spares * DESCRIPTORS_PER_SPARE;
  const forSessions = descriptors - reserved - heldBySpares;
  const bearable = Math.floor(forSessions / DESCRIPTORS_PER_SESSION);
  const sessionsMax = Math.max(1, Math.min(wanted || SESSIONS_MAX, bearable));
  const slabsBudget = Math.ceil(config.bufferMemory / SLAB_SIZE);
  const problem =
    sessionsMax < wanted || spares < sparesWanted
      ? `only ${sessionsMax} sessions${spares > 0 ? ` and ${spares} spare programs` : ""} fit into ${descriptors} file descriptors (raise ulimit -n)`
      : null;
  const slabs = Math.min(slabsBudget + sessionsMax * SLABS_BEYOND_BUDGET, SLABS_MAX);
  return {
    descriptors,
    reserved,
    sessionsMax,
    spares,
    heldBySpares,
    slabsBudget,
    slabs,
    problem,
  };
}

/** RLIMIT_NOFILE as it is now: Bun raises the soft limit to the hard one. */
function descriptorLimit(): number {
  const { soft } = ownLimit("nofile");
  return Number.isFinite(soft) ? soft : DESCRIPTORS_USUAL;
}

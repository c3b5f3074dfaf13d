// The limits of a process (getrlimit(2)): their numbers, ours, and the usual number of descriptors for programs.

import { ptr } from "bun:ffi";
import { openLibc } from "../libc.ts";

/** By the names that prlimit(1) has for them; asm-generic/resource.h, the same on x86-64 and AArch64. */
export const LIMIT_NUMBERS: Readonly<Record<string, number>> = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
};

/** `Infinity`: unlimited. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

const INFINITE = 2n ** 64n - 1n;
const F_DUPFD_CLOEXEC = 1030;

const libc = openLibc({
  prlimit: { args: ["i32", "i32", "ptr", "ptr"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
});

const found = new BigUint64Array(2);

/** Our own limit. */
export function ownLimit(name: string): Limit {
  libc.prlimit(0, LIMIT_NUMBERS[name]!, null, ptr(found));
  const [soft, hard] = [...found].map((value) => (value === INFINITE ? Infinity : Number(value)));
  return { soft: soft!, hard: hard! };
}

/**
 * The soft limit that systems give a process: what waits by select(2) bears no more, and some programs close every
 * descriptor up to it when they start. Bun raises its own to the hard limit, and children inherit that.
 */
const DESCRIPTORS_USUAL = 1024n;
/** Bun opens one for each process and one for /dev/null; its other threads may take some meanwhile. */
const DESCRIPTORS_NEEDED = 4;

const raised = new BigUint64Array(2);
libc.prlimit(0, LIMIT_NUMBERS["nofile"]!, null, ptr(raised));
const usual = new BigUint64Array(raised);
if (usual[0]! > DESCRIPTORS_USUAL) usual[0] = DESCRIPTORS_USUAL;
const isRaised = usual[0] !== raised[0];
const probes = new Int32Array(DESCRIPTORS_NEEDED);
/** poll(2): a struct pollfd is the descriptor, and the bits that are asked for and those that are found, 16 each. */
const highest = new Int32Array(2 * DESCRIPTORS_NEEDED);
for (let i = 0; i < DESCRIPTORS_NEEDED; i++) highest[2 * i] = Number(usual[0]) - 1 - i;
const POLLNVAL_FOUND = 0x20 << 16;

/**
 * Starts a program with the usual soft limit of descriptors. `spawn` is synchronous, so the limit can be lowered around
 * it for ourselves, and the child has it from its first instruction: 1 us. But Bun then needs a free descriptor below
 * it; where there is none, the child's limit is lowered just after its exec instead.
 */
export function withUsualDescriptors<Child extends { readonly pid: number }>(
  spawn: () => Child,
): Child {
  if (!isRaised) return spawn();
  if (!hasRoom()) {
    const child = spawn();
    libc.prlimit(child.pid, LIMIT_NUMBERS["nofile"]!, ptr(usual), null);
    return child;
  }
  libc.prlimit(0, LIMIT_NUMBERS["nofile"]!, ptr(usual), null);
  try {
    return spawn();
  } finally {
    libc.prlimit(0, LIMIT_NUMBERS["nofile"]!, ptr(raised), null);
  }
}

/**
 * The kernel gives the lowest descriptors that are free: whether enough of them are below the limit. The highest of those
 * mostly are, which one call says.
 */
function hasRoom(): boolean {
  return areHighestFree() || areLowestBelow();
}

/** poll(2) says POLLNVAL of a descriptor that is not open. */
function areHighestFree(): boolean {
  if (libc.poll(ptr(highest), DESCRIPTORS_NEEDED, 0) !== DESCRIPTORS_NEEDED) return false;
  for (let i = 0; i < DESCRIPTORS_NEEDED; i++) {
    if ((highest[2 * i + 1]! & POLLNVAL_FOUND) === 0) return false;
  }
  return true;
}

function areLowestBelow(): boolean {
  let last = 0;
  for (let i = 0; i < DESCRIPTORS_NEEDED; i++) probes[i] = last = duplicate();
  for (const fd of probes) if (fd >= 0) libc.close(fd);
  return last >= 0 && last < Number(usual[0]);
}

/** -1: there is none left, or no stderr. */
function duplicate(): number {
  return libc.fcntl(2, F_DUPFD_CLOEXEC, 0);
}

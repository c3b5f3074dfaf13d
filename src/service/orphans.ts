// Processes whose parents died: they come to us, are reaped when they end, and are told of when their program left them.

import { ptr } from "bun:ffi";
import { readFileSync } from "node:fs";
import { openLibc } from "../libc.ts";

// A process that leaves its group and its parent, as a daemon does, outlives its session. As process 1 of a container,
// or as a "child subreaper" (prctl(2)), we become its parent. So its end must be waited for here; and it can be known.

const PR_SET_CHILD_SUBREAPER = 36;
/** wait(2). */
const P_ALL = 0;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
/** siginfo_t: si_pid, in 32-bit words from its begin. */
const INFO_PID = 4;
/** proc(5), /proc/PID/stat: fields, counted from the state. */
export const STAT_GROUP = 2;
export const STAT_SESSION = 3;
const STAT_START = 19;
/** Reaped in one turn; the rest waits for the next. */
const REAPED_MAX = 1000;
/** No look sooner than so after the last: a look reads /proc. */
const LOOK_INTERVAL_MS = 100;

const libc = openLibc({
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
  waitid: { args: ["i32", "u32", "ptr", "i32"], returns: "i32" },
  waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  kill: { args: ["i32", "i32"], returns: "i32" },
});

export interface Orphan {
  readonly pid: number;
  /** What it was started as, as far as it says. */
  readonly command: string;
}

/** Processes that Bun started and waits for. */
const children = new Set<number>();
/** Groups that are still to be ended by those who began them, whether or not their leaders live. */
const groups = new Set<number>();
/** The names of their cgroups, where they have some. */
const cgroups = new Set<string>();
const info = new Int32Array(32);
/** Those that were told of, while they live. */
let told = new Set<number>();
let report: ((orphan: Orphan) => void) | null = null;
let timer: ReturnType<typeof setTimeout> | null = null;
let lookedAt = -Infinity;
let ledger: GroupLedger | null = null;

/**
 * From now on orphans are ours: whoever starts a process by other means than `spawnContained` must tell `startedChild`,
 * or its exit status is lost. `leftBehind` hears, once of each, of processes that their programs left.
 */
export function adoptOrphans(leftBehind: (orphan: Orphan) => void): void {
  report = leftBehind;
  libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  process.on("SIGCHLD", reap);
  reap(); // as process 1 we may have some already
}

export function startedChild(pid: number): void {
  children.add(pid);
}

/** Bun has waited for it: what it hid from us is to be seen now. */
export function endedChild(pid: number): void {
  children.delete(pid);
  if (report !== null) reap();
}

/** Hears of groups while they are to be ended: for somebody who ends them should we die. */
export interface GroupLedger {
  /** A process is about to be started, which leads a group of its own; its number is not known yet. */
  starting(): void;
  /** It was not. */
  notStarted(): void;
  begin(leader: number): void;
  end(leader: number): void;
}

export function keepLedger(of: GroupLedger): void {
  ledger = of;
}

/** Before a process is started, and when that failed; else `beginGroup` follows. */
export function startingChild(): void {
  ledger?.starting();
}

export function notStartedChild(): void {
  ledger?.notStarted();
}

/** `leader` leads a group and a session whose members are no orphans, nor are those of its cgroup, named so. */
export function beginGroup(leader: number, cgroup: string | null): void {
  groups.add(leader);
  if (cgroup !== null) cgroups.add(cgroup);
  ledger?.begin(leader);
}

export function endGroup(leader: number, cgroup: string | null): void {
  groups.delete(leader);
  if (cgroup !== null) cgroups.delete(cgroup);
  ledger?.end(leader);
}

/** kill(2) with 0, which only asks: whether `leader`'s group has a member that we may signal. process.kill throws if not. */
export function isGroupThere(leader: number): boolean {
  return libc.kill(-leader, 0) === 0;
}

/** Waits for all that have ended, but for Bun's: of those it only looks at the first, which Bun will be told of. */
function reap(): void {
  for (let i = 0; i < REAPED_MAX; i++) {
    info[INFO_PID] = 0; // waitid leaves it alone when nobody has ended
    if (libc.waitid(P_ALL, 0, ptr(info), WEXITED | WNOHANG | WNOWAIT) !== 0) return;
    const pid = info[INFO_PID]!;
    if (pid === 0 || children.has(pid)) return;
    libc.waitpid(pid, null, WNOHANG);
  }
  setImmediate(reap);
}

/** Tells of processes that were left behind, now or a little later. */
export function lookForOrphans(): void {
  if (report === null || timer !== null || !hasChildren()) return;
  const waitMs = LOOK_INTERVAL_MS - (performance.now() - lookedAt);
  if (waitMs <= 0) return look();
  timer = setTimeout(look, waitMs);
  timer.unref();
}

/** Whether there is any process whose end is ours to wait for: Bun's, or an orphan. */
function hasChildren(): boolean {
  const isThere = libc.waitid(P_ALL, 0, ptr(info), WEXITED | WNOHANG | WNOWAIT) === 0;
  if (!isThere) told.clear(); // those that we told of are gone
  return isThere;
}

function look(): void {
  timer = null;
  lookedAt = performance.now();
  const seen = new Set<number>();
  for (const pid of adoptedChildren()) {
    const orphan = orphanOf(pid);
    if (orphan === null) continue;
    seen.add(pid);
    if (!told.has(pid)) report?.(orphan);
  }
  told = seen;
}

/**
 * Children of ours that we did not start: orphans come to the first thread. Who is in our own group is none: it is the
 * successor of our successor, which has ended; programs have groups of their own.
 */
export function adoptedChildren(): readonly number[] {
  const adopted = childrenOf(process.pid).filter((pid) => !children.has(pid));
  if (adopted.length === 0) return adopted;
  const own = groupOf(process.pid);
  return adopted.filter((pid) => groupOf(pid) !== own);
}

function groupOf(pid: number): string | undefined {
  return statOf(pid)?.fields[STAT_GROUP];
}

/** proc(5): those of its first thread. Where the kernel does not tell, nobody knows of them. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
    return list.split(" ").map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

/**
 * The groups of orphans that began then or later, by their leaders. `ticks`: hundredths of a second since the machine was
 * started, the low 32 bits.
 */
export function orphanGroupsSince(ticks: number): number[] {
  const found = new Set<number>();
  for (const pid of adoptedChildren()) {
    const fields = statOf(pid)?.fields;
    if (fields === undefined) continue;
    const isYounger = ((Number(fields[STAT_START]) - ticks) | 0) >= -1; // it may be rounded
    if (isYounger) found.add(Number(fields[STAT_GROUP]));
  }
  return [...found];
}

/** proc(5), /proc/PID/stat: a process's name, and what is behind it, from the state on. Null: it ended just now. */
export function statOf(
  pid: number,
): { readonly name: string; readonly fields: readonly string[] } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const close = text.lastIndexOf(")");
    const name = text.slice(text.indexOf("(") + 1, close);
    return { name, fields: text.slice(close + 2).split(" ") };
  } catch {
    return null;
  }
}

/** Null for a zombie, and for what belongs to a session that is not over: it may yet be ended with it. */
function orphanOf(pid: number): Orphan | null {
  const stat = statOf(pid);
  if (stat === null) return null;
  const [state, , group, session] = stat.fields;
  if (state === "Z" || groups.has(Number(group)) || groups.has(Number(session))) return null;
  try {
    if (cgroups.size > 0 && cgroupPath(pid).some((name) => cgroups.has(name))) return null;
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
    return { pid, command: words.slice(0, 200) || stat.name };
  } catch {
    return null; // it ended just now
  }
}

/** cgroups(7): the names on the way to its group of version 2. */
function cgroupPath(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/cgroup`, "latin1");
  return /^0::(.*)$/m.exec(text)?.[1]!.split("/") ?? [];
}

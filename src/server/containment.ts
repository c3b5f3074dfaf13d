// What the containment of programs needs of the machine: found and tried before the start, or refused with the remedy.

import { readFileSync, realpathSync, statSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import type { ContainmentConfig, ResourceLimit } from "../config-programs.ts";
import { errnoText } from "../errno-text.ts";
import { findGroup, findUser, supplementaryGroups } from "../service/accounts.ts";
import { CgroupParent, cgroupProblem } from "../service/cgroup.ts";
import type { Containment } from "../service/containment.ts";
import { tryContainment } from "../service/containment-trial.ts";
import { resolveCommand } from "../service/launcher.ts";
import { ownLimit } from "../service/resource-limits.ts";

/** As whom programs run. */
interface Identity {
  readonly uid: number | null;
  readonly gid: number | null;
  readonly groups: readonly number[];
}

/** What is asked of the machine, and what it refuses. */
class Finder {
  readonly problems: string[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  refuse(option: string, text: string): null {
    this.problems.push(`--${option}: ${text}`);
    return null;
  }

  /** The path of a program that does what Bun cannot. */
  tool(name: string, wanted: { option: string; package: string }): string {
    const found = resolveCommand([name], this.#path);
    if (!("kind" in found)) return found.path;
    this.refuse(wanted.option, `needs ${name} (install ${wanted.package})`);
    return name;
  }
}

/**
 * `path` is $PATH, `programs` what will be started, as far as that does not depend on the request. `isTried`: another
 * process has started a shell so.
 */
export function findContainment(
  config: ContainmentConfig,
  { path, programs, isTried }: { path: string; programs: readonly string[]; isTried: boolean },
): { readonly containment: Containment; readonly problems: readonly string[] } {
  const finder = new Finder(path);
  const identity = identityOf(config, finder);
  const niceness = nicenessOf(config, finder);
  judgeLimits(config.limits, finder);
  const setsGroups = identity.groups.length > 0;
  const becoming = setsGroups ? groupWords(identity, finder) : [];
  const wrapper = [
    ...becoming,
    ...(niceness.words ?? []),
    ...(config.limits.length > 0 ? limitWords(config.limits, finder) : []),
  ];
  const containment: Containment = {
    uid: setsGroups ? null : identity.uid,
    gid: setsGroups ? null : identity.gid,
    account: identity.uid,
    directory: directoryOf(config.directory, finder),
    umask: config.umask,
    niceness: niceness.around,
    wrapper,
    hasUsualDescriptors: !config.limits.some(({ name }) => name === "nofile"),
    cgroup: cgroupOf(config, finder),
  };
  const { problems } = finder;
  if (!isTried && problems.length === 0 && (identity.gid !== null || containment.cgroup !== null)) {
    // The limits were judged by number: a shell need not bear them.
    const trial = { ...containment, wrapper: becoming };
    const problem = tryContainment(trial, { ...identity, programs });
    if (problem !== null) problems.push(problem);
  }
  return { containment, problems };
}

/** For --check: a line for each option that is given. */
export function describeContainment(
  config: ContainmentConfig,
): readonly { readonly name: string; readonly value: string }[] {
  const { user, group, directory, umask, niceness, limits, cgroup } = config;
  const bounds = Object.entries(cgroup?.limits ?? {}).map(([file, value]) => `${file} ${value}`);
  const rows: readonly (readonly [string, string | null])[] = [
    ["programs run as", user === null && group === null ? null : `${user ?? ""}:${group ?? ""}`],
    ["programs run in", directory],
    ["their umask", umask === null ? null : umask.toString(8).padStart(3, "0")],
    ["their niceness", niceness === null ? null : String(niceness)],
    ["their limits", limits.length === 0 ? null : limits.map(limitText).join(" ")],
    ["their cgroups below", cgroup === null ? null : [cgroup.path, ...bounds].join(", ")],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

function identityOf(config: ContainmentConfig, finder: Finder): Identity {
  const nobody = { uid: null, gid: null, groups: [] };
  const user = config.user === null ? null : findUser(config.user);
  if (config.user !== null && user === null) {
    finder.refuse(`user=${config.user}`, "there is no such user (useradd makes one)");
    return nobody;
  }
  const group = config.group === null ? null : findGroup(config.group);
  if (config.group !== null && group === null) {
    finder.refuse(`group=${config.group}`, "there is no such group (groupadd makes one)");
    return nobody;
  }
  const gid = group ?? user?.gid ?? null;
  if (user !== null && gid === null) {
    finder.refuse(`user=${config.user}`, "this number is no user's (say in which --group=GROUP)");
    return nobody;
  }
  if (user !== null && user.uid !== process.getuid?.() && !maySignalOthers()) {
    const remedy = "run websockd as root, or with CAP_KILL";
    finder.refuse(`user=${config.user}`, `no permission to end this user's programs (${remedy})`);
    return nobody;
  }
  const name = user?.name ?? null;
  const groups = name === null || gid === null ? [] : supplementaryGroups(name, gid);
  return { uid: user?.uid ?? null, gid, groups };
}

/** capabilities(7): the bit of CAP_KILL. */
const CAP_KILL = 5n;

/** kill(2): by a capability; where the system does not tell of it (no /proc), who is root is taken to have it. */
function maySignalOthers(): boolean {
  try {
    const status = readFileSync("/proc/self/status", "latin1");
    const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
    return ((effective >> CAP_KILL) & 1n) === 1n;
  } catch {
    return process.geteuid?.() === 0;
  }
}

/** setpriv(1): Bun leaves a program no group but its first. */
function groupWords({ uid, gid, groups }: Identity, finder: Finder): readonly string[] {
  const setpriv = finder.tool("setpriv", { option: "user", package: "util-linux" });
  return [setpriv, `--reuid=${uid}`, `--regid=${gid}`, `--groups=${groups.join(",")}`, "--"];
}

function limitWords(limits: readonly ResourceLimit[], finder: Finder): readonly string[] {
  const prlimit = finder.tool("prlimit", { option: "limit", package: "util-linux" });
  return [prlimit, ...limits.map((limit) => `--${limitText(limit)}`), "--"];
}

function limitText({ name, soft, hard }: ResourceLimit): string {
  const [from, to] = [soft, hard].map((value) => (value === Infinity ? "unlimited" : `${value}`));
  return `${name}=${from}:${to}`;
}

function judgeLimits(limits: readonly ResourceLimit[], finder: Finder): void {
  for (const { name, soft, hard } of limits) {
    const own = ownLimit(name).hard;
    if (hard <= own) continue;
    const text = hard === soft ? `${hard}` : `${soft}:${hard}`;
    const shown = text.replaceAll("Infinity", "unlimited");
    finder.refuse(
      `limit=${name}=${shown}`,
      `websockd's own hard limit is ${own} (raise that first)`,
    );
  }
}

/** Whoever may go back may set it for itself around the start; others need nice(1), which only goes up. */
function nicenessOf(
  { niceness }: ContainmentConfig,
  finder: Finder,
): { around: Containment["niceness"]; words: readonly string[] | null } {
  const ours = getPriority();
  if (niceness === null || niceness === ours) return { around: null, words: null };
  if (canBecome(Math.min(niceness, ours - 1), ours)) {
    return { around: { wanted: niceness, ours }, words: null };
  }
  if (niceness < ours) {
    const remedy = `run websockd as root, or with CAP_SYS_NICE; ours is ${ours}`;
    finder.refuse(`nice=${niceness}`, `no permission to go below our own (${remedy})`);
    return { around: null, words: null };
  }
  const nice = finder.tool("nice", { option: "nice", package: "coreutils" });
  return { around: null, words: [nice, "-n", String(niceness - ours)] };
}

/** Tries a lower niceness, from which everybody may come back. */
function canBecome(lower: number, ours: number): boolean {
  try {
    setPriority(Math.max(lower, -20));
    setPriority(ours);
    return true;
  } catch {
    return false;
  }
}

function directoryOf(directory: string | null, finder: Finder): string | null {
  if (directory === null) return null;
  try {
    const real = realpathSync(directory);
    if (statSync(real).isDirectory()) return real;
    return finder.refuse(`cwd=${directory}`, "this is no directory");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    const text = isMissing
      ? "there is no such directory (make it)"
      : `cannot be opened (${errnoText(code)})`;
    return finder.refuse(`cwd=${directory}`, text);
  }
}

function cgroupOf({ cgroup }: ContainmentConfig, finder: Finder): CgroupParent | null {
  if (cgroup === null) return null;
  const problem = cgroupProblem(cgroup.path, cgroup.limits);
  if (problem !== null) return finder.refuse(`cgroup=${cgroup.path}`, problem);
  const parent = new CgroupParent(realpathSync(cgroup.path), cgroup.limits);
  parent.sweep();
  return parent;
}

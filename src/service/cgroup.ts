// Control groups, cgroups(7) version 2: a delegated directory, and a leaf in it for each session.

import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";

/** statfs(2): CGROUP2_SUPER_MAGIC, CGROUP_SUPER_MAGIC. */
const CGROUP2_MAGIC = 0x63677270;
const CGROUP1_MAGIC = 0x27e0eb;

/** The files of a leaf that bound it, each with its value; they belong to the controller before the dot. */
export type CgroupLimits = Readonly<Record<string, number>>;

/** Of this process: COMMAND and each route have one, a reload makes others, and their directory may be the same. */
let parentsMade = 0;

/** Leaves that did not go when they should have are tried again after so many new ones. */
const LEAVES_PER_SWEEP = 64;

/** What is wrong with the directory, with the remedy; null when leaves can be made in it. */
export function cgroupProblem(path: string, limits: CgroupLimits): string | null {
  try {
    const { type } = statfsSync(path);
    if (type === CGROUP1_MAGIC) {
      return "this is cgroup version 1 (give a directory below a mount of version 2)";
    }
    if (type !== CGROUP2_MAGIC) return "this is no cgroup directory (look below /sys/fs/cgroup)";
    const missing = missingControllers(path, limits);
    if (missing.length > 0) {
      return `its leaves have no controller for ${missing.join(" and ")} (write "+${missing.join(" +")}" to ${join(path, "cgroup.subtree_control")}, which wants no process in it itself)`;
    }
    new CgroupParent(path, limits).makeLeaf().remove();
    return null;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "there is no such directory (make it, or have it delegated)";
    return `no leaf can be made in it (${code}: have it delegated to this user)`;
  }
}

/** A delegated directory is ours to set up: controllers that it has are passed on to its leaves. */
function missingControllers(path: string, limits: CgroupLimits): readonly string[] {
  const wanted = [...new Set(Object.keys(limits).map((file) => file.split(".")[0]!))];
  const missing = () => {
    const passed = readFileSync(join(path, "cgroup.subtree_control"), "latin1").trim().split(" ");
    return wanted.filter((name) => !passed.includes(name));
  };
  const before = missing();
  if (before.length === 0) return before;
  try {
    const text = before.map((name) => `+${name}`).join(" ");
    writeFileSync(join(path, "cgroup.subtree_control"), text);
  } catch {
    return before;
  }
  return missing();
}

export class CgroupParent {
  readonly path: string;
  readonly #limits: CgroupLimits;
  readonly #prefix: string;
  readonly #leaves = new Set<CgroupLeaf>();
  #lastNumber = 0;

  /** `limits` must be of controllers that the leaves have: see cgroupProblem. */
  constructor(path: string, limits: CgroupLimits) {
    this.path = path;
    this.#limits = limits;
    // In a container every server is process 1: the time tells them apart.
    const begun = `${Date.now().toString(36)}.${++parentsMade}`;
    this.#prefix = `websockd-${process.pid}-${begun}-`;
  }

  /** Throws what mkdir(2) and write(2) do. */
  makeLeaf(): CgroupLeaf {
    if (this.#lastNumber % LEAVES_PER_SWEEP === 0) for (const leaf of this.#leaves) leaf.remove();
    const path = join(this.path, this.#prefix + String(++this.#lastNumber));
    mkdirSync(path);
    const leaf = new CgroupLeaf(path, () => this.#leaves.delete(leaf));
    this.#leaves.add(leaf);
    try {
      for (const [file, value] of Object.entries(this.#limits)) {
        writeFileSync(join(path, file), String(value));
      }
    } catch (error) {
      leaf.remove();
      throw error;
    }
    return leaf;
  }

  /** Those that another process made, which is dead, and has told nobody of them. */
  leavesOf(pid: number): CgroupLeaf[] {
    try {
      return readdirSync(this.path)
        .filter((name) => ownerOf(name) === pid)
        .map((name) => new CgroupLeaf(join(this.path, name), () => {}));
    } catch {
      return []; // somebody took the whole directory away
    }
  }

  /** Takes away the empty leaves of servers that are no more. */
  sweep(): void {
    for (const name of readdirSync(this.path)) {
      const owner = ownerOf(name);
      if (owner === null || name.startsWith(this.#prefix) || isOther(owner)) continue;
      try {
        rmdirSync(join(this.path, name));
      } catch {
        // Somebody lives in it.
      }
    }
  }
}

/** The process that made a leaf, by the leaf's name; null: it is none of websockd's. */
function ownerOf(name: string): number | null {
  const owner = /^websockd-(\d+)-/.exec(name)?.[1];
  return owner === undefined ? null : Number(owner);
}

/** Whether a process other than this one has this number. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** The group of one session: whatever its program starts is in it, and cannot leave. */
export class CgroupLeaf {
  readonly path: string;
  readonly #removed: () => void;

  constructor(path: string, removed: () => void) {
    this.path = path;
    this.#removed = removed;
  }

  get name(): string {
    return basename(this.path);
  }

  /** Zombies do not count. */
  get isPopulated(): boolean {
    return /^populated 1$/m.test(this.#read("cgroup.events"));
  }

  /** To every process in it: all at once where the system can (Linux 5.14), for SIGKILL. */
  signal(signal: NodeJS.Signals): void {
    if (signal === "SIGKILL" && this.#kill()) return;
    for (const line of this.#read("cgroup.procs").split("\n")) {
      if (line === "" || line === "0") continue; // 0: of another namespace
      try {
        process.kill(Number(line), signal);
      } catch {
        // It went meanwhile.
      }
    }
  }

  #kill(): boolean {
    try {
      writeFileSync(join(this.path, "cgroup.kill"), "1", { flag: "r+" });
      return true;
    } catch {
      return false;
    }
  }

  /** Nothing happens while somebody lives in it. */
  remove(): void {
    try {
      rmdirSync(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return;
    }
    this.#removed();
  }

  #read(file: string): string {
    try {
      return readFileSync(join(this.path, file), "latin1");
    } catch {
      return ""; // it is gone
    }
  }
}

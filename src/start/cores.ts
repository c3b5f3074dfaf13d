// How many processors this process may use: by its affinity, and by the quota of its control group.

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import type { StartConfig } from "../config.ts";

/** As `--workers` has it. */
const CORES_MAX = 256;

/** The machine is asked only where that decides. */
export function countWorkers(workers: StartConfig["workers"]): number {
  return workers === "auto" ? usableCores() : workers;
}

/** A part of a processor counts as one. */
export function usableCores(root = "/sys/fs/cgroup", own = ownGroup()): number {
  const cores = Math.min(availableParallelism(), Math.ceil(quota(root, own)));
  return Math.max(1, Math.min(cores, CORES_MAX));
}

/** cgroups(7): the path of our group of version 2, `/` where there is none. */
function ownGroup(): string {
  return /^0::(.*)$/m.exec(read("/proc/self/cgroup"))?.[1] ?? "/";
}

/** cpu.max, "MAX PERIOD" in microseconds: the least of our group and of those above it; Infinity without any. */
function quota(root: string, own: string): number {
  let least = Infinity;
  for (let group = join("/", own); ; group = dirname(group)) {
    const [max = "max", period = ""] = read(join(root, group, "cpu.max"))
      .trim()
      .split(" ");
    if (/^[0-9]+$/.test(max) && Number(period) > 0) least = Math.min(least, +max / +period);
    if (group === "/") return least;
  }
}

/** Empty when there is no such file. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

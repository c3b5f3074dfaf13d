// The processes of a terminal's session: a shell gives each of its jobs a group of its own, and they end together.

import type { CgroupLeaf } from "./cgroup.ts";
import type { ServiceGroup } from "./ending.ts";
import { adoptedChildren, childrenOf, STAT_GROUP, STAT_SESSION, statOf } from "./orphans.ts";
import { ProcessGroup } from "./process-group.ts";

/** Looked at for one signal: more processes than that of one session wait for the next step. */
const PROCESSES_MAX = 10_000;

export class JobGroups implements ServiceGroup {
  readonly #leader: number;
  readonly #group: ProcessGroup;
  #isGone = false;

  constructor(leader: number, leaf: CgroupLeaf | null) {
    this.#leader = leader;
    this.#group = new ProcessGroup(leader, leaf);
  }

  /** Its number is the session's, which nobody else gets while one of its processes lives. */
  signal(signal: NodeJS.Signals | 0, hasExited: boolean): boolean {
    if (this.#isGone) return false;
    if (signal === 0 && this.#group.signal(0, hasExited)) return true;
    // Before any of them is gone, by whom others are found.
    const jobs = jobGroupsOf(this.#leader, hasExited);
    const isLed = signal !== 0 && this.#group.signal(signal, hasExited);
    if (signal !== 0) for (const job of jobs) signalGroup(job, signal);
    if (isLed || jobs.size > 0) return true;
    this.#isGone = hasExited;
    return false;
  }

  over(): void {
    this.#group.over();
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has gone just now, or is another user's.
  }
}

/** The groups of a session besides its leader's. Orphans among them are our children. */
function jobGroupsOf(leader: number, hasExited: boolean): ReadonlySet<number> {
  const groups = new Set<number>();
  const waiting = [...(hasExited ? [] : childrenOf(leader)), ...adoptedChildren()];
  for (let i = 0; i < waiting.length && i < PROCESSES_MAX; i++) {
    const fields = statOf(waiting[i]!)?.fields;
    if (fields === undefined || Number(fields[STAT_SESSION]) !== leader) continue;
    const group = Number(fields[STAT_GROUP]);
    if (group !== leader && fields[0] !== "Z") groups.add(group);
    waiting.push(...childrenOf(waiting[i]!));
  }
  return groups;
}

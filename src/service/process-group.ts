// A service's processes: its group by the number of its leader, for as long as that is its own, and its cgroup.

import type { CgroupLeaf } from "./cgroup.ts";
import { beginGroup, endGroup, isGroupThere } from "./orphans.ts";

export class ProcessGroup {
  readonly #leader: number;
  /** Null: what leaves the group is out of reach. */
  readonly #leaf: CgroupLeaf | null;
  #isGroupGone = false;
  #isGone = false;

  constructor(leader: number, leaf: CgroupLeaf | null = null) {
    this.#leader = leader;
    this.#leaf = leaf;
    beginGroup(leader, leaf?.name ?? null);
  }

  /**
   * kill(2); 0 only asks. False when no member is left: once its leader `hasExited`, its number may become another's,
   * and gets no signal any more. A cgroup's members outside of the group are signalled when the group is gone, or killed
   * with it.
   */
  signal(signal: NodeJS.Signals | 0, hasExited: boolean): boolean {
    if (this.#isGone) return false;
    const hasGroup = this.#signalGroup(signal, hasExited);
    const leaf = this.#leaf;
    if (leaf === null) {
      this.#isGone = !hasGroup && hasExited;
      return hasGroup;
    }
    if (signal === "SIGKILL" || (signal !== 0 && !hasGroup)) leaf.signal(signal);
    if (hasGroup || leaf.isPopulated) return true;
    this.#isGone = hasExited;
    return false;
  }

  /** Nobody is left, or nothing more can be done. */
  over(): void {
    endGroup(this.#leader, this.#leaf?.name ?? null);
    this.#leaf?.remove();
  }

  #signalGroup(signal: NodeJS.Signals | 0, hasExited: boolean): boolean {
    if (this.#isGroupGone) return false;
    const hasGroup = signal === 0 ? isGroupThere(this.#leader) : this.#kill(signal);
    if (!hasGroup) this.#isGroupGone = hasExited;
    return hasGroup;
  }

  #kill(signal: NodeJS.Signals): boolean {
    try {
      process.kill(-this.#leader, signal);
      return true;
    } catch {
      return false;
    }
  }
}

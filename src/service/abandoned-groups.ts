// Ends the process groups of somebody who died and could not: down the same ladder, all in step.

import type { CgroupLeaf } from "./cgroup.ts";
import type { ServiceGroup } from "./ending.ts";
import { ProcessGroup } from "./process-group.ts";
import { Termination, type TerminationStep } from "./termination.ts";

export interface AbandonedOptions {
  /** Its last step is SIGKILL. */
  readonly ladder: readonly TerminationStep[];
  /** See TerminationOptions.extraMs. */
  readonly extraMs: number;
  /** Their cgroups; empty without --cgroup. */
  readonly leaves: readonly CgroupLeaf[];
  /** Those of one leader; default: its group. */
  readonly groupOf?: ((leader: number) => ServiceGroup) | undefined;
}

/** How often it is looked whether any is left, while a step has its time. */
const LOOK_MS = 50;

export class AbandonedGroups {
  readonly #groups: ServiceGroup[];
  readonly #leaves: readonly CgroupLeaf[];
  readonly #termination: Termination;

  constructor(leaders: readonly number[], options: AbandonedOptions) {
    const { ladder, extraMs, leaves, groupOf = (leader) => new ProcessGroup(leader) } = options;
    this.#groups = leaders.map(groupOf);
    this.#leaves = leaves;
    this.#termination = new Termination({
      ladder,
      extraMs,
      backlog: () => 0,
      act: ({ signal }) => {
        if (signal !== null) this.signal(signal); // their stdin has ended with who held it
        return true;
      },
    });
  }

  /** Resolves when nobody is left, or nothing more can be done. */
  async end(): Promise<void> {
    for (let waitMs = this.#step(); waitMs !== null; waitMs = this.#step()) {
      const end = performance.now() + waitMs;
      while (this.#isPopulated() && performance.now() < end) {
        await Bun.sleep(Math.min(LOOK_MS, Math.max(1, end - performance.now())));
      }
    }
    for (const group of this.#groups) group.over();
    for (const leaf of this.#leaves) leaf.remove();
  }

  /** To all at once: as ProcessGroup has it, what left its group gets SIGKILL, or what comes when the groups are gone. */
  signal(signal: NodeJS.Signals): void {
    const alive = this.#groups.filter((group) => group.signal(signal, true));
    if (alive.length > 0 && signal !== "SIGKILL") return;
    for (const leaf of this.#leaves) leaf.signal(signal);
  }

  #step(): number | null {
    return this.#isPopulated() ? this.#termination.step() : null;
  }

  #isPopulated(): boolean {
    const hasGroups = this.#groups.some((group) => group.signal(0, true));
    return hasGroups || this.#leaves.some((leaf) => leaf.isPopulated);
  }
}

// What workers that died leave behind: found by every configuration that their sessions may have begun with.

import type { Config } from "../config.ts";
import type { Resources } from "../server/resources.ts";
import { AbandonedGroups, type AbandonedOptions } from "../service/abandoned-groups.ts";
import type { CgroupParent } from "../service/cgroup.ts";

export class LeftBehind {
  /** By their paths, those that no session of today is in, too. */
  readonly #cgroups = new Map<string, CgroupParent>();
  #groupOf: AbandonedOptions["groupOf"] = undefined;
  #ending: Pick<AbandonedOptions, "ladder" | "extraMs"> = { ladder: [], extraMs: 0 };

  constructor(config: Config, resources: Resources) {
    this.next(config, resources);
  }

  /** This is served from now on; what runs, and where, is as it began. */
  next({ life, closeExtraMs }: Config, resources: Resources): void {
    this.#ending = { ladder: life.ladder, extraMs: closeExtraMs };
    for (const { containment } of [resources, ...resources.routes]) {
      const { cgroup } = containment;
      if (cgroup !== null) this.#cgroups.set(cgroup.path, cgroup);
    }
    this.#groupOf ??= resources.features.terminal?.terminalGroup;
  }

  /** Of a worker, by the leaders of its groups. `pid`: null: it has not begun. */
  groupsOf(leaders: readonly number[], pid: number | null): AbandonedGroups {
    const leaves =
      pid === null ? [] : [...this.#cgroups.values()].flatMap((cgroup) => cgroup.leavesOf(pid));
    return new AbandonedGroups(leaders, { ...this.#ending, leaves, groupOf: this.#groupOf });
  }
}

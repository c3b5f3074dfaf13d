// Processes that programs left behind: adopted, and told of in the log.

import type { Log } from "../log.ts";
import { adoptOrphans } from "../service/orphans.ts";

export function reportOrphans(log: Log): void {
  adoptOrphans(({ pid, command }) => {
    const text = "a program left a process behind (--cgroup=DIR ends such)";
    log.write("error", text, { pid, command });
  });
}

// --pty: programs run in pseudo-terminals, if this machine has any.

import type { PtyConfig } from "../config-programs.ts";
import type { Config } from "../config.ts";
import { closeDescriptor } from "../descriptors/posix.ts";
import { openPty } from "../descriptors/pty.ts";
import type { ServiceGroup } from "../service/ending.ts";
import { JobGroups } from "../service/job-groups.ts";
import type { Launch } from "../service/launcher.ts";
import { terminalLauncher } from "../service/terminal-launcher.ts";

/** How programs are started; null: on pipes. */
export function terminalLaunch({ pty }: Config): Launch | null {
  return pty === null ? null : terminalLauncher(pty);
}

/** Opens one, and closes it: why there is none, with the remedy; null: there is. */
export function terminalProblem(): string | null {
  try {
    const { master, slave } = openPty();
    closeDescriptor(slave);
    closeDescriptor(master);
    return null;
  } catch (error) {
    const { message } = error as Error;
    return `--pty: no pseudo-terminal can be had (${message}): mount devpts at /dev/pts, or raise kernel.pty.max`;
  }
}

/** What ends with a program whose worker has died. */
export function terminalGroup(leader: number): ServiceGroup {
  return new JobGroups(leader, null);
}

/** For --check. */
export function terminalText({ mode, columns, rows }: PtyConfig): string {
  return mode === "pipe" ? "for lines" : `${columns}x${rows}`;
}

// --pty: programs run in pseudo-terminals, if this machine has any.

import { accessSync, constants, fchownSync } from "node:fs";
import type { PtyConfig } from "../config-programs.ts";
import type { Config } from "../config.ts";
import { closeDescriptor } from "../descriptors/posix.ts";
import { openPty } from "../descriptors/pty.ts";
import type { ServiceGroup } from "../service/ending.ts";
import { JobGroups } from "../service/job-groups.ts";
import type { Launch } from "../service/launcher.ts";
import { SHELL, terminalLauncher } from "../service/terminal-launcher.ts";

/** How programs are started; null: on pipes. */
export function terminalLaunch({ pty }: Config): Launch | null {
  return pty === null ? null : terminalLauncher(pty);
}

/** Opens one for `account`, and closes it: why that cannot be, with the remedy; null: it can. */
export function terminalProblem({ pty }: Config, account: number | null): string | null {
  let opened: ReturnType<typeof openPty>;
  try {
    opened = openPty();
  } catch (error) {
    const remedy = "mount devpts at /dev/pts, or raise kernel.pty.max";
    return `--pty: no terminal can be had (${(error as Error).message}): ${remedy}`;
  }
  const { master, slave } = opened;
  try {
    if (account !== null) fchownSync(slave, account, -1);
    if (pty?.mode === "terminal") accessSync(SHELL, constants.X_OK);
    return null;
  } catch (error) {
    const { syscall = "", message } = error as NodeJS.ErrnoException;
    if (syscall === "access") return `--pty: ${SHELL} opens a program's terminal (${message})`;
    return `--pty: a terminal cannot be given to --user (${message}): run websockd as root, or with CAP_CHOWN`;
  } finally {
    closeDescriptor(slave);
    closeDescriptor(master);
  }
}

/** What ends with a program whose worker has died. */
export function terminalGroup(leader: number): ServiceGroup {
  return new JobGroups(leader, null);
}

/** For --check. */
export function terminalText({ mode, columns, rows, isReadonly }: PtyConfig): string {
  if (mode === "pipe") return "for lines";
  return `${columns}x${rows}${isReadonly ? ", for viewing alone" : ""}`;
}

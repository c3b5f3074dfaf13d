// --admin: the operator's listener, and what is wrong when it cannot be had.

import { openAdminListener } from "../admin/listener.ts";
import type { AdminSource } from "../admin/source.ts";
import type { AdminConfig } from "../config-listen.ts";
import type { Log } from "../log.ts";
import { UnixSocketError } from "../net/unix-socket.ts";
import { logDefect } from "./defect.ts";
import { ListenError } from "./listening.ts";
import { buildOf, watchListenError, watchProblem, type WatchListener } from "./watch.ts";

/** Rejects with ListenError. */
export async function openAdmin(
  at: AdminConfig,
  source: AdminSource,
  log: Log,
): Promise<WatchListener> {
  const listener = await listen(at, source, (error) => logDefect(log, error));
  log.announce(`websockd is watched at ${listener.url}`);
  return listener;
}

/** For --check. */
export function adminProblem(at: AdminConfig): Promise<string | null> {
  return watchProblem((source) => listen(at, source, () => {}));
}

async function listen(
  at: AdminConfig,
  source: AdminSource,
  failed: (error: unknown) => void,
): Promise<WatchListener> {
  try {
    return await openAdminListener({ at, source, build: buildOf(), failed });
  } catch (error) {
    if (error instanceof UnixSocketError) throw new ListenError(error.message, error.isInUse);
    throw watchListenError(adminText(at), "--admin", error as NodeJS.ErrnoException);
  }
}

export function adminText(at: AdminConfig): string {
  return "path" in at ? `unix:${at.path}` : `${at.hostname}:${at.port}`;
}

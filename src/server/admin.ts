// --admin: the operator's listener, and what is wrong when it cannot be had.

import { openAdminListener, type AdminListenerOptions } from "../admin/listener.ts";
import type { AdminSource } from "../admin/source.ts";
import type { AdminConfig } from "../config-listen.ts";
import { sharePort } from "../net/port-sharing.ts";
import { UnixSocketError } from "../net/unix-socket.ts";
import { logDefect } from "./defect.ts";
import { wishFor } from "./legacy.ts";
import { ListenError } from "./listening.ts";
import {
  ADMIN,
  buildOf,
  watchListenError,
  watchProblem,
  type WatchContext,
  type WatchListener,
} from "./watch.ts";

/** Rejects with ListenError. */
export async function openAdmin(
  at: AdminConfig,
  source: AdminSource,
  { log, legacy }: WatchContext,
): Promise<WatchListener> {
  const isTaken = legacy?.has(at, ADMIN) ?? false;
  const place = isTaken && "port" in at ? { ...at, port: legacy!.admin!.port } : at;
  const failed = (error: unknown) => logDefect(log, error);
  const listener = await listen(place, source, { failed, isTaken });
  log.announce(`websockd is watched at ${listener.url}`);
  return {
    ...listener,
    legacy() {
      const { port } = listener;
      if (port !== 0) sharePort(port);
      return { admin: { wish: wishFor(at, ADMIN), port } };
    },
  };
}

/** For --check. */
export function adminProblem(at: AdminConfig): Promise<string | null> {
  const of = { failed: () => {}, isTaken: false };
  return watchProblem((source) => listen(at, source, of));
}

async function listen(
  at: AdminConfig,
  source: AdminSource,
  of: Pick<AdminListenerOptions, "failed" | "isTaken">,
): Promise<Awaited<ReturnType<typeof openAdminListener>>> {
  try {
    return await openAdminListener({ ...of, at, source, build: buildOf() });
  } catch (error) {
    if (error instanceof UnixSocketError) throw new ListenError(error.message, error.isInUse);
    throw watchListenError(adminText(at), "--admin", error as NodeJS.ErrnoException);
  }
}

export function adminText(at: AdminConfig): string {
  return "path" in at ? `unix:${at.path}` : `${at.hostname}:${at.port}`;
}

// The operator's door of a server with workers: its parent has it, and asks them.

import type { AdminListener } from "../admin/listener.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { WorkersSource } from "../server/admin-of-workers.ts";
import type { Resources } from "../server/resources.ts";
import type { HeldSockets } from "./held-sockets.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** How the operator sees all of them. */
export interface ParentAdmin {
  readonly source: WorkersSource;
  readonly listener: AdminListener;
  /** Those that can be asked. */
  workers: () => readonly WorkerProcess[];
}

/** Rejects with ListenError, and the sockets are closed then. */
export async function openAdmin(
  { admin: at }: Config,
  { features: { admin, adminOfWorkers: of } }: Resources,
  { log, sockets }: { log: Log; sockets: HeldSockets },
): Promise<ParentAdmin | null> {
  if (at === null || admin === null || of === null) return null;
  const asked = { workers: (): readonly WorkerProcess[] => [] };
  const source = new of.WorkersSource(() => asked.workers());
  try {
    return Object.assign(asked, { source, listener: await admin.openAdmin(at, source, log) });
  } catch (error) {
    sockets.stop();
    throw error;
  }
}

// The operator's door of a server with workers: its parent has it, and asks them.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { OpenAdmin } from "../server/admin.ts";
import type { WorkersSource } from "../server/admin-of-workers.ts";
import type { Resources } from "../server/resources.ts";
import type { HeldSockets } from "./held-sockets.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** How the operator sees all of them. */
export interface ParentAdmin {
  readonly source: WorkersSource;
  /** Null until it is open. */
  listener: OpenAdmin | null;
  /** Those that can be asked. */
  workers: () => readonly WorkerProcess[];
  /** Opens it, once more does nothing. Rejects with ListenError. */
  open(): Promise<void>;
}

/**
 * An address that our predecessor has is opened when the workers accept: until then it answers there, and if they never do.
 * Rejects with ListenError, and the sockets are closed then.
 */
export async function openAdmin(
  { admin: at }: Config,
  { legacy, features: { admin, adminOfWorkers: of } }: Resources,
  { log, sockets }: { log: Log; sockets: HeldSockets },
): Promise<ParentAdmin | null> {
  if (at === null || admin === null || of === null) return null;
  const predecessor = legacy?.admin ?? null;
  const asked: ParentAdmin = {
    source: new of.WorkersSource(() => asked.workers()),
    listener: null,
    workers: () => [],
    async open() {
      asked.listener ??= await admin.openAdmin(at, asked.source, { log, legacy: predecessor });
    },
  };
  try {
    if (!admin.isTaken(at, predecessor)) await asked.open();
    return asked;
  } catch (error) {
    sockets.stop();
    throw error;
  }
}

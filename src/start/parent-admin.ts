// The operator's door of a server with workers, and --health: their parent has both, and asks them.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { WorkersSource } from "../server/admin-of-workers.ts";
import type { WatchListeners } from "../server/watch.ts";
import type { Resources } from "../server/resources.ts";
import type { HeldSockets } from "./held-sockets.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** How the operator sees all of them. */
export interface ParentAdmin {
  readonly source: WorkersSource;
  readonly listeners: WatchListeners;
  /** Those that can be asked. */
  workers: () => readonly WorkerProcess[];
  /** Opens what our predecessor has: until the workers accept it answers there, and if they never do. */
  openTaken(): Promise<void>;
}

/** Rejects with ListenError, and the sockets are closed then. */
export async function openAdmin(
  config: Config,
  { features, legacy }: Resources,
  { log, sockets }: { log: Log; sockets: HeldSockets },
): Promise<ParentAdmin | null> {
  const { watch, adminOfWorkers: of } = features;
  if (watch === null || of === null) return null;
  const asked = { workers: (): readonly WorkerProcess[] => [] };
  const source = new of.WorkersSource(() => asked.workers());
  const listeners = new watch.WatchListeners();
  const open = (isTaken: boolean) =>
    listeners.open({ config, features }, source, { log, legacy, isTaken });
  try {
    await open(false);
    return Object.assign(asked, { source, listeners, openTaken: () => open(true) });
  } catch (error) {
    sockets.stop();
    throw error;
  }
}

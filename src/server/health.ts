// --health: the listener for balancers, kubelets and Prometheus, and what is wrong when it cannot be had.

import { openHealthListener } from "../admin/health-listener.ts";
import type { AdminSource } from "../admin/source.ts";
import { LIMITS } from "../config.ts";
import type { AddressConfig } from "../config-listen.ts";
import type { Log } from "../log.ts";
import { logDefect } from "./defect.ts";
import { buildOf, watchListenError, watchProblem, type WatchListener } from "./watch.ts";

/** Rejects with ListenError. */
export async function openHealth(
  at: AddressConfig,
  source: AdminSource,
  log: Log,
): Promise<WatchListener> {
  const listener = listen(at, source, (error) => logDefect(log, error));
  log.announce(`websockd tells of its health at ${listener.url}`);
  return Promise.resolve(listener);
}

/** For --check. */
export function healthProblem(at: AddressConfig): Promise<string | null> {
  return watchProblem(async (source) => listen(at, source, () => {}));
}

function listen(
  at: AddressConfig,
  source: AdminSource,
  failed: (error: unknown) => void,
): WatchListener {
  try {
    return openHealthListener({ at, source, build: buildOf(), limits: LIMITS, failed });
  } catch (error) {
    const where = `${at.hostname}:${at.port}`;
    throw watchListenError(where, "--health", error as NodeJS.ErrnoException);
  }
}

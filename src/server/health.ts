// --health: the listener for balancers, kubelets and Prometheus, and what is wrong when it cannot be had.

import {
  openHealthListener,
  type HealthListener,
  type HealthListenerOptions,
} from "../admin/health-listener.ts";
import type { AdminSource } from "../admin/source.ts";
import { LIMITS } from "../config.ts";
import type { AddressConfig } from "../config-listen.ts";
import { logDefect } from "./defect.ts";
import { boundTo, wishFor } from "./legacy.ts";
import {
  buildOf,
  HEALTH,
  watchListenError,
  watchProblem,
  type WatchContext,
  type WatchListener,
} from "./watch.ts";

/** Rejects with ListenError. */
export async function openHealth(
  at: AddressConfig,
  source: AdminSource,
  { log, legacy }: WatchContext,
): Promise<WatchListener> {
  const fd = legacy?.take(at, HEALTH)?.[0] ?? null;
  const listener = listen(at, source, { fd, failed: (error) => logDefect(log, error) });
  log.announce(`websockd tells of its health at ${listener.url}`);
  const { bound, descriptors } = listener;
  const socket = { wish: wishFor(at, HEALTH), bound: boundTo(bound), descriptors };
  const legacyOf = () => ({ sockets: [{ ...socket, name: "", inode: 0 }] });
  return Promise.resolve({ ...listener, legacy: legacyOf });
}

/** For --check. */
export function healthProblem(at: AddressConfig): Promise<string | null> {
  return watchProblem(async (source) => listen(at, source, { fd: null, failed: () => {} }));
}

function listen(
  at: AddressConfig,
  source: AdminSource,
  of: Pick<HealthListenerOptions, "fd" | "failed">,
): HealthListener {
  try {
    return openHealthListener({ ...of, at, source, build: buildOf(), limits: LIMITS });
  } catch (error) {
    const where = `${at.hostname}:${at.port}`;
    throw watchListenError(where, "--health", error as NodeJS.ErrnoException);
  }
}

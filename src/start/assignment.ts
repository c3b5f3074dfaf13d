// What a worker is told by its parent when it is started: by one variable, and by descriptors from 3 on.

import { closeOnExec, socketKind } from "../net/inherited-socket.ts";
import type { Turn } from "../net/shared-listener.ts";
import type { InheritedSocket } from "../server/inherited.ts";
import type { Purpose } from "../server/listening.ts";
import { takeVariables, WORKER_VARIABLE, type OwnEnvironment } from "../server/own-variables.ts";
import { StartError } from "../server/start-error.ts";
import type { RegionLayout } from "../share/regions.ts";

/** How it is told apart from what anybody else may have put there. */
const FORM = /^\{"number":\d+,"parent":\d+,.*\}$/;
/** By which it talks to its parent; the memory of all workers; the first of its sockets. */
export const CONTROL_DESCRIPTOR = 3;
export const MEMORY_DESCRIPTOR = 4;
export const FIRST_SOCKET = 5;

export interface Assignment {
  /** From 1. */
  readonly number: number;
  /** Its process id. */
  readonly parent: number;
  readonly layout: RegionLayout;
  /** See SharedPlaces; a decimal number. */
  readonly seed: string;
  /** In the order of their descriptors. */
  readonly sockets: readonly SocketRole[];
}

export interface SocketRole {
  readonly purpose: Purpose;
  /** All workers have it; else it is one's own. */
  readonly isShared: boolean;
}

/** The variable's name and value. */
export function assignmentVariable(assignment: Assignment): Readonly<Record<string, string>> {
  const { number, parent, layout, seed } = assignment;
  const sockets = assignment.sockets.map(({ purpose, isShared }) => ({ purpose, isShared }));
  return { [WORKER_VARIABLE]: JSON.stringify({ number, parent, layout, seed, sockets }) };
}

/** Throws StartError. */
export function takeAssignment(environment: OwnEnvironment): Assignment {
  const { [WORKER_VARIABLE]: value = "" } = takeVariables(environment, [WORKER_VARIABLE]);
  if (!FORM.test(value)) {
    throw new StartError(`${WORKER_VARIABLE} is what websockd tells its own workers (unset it)`);
  }
  return JSON.parse(value) as Assignment;
}

/** The sockets; no program inherits them, nor the other descriptors. `turn` is for those that all have. */
export function assignedSockets(
  sockets: readonly SocketRole[],
  turn: Turn,
): readonly InheritedSocket[] {
  closeOnExec(CONTROL_DESCRIPTOR);
  closeOnExec(MEMORY_DESCRIPTOR);
  return sockets.map(({ purpose, isShared }, i) => {
    const fd = FIRST_SOCKET + i;
    closeOnExec(fd);
    const isLocal = socketKind(fd)?.isLocal ?? purpose === "local";
    const name = purpose === "redirect" ? purpose : "";
    return { fd, isListening: true, isLocal, name, ...(isShared ? { turn } : {}) };
  });
}

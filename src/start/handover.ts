// What a process leaves to its successor: told by one variable, and by descriptors from 3 on.

import { writeSync } from "node:fs";
import { closeOnExec, socketKind } from "../net/inherited-socket.ts";
import type { InheritedSocket } from "../server/inherited.ts";
import { Legacy, type LegacyParts } from "../server/legacy.ts";
import { HANDOVER_VARIABLE, takeVariables, type OwnEnvironment } from "../server/own-variables.ts";
import { StartError } from "../server/start-error.ts";
import { Predecessors } from "./predecessors.ts";

/** How it is told apart from what anybody else may have put there. */
const FORM =
  /^\{"sockets":\[.*\],"admin":.*,"predecessors":\[[\d,]+\],"hasPidFile":(?:true|false)\}$/;
/** Gets a line feed when the successor serves, or why it cannot; then the pid file, if there is one, and the sockets. */
export const REPORT_DESCRIPTOR = 3;
/** pipe(7), PIPE_BUF: so much is written at once, or not at all. */
export const REPORT_SIZE_MAX = 4096;

export interface HandoverParts extends LegacyParts {
  /** Process ids, the oldest first, ours last. */
  readonly predecessors: readonly number[];
  /** Its descriptor; null: there is no such file. */
  readonly pidFile: number | null;
}

/** The variable's name and value, and the descriptors; `report` is the end of a pipe. */
export function handoverOf(parts: HandoverParts, report: number) {
  const { admin, predecessors, pidFile } = parts;
  const sockets = parts.sockets.map(({ descriptors, ...rest }) => {
    return { ...rest, count: descriptors.length };
  });
  const told = { sockets, admin, predecessors, hasPidFile: pidFile !== null };
  return {
    variable: { [HANDOVER_VARIABLE]: JSON.stringify(told) },
    descriptors: [
      report,
      ...(pidFile === null ? [] : [pidFile]),
      ...parts.sockets.flatMap(({ descriptors }) => descriptors),
    ],
  };
}

export interface Handover {
  readonly legacy: Legacy;
  /** Those that who started the first of us had handed down. */
  readonly inherited: readonly InheritedSocket[];
  readonly pidFile: number | null;
  readonly predecessors: Predecessors;
}

/** No program inherits the descriptors. Throws StartError. */
export function takeHandover(environment: OwnEnvironment): Handover {
  const { [HANDOVER_VARIABLE]: value = "" } = takeVariables(environment, [HANDOVER_VARIABLE]);
  const strange = `${HANDOVER_VARIABLE} is what websockd tells its own successor (unset it)`;
  if (!FORM.test(value)) throw new StartError(strange);
  const told = JSON.parse(value) as Pick<HandoverParts, "admin" | "predecessors"> & {
    readonly sockets: readonly (Omit<LegacyParts["sockets"][number], "descriptors"> & {
      readonly count: number;
    })[];
    readonly hasPidFile: boolean;
  };
  let next = REPORT_DESCRIPTOR;
  closeOnExec(next++);
  const pidFile = told.hasPidFile ? next++ : null;
  if (pidFile !== null) closeOnExec(pidFile);
  const sockets = told.sockets.map(({ count, ...rest }) => {
    const descriptors = Array.from({ length: count }, () => next++);
    for (const fd of descriptors) {
      if (socketKind(fd)?.isListening !== true) throw new StartError(strange);
      closeOnExec(fd);
    }
    return { ...rest, descriptors };
  });
  const predecessors = new Predecessors(told.predecessors);
  const legacy = new Legacy({ sockets, admin: told.admin }, () => predecessors.areThere);
  const inherited = legacy.takeInherited().map(({ fd, name }) => {
    return { fd, name, isListening: true, isLocal: socketKind(fd)!.isLocal };
  });
  return { legacy, inherited, pidFile, predecessors };
}

/** Tells the predecessor, who goes on, why there is no successor after all. */
export function tellFailure(text: string): void {
  try {
    writeSync(REPORT_DESCRIPTOR, Buffer.from(text).subarray(0, REPORT_SIZE_MAX));
  } catch {
    // It is gone.
  }
}

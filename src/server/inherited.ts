// The sockets that websockd is started with: by inetd as descriptor 0, by systemd from descriptor 3 on.

import {
  closeOnExec,
  socketKind,
  takeStandardInput,
  type SocketKind,
} from "../net/inherited-socket.ts";
import type { Turn } from "../net/shared-listener.ts";
import { takeVariables, type OwnEnvironment } from "./own-variables.ts";
import { StartError } from "./start-error.ts";

export interface InheritedSocket extends SocketKind {
  readonly fd: number;
  /** LISTEN_FDNAMES; `redirect` is one that only sends plain HTTP on. */
  readonly name: string;
  /** Other processes accept on it, too. Default: none does. */
  readonly turn?: Turn;
}

/** sd_listen_fds(3). */
const FIRST = 3;
const SOCKETS_MAX = 64;
const VARIABLES = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] as const;

export interface InheritanceOptions {
  readonly inetd: boolean;
  /** Our own; what is read of it is deleted, for it is not for programs. */
  readonly environment: OwnEnvironment;
  readonly pid: number;
}

/** Somebody else has accepted a client, and descriptor 0 is its connection. */
export function stdinIsClient(): boolean {
  return socketKind(0)?.isListening === false;
}

/** Nothing that is printed from now on goes to the client that is descriptor 0. */
export function shieldClient(): void {
  takeStandardInput();
}

/** Throws StartError. */
export function inheritedSockets(options: InheritanceOptions): InheritedSocket[] {
  const passed = passedByEnvironment(options);
  if (!options.inetd) return passed;
  const kind = socketKind(0);
  if (kind === null) {
    throw new StartError(
      "--inetd: standard input is no socket (start websockd from inetd, or leave --inetd out)",
    );
  }
  return [{ ...kind, fd: takeStandardInput(), name: "inetd" }, ...passed];
}

/** systemd hands sockets down to this very process. */
export function hasPassedSockets(environment: OwnEnvironment, pid: number): boolean {
  return environment["LISTEN_PID"] === String(pid) && Number(environment["LISTEN_FDS"]) > 0;
}

function passedByEnvironment({ environment, pid }: InheritanceOptions): InheritedSocket[] {
  const taken = takeVariables(environment, VARIABLES);
  const { LISTEN_FDS: count = "", LISTEN_FDNAMES: names = "" } = taken;
  if (taken.LISTEN_PID !== String(pid)) return []; // for the process that started us, or nobody
  if (!/^[0-9]{1,3}$/.test(count) || Number(count) > SOCKETS_MAX) {
    throw new StartError(
      `LISTEN_FDS=${count}: a number up to ${SOCKETS_MAX} is wanted, as systemd sets it`,
    );
  }
  const nameOf = names.split(":");
  return Array.from({ length: Number(count) }, (_, i) => {
    const fd = FIRST + i;
    const kind = socketKind(fd);
    if (kind === null) {
      const text = `descriptor ${fd}, handed down by LISTEN_FDS, is no stream socket`;
      throw new StartError(`${text} (ListenStream= is wanted in the .socket unit)`);
    }
    closeOnExec(fd);
    return { ...kind, fd, name: nameOf[i] ?? "" };
  });
}

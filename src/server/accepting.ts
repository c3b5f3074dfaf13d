// Opens sockets on which this very process accepts: each kind of connection goes to who serves it.

import { adopt, joined, listen, type Intake, type ListenOptions } from "../net/listener.ts";
import type { Opener, Purpose } from "./listening.ts";

export interface Accepting {
  /** See `listen`; null: plain. */
  readonly secure: ListenOptions["secure"];
  /** For connections by TCP, by the Unix socket, and to the port that only redirects. */
  readonly tcp: Intake;
  readonly local: Intake;
  readonly redirect: Intake;
  readonly failed: ListenOptions["failed"];
}

export function acceptingOpener(accepting: Accepting): Opener {
  const open: Opener["open"] = (at, purpose) => listen({ at, ...optionsFor(purpose, accepting) });
  return {
    scheme: accepting.secure === null ? "ws" : "wss",
    open,
    take: (descriptors, purpose) => joined(descriptors.map((fd) => open({ fd }, purpose))),
    adopt: (fd, purpose) => adopt(fd, optionsFor(purpose, accepting)),
  };
}

function optionsFor(purpose: Purpose, accepting: Accepting): Omit<ListenOptions, "at"> {
  const { secure, tcp, local, redirect, failed } = accepting;
  if (purpose === "redirect") return { secure: null, ...redirect, failed };
  return { secure, ...(purpose === "local" ? local : tcp), failed };
}

// A listening socket on which other processes accept, too: in turns, so that each has its part of the connections.

import { openLibc } from "../libc.ts";

// Bun accepts whatever waits whenever it is woken: of connections that come at once the process that wakes first would
// have all. It stops in the middle when the listener is stopped; the socket itself lives on by a descriptor of ours.

/** Asked after each connection: null to go on, or for how many milliseconds the others alone accept. */
export type Turn = () => number | null;

const F_DUPFD_CLOEXEC = 1030;
const FIRST_FREE = 3;

const CALLS = {
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
} as const;

/** Until another try where no descriptor was left: somebody else accepts meanwhile. */
const RETRY_MS = 100;

interface Stoppable {
  stop(closesConnections: boolean): void;
}

/**
 * `listen` accepts on a descriptor that is its own from then on, and tells of each connection. Returns the first of its
 * listeners, and what stops the last. Throws what it throws at first.
 */
export function listenInTurns<Listening extends Stoppable>(
  fd: number,
  turn: Turn,
  listen: (fd: number, accepted: () => void) => Listening,
): { readonly first: Listening; stop(): void } {
  const libc = openLibc(CALLS); // here: most servers share no socket
  let timer: ReturnType<typeof setTimeout> | undefined;
  let listening: Listening | null = null;
  const accepted = (): void => {
    const pauseMs = turn();
    if (pauseMs === null || listening === null) return;
    listening.stop(false);
    listening = null;
    timer = setTimeout(again, pauseMs);
  };
  const again = (): void => {
    const own = libc.fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);
    if (own < 0) timer = setTimeout(again, RETRY_MS);
    else listening = listen(own, accepted);
  };
  const first = listen(libc.fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE), accepted);
  listening = first;
  return {
    first,
    stop() {
      clearTimeout(timer);
      listening?.stop(false);
      listening = null;
      libc.close(fd);
    },
  };
}

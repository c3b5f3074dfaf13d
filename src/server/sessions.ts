// The sessions of a server, whatever program each runs: those that there are, their numbers, whose turn it is to start.

import type { Session } from "../session/session.ts";
import { LaunchTurns } from "./launch-turns.ts";

export class Sessions {
  readonly running = new Set<Session>();
  /** Those of them that are a script's exchange. */
  readonly scripts = new Set<Session>();
  readonly turns = new LaunchTurns();
  /** Of the one that was started last; the log has it. */
  lastNumber = 0;

  forget(session: Session): void {
    this.running.delete(session);
    this.scripts.delete(session);
  }
}

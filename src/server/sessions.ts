// The sessions of a server, whatever program each runs: those that there are, their numbers, whose turn it is to start.

import type { Gate } from "./gate.ts";
import type { Session } from "../session/session.ts";
import { LaunchTurns } from "./launch-turns.ts";

export class Sessions {
  readonly running = new Set<Session>();
  /** Those of them that are a script's exchange. */
  readonly scripts = new Set<Session>();
  readonly turns = new LaunchTurns();
  /** Those that are asked now, for sessions to come: by whichever edition, for a request may find its own replaced. */
  readonly gates = new Set<Gate>();
  /** Of the one that was started last; the log has it. */
  lastNumber = 0;

  /** Nobody is asked any longer; resolves when no gate is left. No session is to begin from now on. */
  async stopGates(): Promise<void> {
    await Promise.all([...this.gates].map((gate) => gate.stop()));
  }

  /** Without waiting for anything. */
  killGates(): void {
    for (const gate of this.gates) gate.kill();
  }

  forget(session: Session): void {
    this.running.delete(session);
    this.scripts.delete(session);
  }
}

// What the operator's door tells of, and what it can have done.

import type { Figures } from "./figures.ts";
import type { SessionAccount } from "./sessions.ts";

export interface Look {
  readonly figures: Figures;
  /** The newest first. */
  readonly sessions: readonly SessionAccount[];
}

export interface AdminSource {
  /** Who comes is let in: not yet, or not any more, when false. */
  readonly isReady: boolean;
  /** With at most so many sessions. */
  look(sessionsMax: number): Promise<Look>;
  /** Ends a session, of that worker where there are several; resolves to false when there is none of that number. */
  end(number: number, worker: number): Promise<boolean>;
}

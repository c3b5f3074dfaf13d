// What is told of one session, to whoever looks at a server.

import type { BothWays } from "./figures.ts";

export interface SessionAccount {
  /** Of several workers the one that has it; 0: there is but one process. */
  readonly worker: number;
  /** Its number in the log. */
  readonly number: number;
  readonly pid: number;
  readonly peer: string;
  /** Empty: nobody knows. */
  readonly user: string;
  readonly path: string;
  readonly command: string;
  /** `CGI` for the run of a script. */
  readonly kind: string;
  readonly seconds: number;
  readonly messages: Readonly<BothWays>;
  readonly bytes: Readonly<BothWays>;
  /** Bytes that wait. */
  readonly queued: Readonly<BothWays>;
  /** Its source waits for its sink. */
  readonly paused: { readonly incoming: boolean; readonly outgoing: boolean };
}

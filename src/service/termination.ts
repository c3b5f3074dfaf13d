// The ladder by which a service is brought to its end: what is done at each step, and how long it may take.

export interface TerminationStep {
  readonly name: string;
  /** Sent to the process group; null for the first step, which is the end of file on stdin. */
  readonly signal: "SIGINT" | "SIGTERM" | "SIGKILL" | null;
  /** How long the service has before the next step. */
  readonly waitMs: number;
}

/** websocketd's times. */
export const LADDER: readonly TerminationStep[] = [
  { name: "end of file", signal: null, waitMs: 100 },
  { name: "SIGINT", signal: "SIGINT", waitMs: 250 },
  { name: "SIGTERM", signal: "SIGTERM", waitMs: 500 },
  { name: "SIGKILL", signal: "SIGKILL", waitMs: 20 },
];

/** After SIGKILL nothing is left but to look, step by step, whether the group is gone and reaped: 1 s in all. */
const LOOKS_MAX = 49;

/** How often the wait of the first step may be renewed while the service still reads its backlog: 5 s in all. */
const RENEWALS_MAX = 50;

export interface TerminationOptions {
  /** Added to the wait of each step before SIGKILL (`--closems`), in milliseconds. */
  readonly extraMs: number;
  /** Takes the step; false when there is nobody left to take it with. */
  readonly act: (step: TerminationStep) => boolean;
  /** Bytes that still wait for the service: while they grow fewer, the step that ends its input is given time. */
  readonly backlog: () => number;
}

/** The walk down the ladder. It keeps no time: `step` says how long to wait before it is to be called again. */
export class Termination {
  readonly #options: TerminationOptions;
  #next = 0;
  #renewals = 0;
  #looks = 0;
  #backlog = 0;

  constructor(options: TerminationOptions) {
    this.#options = options;
  }

  /** Skips the steps that ask a process to end by itself: for a group whose leader has. */
  skipEndOfFile(): void {
    if (this.#next === 0) this.#next = 1;
  }

  /** Takes the next step. Returns the milliseconds until the one after it, or null when the walk is over. */
  step(): number | null {
    const backlog = this.#options.backlog();
    if (
      this.#next === 1 &&
      backlog > 0 &&
      backlog < this.#backlog &&
      this.#renewals < RENEWALS_MAX
    ) {
      this.#renewals++;
      this.#backlog = backlog;
      return LADDER[0]!.waitMs;
    }
    this.#backlog = backlog;
    const step = LADDER[this.#next];
    if (step === undefined) return this.#looks++ < LOOKS_MAX ? LADDER.at(-1)!.waitMs : null;
    this.#next++;
    if (!this.#options.act(step)) return null;
    return step.waitMs + (step.signal === "SIGKILL" ? 0 : this.#options.extraMs);
  }
}

// The ladder by which a service is brought to its end: what is done at each step, and how long it may take.

export interface TerminationStep {
  /** Sent to the process group; null for the end of file on stdin. */
  readonly signal: NodeJS.Signals | null;
  /** How long the service has before the next step. */
  readonly waitMs: number;
}

/** After SIGKILL nothing is left but to look, step by step, whether the group is gone and reaped: 1 s in all. */
const LOOK_MS = 20;
const LOOKS_MAX = 50;

/** What a service that still reads its backlog gets besides, again and again: 5 s in all. */
const RENEWAL_MS = 100;
const RENEWALS_MAX = 50;

export interface TerminationOptions {
  /** Its last step is SIGKILL. */
  readonly ladder: readonly TerminationStep[];
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
  #last: TerminationStep | null = null;
  #next = 0;
  #renewals = 0;
  #looks = 0;
  #backlog = 0;

  constructor(options: TerminationOptions) {
    this.#options = options;
  }

  /** Skips the step that asks a process to end by itself: for a group whose leader has. */
  skipEndOfFile(): void {
    while (this.#options.ladder[this.#next]?.signal === null) this.#next++;
  }

  /** Takes the next step. Returns the milliseconds until the one after it, or null when the walk is over. */
  step(): number | null {
    const { ladder, extraMs, act } = this.#options;
    const backlog = this.#options.backlog();
    const reads = backlog > 0 && backlog < this.#backlog;
    this.#backlog = backlog;
    if (this.#last?.signal === null && reads && this.#renewals++ < RENEWALS_MAX) {
      return Math.min(this.#last.waitMs, RENEWAL_MS);
    }
    const step = ladder[this.#next];
    if (step === undefined) return ++this.#looks < LOOKS_MAX ? LOOK_MS : null;
    this.#next++;
    this.#last = step;
    if (!act(step)) return null;
    return step.signal === "SIGKILL" ? LOOK_MS : step.waitMs + extraMs;
  }
}

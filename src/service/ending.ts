// The end of a service in time: the ladder walked by a timer, for a group whose leader may have exited before.

import { Termination, type TerminationStep } from "./termination.ts";

/** The processes that end together. */
export interface ServiceGroup {
  /** kill(2); 0 only asks. False when none is left; `hasExited`: its leader has, whose number may become another's. */
  signal(signal: NodeJS.Signals | 0, hasExited: boolean): boolean;
  /** None is left, or nothing more can be done. */
  over(): void;
}

export interface EndingLimits {
  readonly ladder: readonly TerminationStep[];
  /** See TerminationOptions.extraMs. */
  readonly extraMs: number;
  /** How long a program whose client is gone may go on before the ladder; null: not at all. */
  readonly finishTimeoutMs: number | null;
}

export interface EndingOptions extends EndingLimits {
  readonly group: ServiceGroup;
  /** Ends the program's stdin, when what waits is written. */
  readonly endInput: () => void;
  /** The ladder's first step; default: the same. */
  readonly hangUp?: () => void;
  readonly backlog: () => number;
  /** Nobody is left of the group, or nothing more can be done. Called once. */
  readonly over: () => void;
}

export class Ending {
  readonly #options: EndingOptions;
  #termination: Termination | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #leaderHasExited = false;
  isOver = false;

  constructor(options: EndingOptions) {
    this.#options = options;
  }

  /** The ladder, from now. */
  begin(): void {
    if (this.#termination !== null || this.isOver) return;
    this.#stopTimer(); // that of a program that was to finish by itself
    this.#termination = this.#newTermination();
    if (!this.#leaderHasExited) this.#step();
  }

  /** The end of file, and the ladder only after `finishTimeoutMs`. */
  beginLate(finishTimeoutMs: number): void {
    if (this.#termination !== null || this.#timer !== null || this.isOver) return;
    this.#options.endInput();
    this.#timer = setTimeout(() => this.begin(), finishTimeoutMs);
  }

  leaderExited(): void {
    this.#leaderHasExited = true;
    this.signal(0); // learns whether the group goes on
    this.#stopTimer();
  }

  /** The leader has exited, and all that it wrote is read: ends what is left of its group. */
  conclude(): void {
    if (this.isOver || this.#timer !== null) return;
    this.#termination ??= this.#newTermination();
    this.#termination.skipEndOfFile();
    this.#step();
  }

  signal(signal: NodeJS.Signals | 0): boolean {
    return this.#options.group.signal(signal, this.#leaderHasExited);
  }

  #newTermination(): Termination {
    return new Termination({ ...this.#options, act: (step) => this.#act(step) });
  }

  #step(): void {
    this.#timer = null;
    const groupGone = this.#leaderHasExited && !this.signal(0);
    const waitMs = groupGone ? null : this.#termination!.step();
    if (waitMs !== null) {
      this.#timer = setTimeout(() => this.#step(), waitMs);
      return;
    }
    if (!this.#leaderHasExited) return; // SIGKILL was sent: the exit will come
    this.isOver = true;
    this.#options.group.over();
    this.#options.over();
  }

  #act(step: TerminationStep): boolean {
    if (step.signal !== null) return this.signal(step.signal);
    const { endInput, hangUp = endInput } = this.#options;
    hangUp();
    return true;
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

// Counts attempts to come in that were not right at once, by who makes them.

export interface AttemptLimits {
  /** Of one. */
  readonly eachMax: number;
  /** Of one that may be many: a proxy that does not say for whom it asks. */
  readonly sharedMax: number;
}

/** One that is counted; to be ended once. `isHeld`: it has a connection that waits for its answer. */
export interface Attempt {
  readonly who: string;
  readonly isHeld: boolean;
}

export class Attempts {
  readonly #limits: AttemptLimits;
  readonly #counts = new Map<string, number>();
  /** Of all. */
  held = 0;

  constructor(limits: AttemptLimits) {
    this.#limits = limits;
  }

  /** Whether another one is looked at. */
  mayTry(who: string, isShared: boolean): boolean {
    const { eachMax, sharedMax } = this.#limits;
    return (this.#counts.get(who) ?? 0) < (isShared ? sharedMax : eachMax);
  }

  begin({ who, isHeld }: Attempt): void {
    if (isHeld) this.held++;
    this.#counts.set(who, (this.#counts.get(who) ?? 0) + 1);
  }

  end({ who, isHeld }: Attempt): void {
    if (isHeld) this.held--;
    const count = this.#counts.get(who)! - 1;
    if (count === 0) this.#counts.delete(who);
    else this.#counts.set(who, count);
  }
}

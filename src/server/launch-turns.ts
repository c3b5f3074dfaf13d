// One start of a program in a turn of the loop: it stops all else for a third of a millisecond.

/** Of 200 clients that come at once, the first would else have their echoes when the last program is started. */
export class LaunchTurns {
  /** Those of the turns to come; null: nothing was started in this one. */
  #waiting: (() => void)[] | null = null;

  /** True: a program may be started now. False: one was, in this turn, and `later` is called in a turn of its own; it throws nothing. */
  isNow(later: () => void): boolean {
    if (this.#waiting !== null) {
      this.#waiting.push(later);
      return false;
    }
    this.#waiting = [];
    setImmediate(() => this.#next());
    return true;
  }

  #next(): void {
    const next = this.#waiting!.shift();
    if (next === undefined) {
      this.#waiting = null;
      return;
    }
    setImmediate(() => this.#next());
    next();
  }
}

// A service's process group, by the number of its leader, for as long as that number is its own.

export class ProcessGroup {
  readonly #leader: number;
  #isGone = false;

  constructor(leader: number) {
    this.#leader = leader;
  }

  /**
   * kill(2); 0 only asks. False when the group has no member left: once its leader `hasExited`, its number may become
   * another's, and gets no signal any more.
   */
  signal(signal: NodeJS.Signals | 0, hasExited: boolean): boolean {
    if (this.#isGone) return false;
    try {
      process.kill(-this.#leader, signal);
      return true;
    } catch {
      this.#isGone = hasExited;
      return false;
    }
  }
}

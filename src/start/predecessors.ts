// The processes before us that still have sessions: who stops us stops them, too, and who turns our log turns theirs.

import { SUCCESSOR_STOPS } from "./lifecycle.ts";

/** How soon the end of another process is noticed: nobody tells of it. */
const LOOK_MS = 100;

export class Predecessors {
  /** The oldest first. */
  readonly pids: readonly number[];
  /** Who was asked to stop. */
  #asked: number | null = null;

  constructor(pids: readonly number[]) {
    this.pids = pids;
  }

  get areThere(): boolean {
    return this.#last !== null;
  }

  /** Stops them, and at the second call at once. */
  stop(): void {
    this.#asked = this.#last;
    this.#signal(SUCCESSOR_STOPS);
  }

  /** Their log files are opened anew: who turns the log knows of us alone. */
  reopen(): void {
    this.#signal("SIGUSR1");
  }

  /**
   * After `stop`: resolves when none is left, or after so long; null: however long it takes. The last one may have been
   * at its end when it was asked, and have passed nothing on: then the one before it is asked.
   */
  async gone(timeoutMs: number | null): Promise<void> {
    const end = performance.now() + (timeoutMs ?? Infinity);
    while (this.areThere && performance.now() < end) {
      if (this.#last !== this.#asked) this.stop();
      await Bun.sleep(LOOK_MS);
    }
  }

  /** That one does the same to the one before it. */
  #signal(signal: NodeJS.Signals): void {
    const pid = this.#last;
    if (pid === null) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended just now.
    }
  }

  /** As each of us adopts orphans, our parent is the last one that lives. */
  get #last(): number | null {
    const { ppid } = process;
    return this.pids.includes(ppid) ? ppid : null;
  }
}

// The server's own end without a signal: after one session (--once), or when nobody was there for long (--exit-idle).

import type { LifeConfig } from "../config-life.ts";

export interface SelfExitOptions extends Pick<LifeConfig, "once" | "exitIdleMs"> {
  /** Why it ends when `exitIdleMs` have gone by. */
  readonly idleReason: string;
  /** True while no connection, no answer and no session is there. */
  readonly isIdle: () => boolean;
  /** False: another process has sessions of this server yet. Default: none has. */
  readonly isAlone?: () => boolean;
  /** Accept nobody else. */
  readonly close: () => void;
}

export class SelfExit {
  readonly #options: SelfExitOptions;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #served = false;
  #reason: string | null = null;
  #over: ((reason: string) => void) | null = null;

  constructor(options: SelfExitOptions) {
    this.#options = options;
  }

  /** Calls back when it is time, with the reason for the log. */
  whenOver(over: (reason: string) => void): void {
    this.#over = over;
    if (this.#reason !== null) over(this.#reason);
  }

  /** A WebSocket has its program. */
  sessionBegan(): void {
    if (!this.#options.once) return;
    this.#served = true;
    this.#options.close();
  }

  sessionsGone(): void {
    if (this.#served) this.#end("the one session of --once is over");
  }

  /** Somebody came, or left. */
  changed(): void {
    const { exitIdleMs, isIdle } = this.#options;
    if (exitIdleMs === null) return;
    if (!isIdle()) {
      this.stop();
    } else if (this.#timer === null) {
      this.#timer = setTimeout(() => this.#wasIdle(), exitIdleMs);
    }
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wasIdle(): void {
    const { idleReason, isAlone } = this.#options;
    if (isAlone === undefined || isAlone()) return this.#end(idleReason);
    this.#timer = null;
    this.changed(); // as much time once more
  }

  #end(reason: string): void {
    this.#reason = reason;
    this.#over?.(reason);
  }
}

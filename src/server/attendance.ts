// Who is there: hears of connections and sessions, and tells whom it concerns that nobody is left.

import { Collector } from "./collector.ts";
import { SelfExit, type SelfExitOptions } from "./self-exit.ts";

export interface AttendanceOptions extends SelfExitOptions {
  /** Hears whether anybody is there, whenever somebody came or left; null: nobody wants to know. */
  readonly told: ((isIdle: boolean) => void) | null;
}

export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #selfExit: SelfExit;
  readonly #collector = new Collector();
  #gone: (() => void) | null = null;

  constructor(options: AttendanceOptions) {
    this.#options = options;
    this.#selfExit = new SelfExit(options);
  }

  /** A program runs: a session's, or a gate. */
  began(): void {
    this.#collector.sessionBegan();
  }

  /** Another configuration is served. */
  editionBegan(): void {
    this.#collector.editionBegan();
  }

  /** A WebSocket is joined to its program. */
  joined(): void {
    this.#selfExit.sessionBegan();
  }

  /** A session is gone, or there is none after all, and so many are left. */
  finished(sessionsLeft: number): void {
    this.changed();
    if (sessionsLeft > 0) return;
    this.#collector.sessionsGone();
    this.#gone?.();
    this.#selfExit.sessionsGone();
  }

  /** A connection came, was answered, or left. */
  changed(): void {
    const { told, isIdle } = this.#options;
    told?.(isIdle());
    this.#selfExit.changed();
  }

  whenOver(over: (reason: string) => void): void {
    this.#selfExit.whenOver(over);
  }

  /** Resolves when the last session is gone; there is one now. */
  gone(): Promise<void> {
    return new Promise((resolve) => (this.#gone = resolve));
  }

  /** The server ends: nothing more is to be said of its own accord. */
  stop(): void {
    this.#selfExit.stop();
    this.#collector.stop();
  }
}

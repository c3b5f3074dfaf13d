// When the messages of one connection are due at a given rate, and since when each of them waits.

export type ScheduleOptions = {
  /** Between two messages. */
  readonly intervalNanoseconds: number;
  /** When the first one is due. */
  readonly firstNanoseconds: number;
};

/**
 * Coordinated omission: a server that stops for a while also stops a client that waits for it, and the messages
 * which that client would have sent meanwhile are missing from its latencies. So a message that found no room in the window is counted
 * from when it was due. One that was only met late by our own clock, which looks now and then, is not the server's
 * doing: it is counted from when it was met.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  #sent = 0;
  /** What was due at the last look and had no room waits for the server. */
  #lookedNanoseconds = -Infinity;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Whether a message that was due by then has not been sent. */
  isBehind(nanoseconds: number): boolean {
    return this.#dueNanoseconds <= nanoseconds;
  }

  get #dueNanoseconds(): number {
    const { intervalNanoseconds, firstNanoseconds } = this.#options;
    return firstNanoseconds + this.#sent * intervalNanoseconds;
  }

  /** For each message to be sent now, at most `room`: since when it waits. */
  take(room: number, nanoseconds: number): number[] {
    const since: number[] = [];
    while (since.length < room && this.isBehind(nanoseconds)) {
      const due = this.#dueNanoseconds;
      since.push(due <= this.#lookedNanoseconds ? due : nanoseconds);
      this.#sent++;
    }
    this.#lookedNanoseconds = nanoseconds;
    return since;
  }
}

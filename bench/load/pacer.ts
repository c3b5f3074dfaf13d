// Sends the messages of many connections at a given rate, as far as their windows have room.
import type { Connection } from "./connection.ts";
import { Schedule } from "./schedule.ts";

/** Timers come no oftener. */
const LOOK_MS = 1;

export type PacerOptions = {
  /** Messages a second, of all connections together. */
  readonly rate: number;
  readonly window: number;
};

export class Pacer {
  readonly #window: number;
  readonly #schedules: ReadonlyMap<Connection, Schedule>;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #caughtUp = Promise.withResolvers<void>();
  #endNanoseconds = Infinity;

  /** Begins at once; the connections take turns. */
  constructor(connections: readonly Connection[], { rate, window }: PacerOptions) {
    this.#window = window;
    const now = Bun.nanoseconds();
    const between = 1e9 / rate;
    this.#schedules = new Map(
      connections.map((connection, turn) => {
        const firstNanoseconds = now + turn * between;
        const intervalNanoseconds = connections.length * between;
        return [connection, new Schedule({ firstNanoseconds, intervalNanoseconds })];
      }),
    );
    for (const connection of connections) {
      connection.feedBy((one, _count, nanoseconds) => this.#send(one, nanoseconds));
    }
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** What is due later is not sent; resolves when all that was due before has been. */
  stop(): Promise<void> {
    this.#endNanoseconds = Bun.nanoseconds();
    this.#look();
    return this.#caughtUp.promise;
  }

  #look(): void {
    const nanoseconds = Bun.nanoseconds();
    for (const connection of this.#schedules.keys()) this.#send(connection, nanoseconds);
    const end = this.#endNanoseconds;
    if (end === Infinity) return;
    if ([...this.#schedules.values()].some((schedule) => schedule.isBehind(end))) return;
    clearInterval(this.#timer);
    this.#caughtUp.resolve();
  }

  #send(connection: Connection, nanoseconds: number): void {
    const room = this.#window - connection.inFlight;
    const until = Math.min(nanoseconds, this.#endNanoseconds);
    const due = this.#schedules.get(connection)?.take(room, until) ?? [];
    for (const since of due) connection.send(1, since);
    if (due.length === 0) connection.flush();
  }
}

// Looks after all connections in turns: one timer, and a share of them each time that it goes off.

/** A connection that wants to be looked after. */
export interface Ticked {
  /** `now` is the ticker's time in milliseconds. */
  tick(now: number): void;
}

export interface TickerOptions {
  /** Milliseconds within which every connection is looked after once. */
  readonly roundMs: number;
  /** A `tick` threw: a defect of ours. The others go on. */
  readonly failed: (error: Error) => void;
}

/** Of a round: what falls due in it is spread over so many turns of the loop. */
const TICKS_PER_ROUND = 16;
/** However short the round is asked to be: more often would cost more than it could tell. */
const TICK_MIN_MS = 10;

export class Ticker {
  readonly #options: TickerOptions;
  readonly #tickMs: number;
  readonly #connections = new Set<Ticked>();
  /** Goes through the set as it changes, from tick to tick. */
  #round: Iterator<Ticked> = this.#connections.values();
  #timer: ReturnType<typeof setInterval> | null = null;
  #now = 0;

  constructor(options: TickerOptions) {
    this.#options = options;
    this.#tickMs = Math.max(TICK_MIN_MS, Math.ceil(options.roundMs / TICKS_PER_ROUND));
  }

  /**
   * Milliseconds in which this process ran, more or less: ticks are counted. After a time in which it did not (a
   * suspended machine, SIGSTOP) no client must be found silent that was not listened to.
   */
  get now(): number {
    return this.#now;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Begins to tick. Does not keep the process alive. */
  start(): void {
    this.#timer ??= setInterval(() => this.tick(), this.#tickMs);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  add(connection: Ticked): void {
    this.#connections.add(connection);
  }

  delete(connection: Ticked): void {
    this.#connections.delete(connection);
  }

  /** One tick: what the timer calls. */
  tick(): void {
    this.#now += this.#tickMs;
    for (let left = Math.ceil(this.size / TICKS_PER_ROUND); left > 0; left--) {
      const { value } = this.#next();
      if (value === undefined) return; // the last one left in this very tick
      try {
        value.tick(this.#now);
      } catch (error) {
        this.#options.failed(error as Error);
      }
    }
  }

  /** The next in turn, the first after the last. */
  #next(): IteratorResult<Ticked, undefined> {
    const next = this.#round.next();
    if (next.done !== true) return next;
    this.#round = this.#connections.values();
    return this.#round.next();
  }
}

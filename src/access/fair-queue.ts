// Work that is dear, done a few at once: whoever waits is served in turn with the others, however much one of them wants.

export interface FairQueueOptions {
  readonly atOnceMax: number;
  readonly waitingMax: number;
}

export interface Claimant {
  readonly who: string;
  /** How much of it may wait at once. */
  readonly waitingMax: number;
}

interface Job {
  readonly run: () => Promise<void>;
}

export class FairQueue {
  readonly #options: FairQueueOptions;
  /** By who wants it; the first in line is the next whose turn it is. */
  readonly #waiting = new Map<string, Job[]>();
  #waitingCount = 0;
  #running = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /** What `work` comes to, done now or later; null when too many wait, in all or of this one. */
  add<Result>(
    { who, waitingMax: ownMax }: Claimant,
    work: () => Promise<Result>,
  ): Promise<Result> | null {
    const { atOnceMax, waitingMax } = this.#options;
    const jobs = this.#waiting.get(who) ?? [];
    const isFull = this.#waitingCount >= waitingMax || jobs.length >= ownMax;
    if (this.#running >= atOnceMax && isFull) return null;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    jobs.push({ run: () => work().then(resolve, reject) });
    this.#waiting.set(who, jobs);
    this.#waitingCount++;
    this.#next();
    return promise;
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#running >= this.#options.atOnceMax) return;
    const [who, jobs] = first;
    const job = jobs.shift()!;
    this.#waitingCount--;
    this.#waiting.delete(who);
    if (jobs.length > 0) this.#waiting.set(who, jobs);
    this.#running++;
    void job.run().finally(() => {
      this.#running--;
      this.#next();
    });
  }
}

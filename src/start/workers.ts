// The workers together: started, replaced when they die, reloaded, brought to their end.

import type { Log } from "../log.ts";
import type { DrainPlan } from "../server/drain-plan.ts";
import { EXIT_UNAVAILABLE, StartError } from "../server/start-error.ts";
import type { WorkerEnd, WorkerListener, WorkerProcess } from "./worker-process.ts";

export interface WorkersOptions {
  readonly count: number;
  /** Starts the one with that number, from 1. Throws when that cannot be. */
  readonly start: (number: number, listener: WorkerListener) => WorkerProcess;
  /** It is dead: what it leaves is to be ended. */
  readonly gone: (worker: WorkerProcess) => void;
  readonly log: Log;
}

/** Who dies is replaced at once; who then dies again within this time, later and later. */
const STEADY_MS = 10_000;
const RETRY_FIRST_MS = 100;
/** So long clients wait at most, in the backlog of one worker's socket, until another try is made. */
const RETRY_LAST_MS = 5000;
const RELOAD_TIMEOUT_MS = 10_000;

/** The place of one worker. */
interface Slot {
  readonly number: number;
  process: WorkerProcess | null;
  /** Until the next try, if there must be one. */
  retryMs: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Workers implements WorkerListener {
  readonly #options: WorkersOptions;
  readonly #slots: readonly Slot[];
  readonly #ready = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<number>();
  /** Those that failed while none was ready. */
  readonly #failed = new Map<Slot, WorkerEnd>();
  /** Those of which it is to be heard that their certificates are read. */
  readonly #reloading = new Set<WorkerProcess>();
  #reloaded: (() => void) | null = null;
  #wasReady = false;
  #isStopping = false;
  #status = 0;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.count }, (_, i) => {
      return { number: i + 1, process: null, retryMs: 0, timer: undefined };
    });
  }

  /** Resolves when all accept. Rejects with StartError, in the words of the first, when none ever does. */
  begin(): Promise<void> {
    for (const slot of this.#slots) this.#start(slot);
    return this.#ready.promise;
  }

  get areAllReady(): boolean {
    return this.#slots.every(({ process }) => process?.isReady);
  }

  /** Those that accept. */
  get accepting(): readonly WorkerProcess[] {
    return this.#slots.flatMap(({ process }) => (process?.isReady ? [process] : []));
  }

  /** By the workers' numbers, less one; null: that one is not there now. */
  get pids(): readonly (number | null)[] {
    return this.#slots.map(({ process }) => process?.pid ?? null);
  }

  signal(signal: NodeJS.Signals): void {
    for (const { process } of this.#slots) process?.signal(signal);
  }

  /** It is replaced as any other that dies. */
  killHung(number: number): void {
    const { process } = this.#slots[number - 1]!;
    if (process === null) return;
    const about = { worker: number, pid: process.pid };
    this.#options.log.write("error", "a worker hangs, and is killed", about);
    process.signal("SIGKILL");
  }

  /** All read their certificates anew; resolves when they have, or have had time for it. */
  reload(): Promise<void> {
    for (const { process } of this.#slots) if (process?.isReady) this.#reloading.add(process);
    this.signal("SIGHUP");
    if (this.#reloading.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RELOAD_TIMEOUT_MS);
      const before = this.#reloaded;
      this.#reloaded = () => {
        before?.();
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** All drain by that plan; resolves when they are gone: with 0, or the status of the first that did not. */
  stop(plan: DrainPlan): Promise<number> {
    this.#isStopping = true;
    for (const { timer } of this.#slots) clearTimeout(timer);
    for (const { process } of this.#slots) process?.drain(plan);
    this.#look();
    return this.#stopped.promise;
  }

  ready(worker: WorkerProcess): void {
    this.#wasReady = true;
    for (const slot of this.#failed.keys()) this.#startLater(slot);
    this.#failed.clear();
    this.#options.log.write("info", "a worker accepts", { worker: worker.number, pid: worker.pid });
    if (this.areAllReady) this.#ready.resolve();
  }

  reloaded(worker: WorkerProcess): void {
    this.#reloading.delete(worker);
    if (this.#reloading.size > 0) return;
    this.#reloaded?.();
    this.#reloaded = null;
  }

  ended(worker: WorkerProcess, end: WorkerEnd): void {
    const slot = this.#slots[worker.number - 1]!;
    slot.process = null;
    this.#options.gone(worker);
    this.reloaded(worker);
    const about = { worker: worker.number, pid: worker.pid };
    if (!this.#isStopping) {
      if (performance.now() - worker.startedAt >= STEADY_MS) slot.retryMs = 0;
      return this.#died(slot, end, about);
    }
    // One that had not begun dies of the signal to drain.
    const isDrained = end.status === 0 || !worker.isReady;
    if (!isDrained && this.#status === 0) this.#status = end.status;
    const text = `a worker has ended: ${end.how}`;
    this.#options.log.write(isDrained ? "info" : "error", text, about);
    this.#look();
  }

  #start(slot: Slot): void {
    slot.timer = undefined;
    try {
      slot.process = this.#options.start(slot.number, this);
    } catch (error) {
      const problem = { text: (error as Error).message, status: EXIT_UNAVAILABLE };
      const end = { how: "not started", status: EXIT_UNAVAILABLE, problem };
      this.#died(slot, end, { worker: slot.number });
    }
  }

  #died(slot: Slot, end: WorkerEnd, about: Readonly<Record<string, number>>): void {
    if (this.#wasReady) {
      const why = end.problem === null ? "" : `: ${end.problem.text}`;
      const fields = { ...about, retry_ms: slot.retryMs };
      this.#options.log.write("error", `a worker has died: ${end.how}${why}`, fields);
      return this.#startLater(slot);
    }
    this.#failed.set(slot, end);
    if (this.#failed.size < this.#slots.length) return;
    const [{ how, problem, status } = end] = this.#failed.values();
    const text = problem?.text ?? `no worker can be had: the first ended with ${how}`;
    this.#ready.reject(new StartError(text, problem?.status ?? (status || EXIT_UNAVAILABLE)));
  }

  #startLater(slot: Slot): void {
    slot.timer = setTimeout(() => this.#start(slot), slot.retryMs);
    slot.retryMs = Math.min(Math.max(RETRY_FIRST_MS, 2 * slot.retryMs), RETRY_LAST_MS);
  }

  #look(): void {
    if (this.#slots.every(({ process }) => process === null)) this.#stopped.resolve(this.#status);
  }
}

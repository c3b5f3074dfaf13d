// Services that are started before anybody asks for one: their clients do not wait for fork and exec.

import { SILENT_LISTENER, type EndCause } from "../session/endpoint.ts";
import type { Launch, LaunchProblem, LaunchRequest } from "./launcher.ts";
import type { ServiceOptions, ServiceProcess } from "./process.ts";
import type { StderrListener } from "./stderr-reader.ts";

export interface SparesOptions {
  /** How many are kept waiting. */
  readonly count: number;
  /** What each is started as; its environment is that of no client. */
  readonly request: Omit<LaunchRequest, "stderr" | "exited">;
  readonly service: ServiceOptions;
  readonly launch: Launch;
  /** A client's variables are the first line of stdin, as JSON; else they are told to nobody. */
  readonly tellsVariables: boolean;
  readonly listener: SparesListener;
}

export interface SparesListener {
  /** A line that one wrote to stderr before it had a client. */
  stderrLine(pid: number, text: string): void;
  /** One ended before it had a client: the first of those that end at once, or one that had waited for a while. */
  endedEarly(pid: number, cause: EndCause, isAtOnce: boolean): void;
  /** None can be started: told for the first of a row. */
  cannotStart(problem: LaunchProblem): void;
}

/** After one was taken: so long its client's first messages go before the start of another, which stops all else. */
const REFILL_DELAY_MS = 5;
/** Between two starts: what came meanwhile goes before. */
const NEXT_DELAY_MS = 1;
/** One that ends within this time does so again: the next is started later and later. */
const AT_ONCE_MS = 1000;
const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 10_000;

/** A spare until its client comes, and then what hears its stderr. */
class Spare implements StderrListener {
  readonly startedAt = performance.now();
  service: ServiceProcess | null = null;
  owner: StderrListener | null = null;
  readonly #listener: SparesListener;

  constructor(listener: SparesListener) {
    this.#listener = listener;
  }

  stderrLine(text: string): void {
    if (this.owner === null) this.#listener.stderrLine(this.service!.pid, text);
    else this.owner.stderrLine(text);
  }
}

export class Spares {
  readonly #options: SparesOptions;
  /** The oldest first. */
  readonly #waiting = new Set<Spare>();
  /** They are brought to their end. */
  readonly #leaving = new Set<ServiceProcess>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Milliseconds until the next try; 0 while all is well. */
  #retryMs = 0;
  #isStopped = false;
  #gone: (() => void) | null = null;

  constructor(options: SparesOptions) {
    this.#options = options;
  }

  /** False: nobody reads a client's variables. */
  get tellsVariables(): boolean {
    return this.#options.tellsVariables;
  }

  /** One waits: a client takes no start of a program. */
  get isReady(): boolean {
    return [...this.#waiting].some(({ service }) => service!.exit === null);
  }

  /** Begins to start them, one in a turn. */
  fill(): void {
    this.#schedule(0);
  }

  /** A service for a client: one that waits, or a new one when none does. `variables` are the client's. */
  start(
    variables: Readonly<Record<string, string>>,
    stderr: StderrListener,
  ): ServiceProcess | LaunchProblem {
    const { request, service: options, launch } = this.#options;
    const started = this.#take(stderr) ?? launch({ ...request, stderr }, options);
    if (!("transient" in started) && this.#options.tellsVariables) this.#tell(started, variables);
    return started;
  }

  /** Ends all that wait; resolves when they are gone. Nothing is started any more. */
  stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const spare of this.#waiting) this.#end(spare, (service) => service.end(STOPPING));
    if (this.#leaving.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#gone = resolve));
  }

  /** Kills all that wait, and all that are to end, without waiting for anything. */
  kill(): void {
    for (const { service } of this.#waiting) service!.destroy();
    for (const service of this.#leaving) service.destroy();
  }

  #take(stderr: StderrListener): ServiceProcess | null {
    for (const spare of this.#waiting) {
      const service = spare.service!;
      if (service.exit !== null) continue; // it is told of next
      this.#waiting.delete(spare);
      if (performance.now() - spare.startedAt >= AT_ONCE_MS) this.#retryMs = 0;
      spare.owner = stderr;
      service.resume(); // what it has said comes with a later turn: the session hears it
      this.#schedule(REFILL_DELAY_MS);
      return service;
    }
    return null;
  }

  /** The variables that it does not have already, before anything else: 16 KiB of head are far less than a chunk. */
  #tell(service: ServiceProcess, variables: Readonly<Record<string, string>>): void {
    const { environment } = this.#options.request;
    const told = Object.entries(variables).filter(([name, value]) => environment[name] !== value);
    const line = Buffer.from(`${JSON.stringify(Object.fromEntries(told))}\n`);
    const { kernel } = this.#options.service;
    kernel.bytes.set(line, kernel.incoming);
    service.send(kernel.incoming, kernel.incoming + line.length);
  }

  #schedule(milliseconds: number): void {
    if (this.#timer !== null || this.#isStopped) return;
    if (this.#waiting.size >= this.#options.count) return;
    const delayMs = Math.max(milliseconds, this.#retryMs);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#startOne();
      this.#schedule(NEXT_DELAY_MS);
    }, delayMs);
    this.#timer.unref();
  }

  #startOne(): void {
    const { request, service: options, launch, listener } = this.#options;
    const spare = new Spare(listener);
    const exited = () => this.#exited(spare);
    const started = launch({ ...request, stderr: spare, exited }, options);
    if ("transient" in started) {
      if (this.#isFirstFailure()) listener.cannotStart(started);
      return;
    }
    spare.service = started;
    started.pause(); // what it says first is for its client
    this.#waiting.add(spare);
  }

  #exited(spare: Spare): void {
    if (!this.#waiting.has(spare)) return; // its client's session tells of it
    const service = spare.service!;
    const isAtOnce = performance.now() - spare.startedAt < AT_ONCE_MS;
    const isTold = isAtOnce ? this.#isFirstFailure() : true;
    if (!isAtOnce) this.#retryMs = 0;
    if (isTold) this.#options.listener.endedEarly(service.pid, service.exit!, isAtOnce);
    this.#end(spare, () => service.destroy());
    this.#schedule(REFILL_DELAY_MS);
  }

  /** The next try is made later than the last. */
  #isFirstFailure(): boolean {
    const isFirst = this.#retryMs === 0;
    this.#retryMs = Math.min(Math.max(RETRY_FIRST_MS, 2 * this.#retryMs), RETRY_LAST_MS);
    return isFirst;
  }

  #end(spare: Spare, by: (service: ServiceProcess) => void): void {
    const service = spare.service!;
    this.#waiting.delete(spare);
    this.#leaving.add(service);
    service.listener = {
      ...SILENT_LISTENER,
      closed: () => {
        this.#leaving.delete(service);
        if (this.#leaving.size === 0) this.#gone?.();
      },
    };
    service.resume(); // what it said is for nobody, and must not keep its pipe open
    by(service);
  }
}

const STOPPING: EndCause = { kind: "stopping" };

// Counts for --admin: what has ended is added up as it ends, what goes on is asked when somebody wants to know.

import { addBothWays, count, countSpawn, noFigures, type Figures } from "../admin/figures.ts";
import { SLAB_SIZE, type Kernel } from "../kernel/kernel.ts";
import type { EndCause } from "../session/endpoint.ts";
import type { SessionAccount } from "../admin/sessions.ts";

/** A session, as far as it is counted. */
export interface Counted {
  /** As it is now. */
  readonly account: SessionAccount;
  /** How its program ended, once it has. */
  readonly exit: EndCause | null;
  end(cause: EndCause): void;
}

export interface TallyOptions {
  readonly kernel: Kernel;
  /** Slabs that all queues may have before sources pause. */
  readonly slabsBudget: number;
}

/** What this very process takes. */
export function ownUse(): Pick<Figures, "residentBytes" | "cpuSeconds"> {
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 };
}

export class Tally {
  readonly #options: TallyOptions;
  /** In the order in which they began. */
  readonly #sessions = new Set<Counted>();
  /** What has ended. */
  readonly #ended = noFigures();
  #startingAt = 0;

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  /** A program is being started; `spawned` comes next, in the same turn, when it runs. */
  spawning(): void {
    this.#startingAt = performance.now();
  }

  spawned(): void {
    countSpawn(this.#ended.spawned, (performance.now() - this.#startingAt) / 1000);
  }

  refused(status: number): void {
    count(this.#ended.refused, String(status));
  }

  began(session: Counted): void {
    this.#sessions.add(session);
  }

  finished(session: Counted, cause: EndCause): void {
    const { exit, account } = session;
    this.#sessions.delete(session);
    count(this.#ended.ended, cause.kind);
    if (exit?.kind === "exit") count(this.#ended.exits, `exit ${exit.status}`);
    if (exit?.kind === "signal") count(this.#ended.exits, `signal ${exit.name}`);
    addBothWays(this.#ended.messages, account.messages);
    addBothWays(this.#ended.bytes, account.bytes);
  }

  get figures(): Figures {
    const { kernel, slabsBudget } = this.#options;
    const figures = structuredClone(this.#ended);
    figures.sessions = this.#sessions.size;
    for (const { account } of this.#sessions) {
      addBothWays(figures.messages, account.messages);
      addBothWays(figures.bytes, account.bytes);
      addBothWays(figures.queued, account.queued);
      figures.paused.incoming += Number(account.paused.incoming);
      figures.paused.outgoing += Number(account.paused.outgoing);
    }
    figures.bufferUsed = kernel.slabs.used * SLAB_SIZE;
    figures.bufferMax = slabsBudget * SLAB_SIZE;
    return Object.assign(figures, ownUse());
  }

  /** The newest first. */
  accounts(countMax: number): SessionAccount[] {
    const first = Math.max(0, this.#sessions.size - countMax);
    const newest = [...this.#sessions.values().drop(first)];
    return newest.map(({ account }) => account).toReversed();
  }

  /** False: there is none of that number. */
  end(number: number): boolean {
    for (const session of this.#sessions) {
      if (session.account.number !== number) continue;
      session.end({ kind: "operator" });
      return true;
    }
    return false;
  }
}

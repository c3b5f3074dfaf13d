// What is counted, and the listeners that tell of it: --admin, --health.

import type { BuildInfo } from "../admin/exposition.ts";
import type { AdminSource, Look } from "../admin/source.ts";
import { VERSION, type Config } from "../config.ts";
import type { AddressConfig, AdminConfig } from "../config-listen.ts";
import type { Log } from "../log.ts";
import type { Legacy, LegacyParts, Place } from "./legacy.ts";
import { ListenError, type Listening } from "./listening.ts";
import { Tally, type TallyOptions } from "./tally.ts";

/** Where it is told, and what cuts whoever is there. */
export interface WatchListener {
  readonly url: string;
  /** For a successor, which can listen there from now on. */
  legacy(): Partial<LegacyParts>;
  stop(): void;
  /** Resolves when nobody waits for an answer. Default: nobody does. */
  quiet?(): Promise<void>;
}

export interface WatchContext {
  readonly log: Log;
  /** What our predecessor left; null: there was none. */
  readonly legacy: Legacy | null;
}

type Open<At> = (at: At, source: AdminSource, of: WatchContext) => Promise<WatchListener>;

/** Those that the configuration asks for. */
interface WatchFeatures {
  readonly admin: { readonly openAdmin: Open<AdminConfig> } | null;
  readonly health: { readonly openHealth: Open<AddressConfig> } | null;
}

export interface WatchOptions extends TallyOptions, Pick<WatchContext, "legacy"> {
  /** Null: its parent asks it, and has the listeners. */
  readonly at: { readonly config: Config; readonly features: WatchFeatures } | null;
  readonly log: Log;
  /** See AdminSource. */
  readonly isReady: () => boolean;
}

export class Watch implements AdminSource {
  readonly tally: Tally;
  readonly #options: WatchOptions;
  readonly #listeners = new WatchListeners();
  #isLeaving = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.tally = new Tally(options);
  }

  get isReady(): boolean {
    return this.#isLeaving || this.#options.isReady();
  }

  look(sessionsMax: number): Promise<Look> {
    const { figures } = this.tally;
    return Promise.resolve({ figures, sessions: this.tally.accounts(sessionsMax) });
  }

  end(number: number): Promise<boolean> {
    return Promise.resolve(this.tally.end(number));
  }

  /** When clients have their sockets. Rejects with ListenError, and those are closed then. */
  async open(clients: Listening): Promise<void> {
    const { at } = this.#options;
    if (at === null) return;
    try {
      // What our predecessor has comes last, when nothing else can fail.
      for (const isTaken of [false, true]) {
        await this.#listeners.open(at, this, { ...this.#options, isTaken });
      }
    } catch (error) {
      clients.stop();
      throw error;
    }
  }

  legacy(): ReturnType<WatchListeners["legacy"]> {
    return this.#listeners.legacy();
  }

  /** A successor is asked from now on, and ready; resolves when nobody waits for an answer of ours. */
  leave(): Promise<void> {
    this.#isLeaving = true;
    this.#listeners.stop();
    return this.#listeners.quiet();
  }

  close(): void {
    this.#listeners.stop();
  }
}

/** What a listener is for, to `wishFor`. */
export const ADMIN = "admin";
export const HEALTH = "health";

/** Those that are open. */
export class WatchListeners {
  readonly #opened: WatchListener[] = [];

  /**
   * Opens what is asked for: what our predecessor has, or, by `isTaken`, what it has not. Rejects with ListenError, and
   * nothing is open then.
   */
  async open(
    { config, features }: NonNullable<WatchOptions["at"]>,
    source: AdminSource,
    { isTaken, ...of }: WatchContext & { readonly isTaken: boolean },
  ): Promise<void> {
    const { admin, health } = config;
    const isWanted = (at: Place, purpose: string) =>
      (of.legacy?.has(at, purpose) ?? false) === isTaken;
    try {
      if (admin !== null && isWanted(admin, ADMIN)) {
        this.#opened.push(await features.admin!.openAdmin(admin, source, of));
      }
      if (health !== null && isWanted(health, HEALTH)) {
        this.#opened.push(await features.health!.openHealth(health, source, of));
      }
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  legacy(): LegacyParts {
    const all = this.#opened.map((listener) => listener.legacy());
    const admin = all.find((parts) => parts.admin !== undefined)?.admin ?? null;
    return { sockets: all.flatMap(({ sockets = [] }) => sockets), admin };
  }

  stop(): void {
    for (const listener of this.#opened) listener.stop();
  }

  async quiet(): Promise<void> {
    await Promise.all(this.#opened.map((listener) => listener.quiet?.()));
  }
}

export function buildOf(): BuildInfo {
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  return { version: VERSION, bun: Bun.version, startedAt };
}

/** Why it does not listen `where`; `option` says so. */
export function watchListenError(
  where: string,
  option: string,
  error: NodeJS.ErrnoException,
): ListenError {
  const isInUse = error.code === "EADDRINUSE";
  const why = isInUse ? "it is in use" : error.message;
  return new ListenError(`Cannot listen on ${where}: ${why} (choose another ${option})`, isInUse);
}

/** For --check: what is wrong where `open` listens. That it is in use may be by the very server that this is for. */
export async function watchProblem(
  open: (source: AdminSource) => Promise<Pick<WatchListener, "stop">>,
): Promise<string | null> {
  const nothing = () => Promise.reject(new Error("nothing is told while checking"));
  try {
    const listener = await open({ isReady: false, look: nothing, end: nothing });
    listener.stop();
    return null;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return error.isInUse ? null : error.message;
  }
}

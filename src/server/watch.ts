// What is counted, and the listeners that tell of it: --admin, --health.

import type { BuildInfo } from "../admin/exposition.ts";
import type { AdminSource, Look } from "../admin/source.ts";
import { VERSION, type Config } from "../config.ts";
import type { AddressConfig, AdminConfig } from "../config-listen.ts";
import type { Log } from "../log.ts";
import { ListenError, type Listening } from "./listening.ts";
import { Tally, type TallyOptions } from "./tally.ts";

/** Where it is told, and what cuts whoever is there. */
export interface WatchListener {
  readonly url: string;
  stop(): void;
}

type Open<At> = (at: At, source: AdminSource, log: Log) => Promise<WatchListener>;

/** Those that the configuration asks for. */
interface WatchFeatures {
  readonly admin: { readonly openAdmin: Open<AdminConfig> } | null;
  readonly health: { readonly openHealth: Open<AddressConfig> } | null;
}

export interface WatchOptions extends TallyOptions {
  /** Null: its parent asks it, and has the listeners. */
  readonly at: { readonly config: Config; readonly features: WatchFeatures } | null;
  readonly log: Log;
  /** See AdminSource. */
  readonly isReady: () => boolean;
}

export class Watch implements AdminSource {
  readonly tally: Tally;
  readonly #options: WatchOptions;
  #stop = () => {};

  constructor(options: WatchOptions) {
    this.#options = options;
    this.tally = new Tally(options);
  }

  get isReady(): boolean {
    return this.#options.isReady();
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
    const { at, log } = this.#options;
    if (at === null) return;
    try {
      this.#stop = await openListeners(at, this, log);
    } catch (error) {
      clients.stop();
      throw error;
    }
  }

  close(): void {
    this.#stop();
  }
}

/** All that are asked for, or none. Resolves to what stops them; rejects with ListenError. */
export async function openListeners(
  { config, features }: NonNullable<WatchOptions["at"]>,
  source: AdminSource,
  log: Log,
): Promise<() => void> {
  const opened: WatchListener[] = [];
  const stop = () => {
    for (const listener of opened) listener.stop();
  };
  try {
    if (config.admin !== null) {
      opened.push(await features.admin!.openAdmin(config.admin, source, log));
    }
    if (config.health !== null) {
      opened.push(await features.health!.openHealth(config.health, source, log));
    }
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
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
  open: (source: AdminSource) => Promise<WatchListener>,
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

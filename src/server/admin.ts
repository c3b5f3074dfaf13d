// --admin: what is counted, and the listener that tells of it.

import { openAdminListener, type AdminListener } from "../admin/listener.ts";
import type { AdminSource, Look } from "../admin/source.ts";
import { VERSION, type AdminConfig } from "../config.ts";
import type { Log } from "../log.ts";
import { UnixSocketError } from "../net/unix-socket.ts";
import { logDefect } from "./defect.ts";
import { ListenError, type Listening } from "./listening.ts";
import { Tally, type TallyOptions } from "./tally.ts";

export interface AdminOptions extends TallyOptions {
  /** Null: its parent asks it. */
  readonly at: AdminConfig | null;
  readonly log: Log;
  /** See AdminSource. */
  readonly isReady: () => boolean;
}

export class Admin implements AdminSource {
  readonly tally: Tally;
  readonly #options: AdminOptions;
  #listener: AdminListener | null = null;

  constructor(options: AdminOptions) {
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
      this.#listener = await openAdmin(at, this, log);
    } catch (error) {
      clients.stop();
      throw error;
    }
  }

  close(): void {
    this.#listener?.stop();
  }
}

/** Rejects with ListenError. */
export async function openAdmin(
  at: AdminConfig,
  source: AdminSource,
  log: Log,
): Promise<AdminListener> {
  const listener = await listen(at, source, (error) => logDefect(log, error));
  log.announce(`websockd is watched at ${listener.url}`);
  return listener;
}

/** For --check: what is wrong with the address. That it is in use may be by the very server that this is for. */
export async function adminProblem(at: AdminConfig): Promise<string | null> {
  const nothing = () => Promise.reject(new Error("nothing is told while checking"));
  try {
    const listener = await listen(at, { isReady: false, look: nothing, end: nothing }, () => {});
    listener.stop();
    return null;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return error.isInUse ? null : error.message;
  }
}

async function listen(
  at: AdminConfig,
  source: AdminSource,
  failed: (error: unknown) => void,
): Promise<AdminListener> {
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  const build = { version: VERSION, bun: Bun.version, startedAt };
  try {
    return await openAdminListener({ at, source, build, failed });
  } catch (error) {
    throw listenError(at, error as NodeJS.ErrnoException);
  }
}

function listenError(at: AdminConfig, error: NodeJS.ErrnoException): ListenError {
  if (error instanceof UnixSocketError) return new ListenError(error.message, error.isInUse);
  const where = adminText(at);
  const isInUse = error.code === "EADDRINUSE";
  const why = isInUse ? "it is in use" : error.message;
  return new ListenError(`Cannot listen on ${where}: ${why} (choose another --admin)`, isInUse);
}

export function adminText(at: AdminConfig): string {
  return "path" in at ? `unix:${at.path}` : `${at.hostname}:${at.port}`;
}

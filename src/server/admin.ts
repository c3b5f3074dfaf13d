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
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  const build = { version: VERSION, bun: Bun.version, startedAt };
  const failed = (error: unknown) => logDefect(log, error);
  try {
    const listener = await openAdminListener({ at, source, build, failed });
    log.announce(`websockd is watched at ${listener.url}`);
    return listener;
  } catch (error) {
    throw listenError(at, error as NodeJS.ErrnoException);
  }
}

function listenError(at: AdminConfig, error: NodeJS.ErrnoException): ListenError {
  if (error instanceof UnixSocketError) return new ListenError(error.message, error.isInUse);
  const where = "path" in at ? at.path : `${at.hostname}:${at.port}`;
  const isInUse = error.code === "EADDRINUSE";
  const why = isInUse ? "it is in use" : error.message;
  return new ListenError(`Cannot listen on ${where}: ${why} (choose another --admin)`, isInUse);
}

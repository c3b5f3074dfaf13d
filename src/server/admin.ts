// --admin: what is counted, and the listener that tells of it.

import {
  openAdminListener,
  type AdminListener,
  type AdminListenerOptions,
} from "../admin/listener.ts";
import type { AdminSource, Look } from "../admin/source.ts";
import { VERSION, type AdminConfig } from "../config.ts";
import type { Log } from "../log.ts";
import { sharePort } from "../net/port-sharing.ts";
import { UnixSocketError } from "../net/unix-socket.ts";
import { logDefect } from "./defect.ts";
import { wishFor, type LegacyAdmin } from "./legacy.ts";
import { ListenError, type Listening } from "./listening.ts";
import { Tally, type TallyOptions } from "./tally.ts";

/** For `wishFor`. */
const PURPOSE = "admin";

export interface AdminOptions extends TallyOptions {
  /** Null: its parent asks it. */
  readonly at: AdminConfig | null;
  /** Where our predecessor is asked; null: nowhere. */
  readonly legacy: LegacyAdmin | null;
  readonly log: Log;
  /** See AdminSource. */
  readonly isReady: () => boolean;
}

export class Admin implements AdminSource {
  readonly tally: Tally;
  readonly #options: AdminOptions;
  #listener: OpenAdmin | null = null;

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
    const { at, legacy, log } = this.#options;
    if (at === null) return;
    try {
      this.#listener = await openAdmin(at, this, { log, legacy });
    } catch (error) {
      clients.stop();
      throw error;
    }
  }

  /** For a successor, which can listen there from now on. */
  legacy(): LegacyAdmin | null {
    return this.#listener?.legacy() ?? null;
  }

  close(): void {
    this.#listener?.stop();
  }
}

/** Our predecessor listens there. */
export function isTaken(at: AdminConfig, legacy: LegacyAdmin | null): boolean {
  return legacy?.wish === wishFor(at, PURPOSE);
}

export interface OpenAdmin extends AdminListener {
  /** See Admin. */
  legacy(): LegacyAdmin;
}

/** `legacy`: see AdminOptions. Rejects with ListenError. */
export async function openAdmin(
  at: AdminConfig,
  source: AdminSource,
  { log, legacy }: Pick<AdminOptions, "log" | "legacy">,
): Promise<OpenAdmin> {
  const wish = wishFor(at, PURPOSE);
  const hasOther = isTaken(at, legacy);
  const place = hasOther && "port" in at ? { ...at, port: legacy!.port } : at;
  const failed = (error: unknown) => logDefect(log, error);
  const listener = await listen(place, source, { failed, isTaken: hasOther });
  log.announce(`websockd is watched at ${listener.url}`);
  return {
    ...listener,
    legacy() {
      const { port } = listener;
      if (port !== 0) sharePort(port);
      return { wish, port };
    },
  };
}

/** For --check: what is wrong with the address. That it is in use may be by the very server that this is for. */
export async function adminProblem(at: AdminConfig): Promise<string | null> {
  const nothing = () => Promise.reject(new Error("nothing is told while checking"));
  try {
    const source = { isReady: false, look: nothing, end: nothing };
    const listener = await listen(at, source, { failed: () => {}, isTaken: false });
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
  of: Pick<AdminListenerOptions, "failed" | "isTaken">,
): Promise<AdminListener> {
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  const build = { version: VERSION, bun: Bun.version, startedAt };
  try {
    return await openAdminListener({ ...of, at, source, build });
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

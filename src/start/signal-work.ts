// What SIGHUP and SIGUSR2 lead to: loaded when the server listens, so that no start waits for it, and not later, when other sources may be at its place.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { InheritedSocket } from "../server/inherited.ts";
import type { Reading } from "../server/resources.ts";
import type { Server } from "../server/server.ts";
import type { Notifier } from "./notifier.ts";
import { ownProgram } from "./own-program.ts";
import type { PidFile } from "./pid-file.ts";
import { Predecessors } from "./predecessors.ts";
import { Reloader, type ReadAgain } from "./reload.ts";
import { obstacleOf, Succession } from "./succession.ts";

export interface SignalWorkOptions {
  readonly words: readonly string[];
  /** See calledPath. */
  readonly calledAs: string;
  readonly readAgain: ReadAgain;
  readonly isDaemon: boolean;
  readonly handover: { readonly predecessors: Predecessors } | null;
  readonly log: Log;
  readonly notifier: Notifier;
  readonly pidFile: PidFile | null;
  /** Those that were handed down. */
  readonly sockets: readonly InheritedSocket[];
  /** Hears of the configuration that counts from now on. */
  readonly planned: (config: Config) => void;
}

export interface SignalWork {
  reload(): Promise<void>;
  readonly succession: Succession;
}

export function signalWork(config: Config, server: Server, of: SignalWorkOptions): SignalWork {
  const { env: environment, pid } = process;
  const { words, calledAs } = of;
  const apply = (next: Reading | null) => {
    if (next !== null) of.planned(next.config);
    return server.reload(next);
  };
  const readAgain = () => of.readAgain(null);
  const reloader = new Reloader(config, { readAgain, log: of.log, isWorker: false, apply });
  const succession = new Succession({
    ...of,
    program: ownProgram(words, calledAs),
    environment,
    predecessors: of.handover?.predecessors ?? new Predecessors([]),
    obstacle: obstacleOf(config, { pid, sockets: of.sockets }),
  });
  return { reload: () => reloader.reload(), succession };
}

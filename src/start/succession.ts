// SIGUSR2: the binary that is on the disk now serves in our place, if it can; who is with us stays with us.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { InheritedSocket } from "../server/inherited.ts";
import { CONFIG_VARIABLE } from "../server/own-variables.ts";
import type { Server } from "../server/server.ts";
import type { Notifier } from "./notifier.ts";
import type { Predecessors } from "./predecessors.ts";
import type { PidFile } from "./pid-file.ts";
import { Successor, type SuccessorPlan } from "./successor.ts";

/** As of a daemon or a worker: far more than a start can take. */
const START_TIMEOUT_MS = 60_000;
/** Of so many generations none but a few can live. */
const PREDECESSORS_MAX = 100;
const REFUSED = "no upgrade";
const CANCELLED = "this process ends";
const FAILED = "the upgrade has failed, and this process goes on";

export interface SuccessionOptions extends Pick<
  SuccessorPlan,
  "program" | "environment" | "isDaemon"
> {
  readonly log: Log;
  readonly notifier: Notifier;
  /** Null: there is none. */
  readonly pidFile: PidFile | null;
  /** Of whom some may have sessions yet. */
  readonly predecessors: Predecessors;
  /** Why there can be no successor; null: there can. */
  readonly obstacle: string | null;
  /** Default: 60 s. */
  readonly timeoutMs?: number;
}

export class Succession {
  readonly predecessors: Predecessors;
  readonly #options: SuccessionOptions;
  #isUnderWay = false;
  #successor: Successor | null = null;
  #isCancelled = false;

  constructor(options: SuccessionOptions) {
    this.#options = options;
    this.predecessors = options.predecessors;
  }

  /** Resolves with the process that serves now, or null: we do. */
  async begin(server: Pick<Server, "legacy">): Promise<number | null> {
    const { log, notifier, obstacle } = this.#options;
    const ours = this.#isCancelled ? CANCELLED : obstacle;
    const why = this.#isUnderWay ? "one is under way" : ours;
    if (why !== null) {
      log.write("error", REFUSED, { reason: why });
      return null;
    }
    this.#isUnderWay = true;
    log.share();
    let pid: number | null = null;
    await notifier.reloading(async () => {
      pid = await this.#try(server);
      if (pid !== null) notifier.handOver(pid);
    });
    this.#isUnderWay = false;
    return pid;
  }

  /** We end: who was to follow us ends, too, and nobody is to follow us any more. */
  cancel(): void {
    this.#isCancelled = true;
    this.#successor?.end("SIGTERM", CANCELLED);
  }

  async #try(server: Pick<Server, "legacy">): Promise<number | null> {
    const { log, notifier, pidFile } = this.#options;
    const environment = { ...this.#options.environment, ...notifier.variables };
    delete environment[CONFIG_VARIABLE]; // the file is read anew
    try {
      const predecessors = [...this.predecessors.pids, process.pid].slice(-PREDECESSORS_MAX);
      const handover = { ...server.legacy(), predecessors, pidFile: pidFile?.fd ?? null };
      const timeoutMs = this.#options.timeoutMs ?? START_TIMEOUT_MS;
      const successor = new Successor({ ...this.#options, environment, handover, timeoutMs });
      this.#successor = successor;
      const { pid } = successor;
      log.write("info", "an upgrade begins", { pid });
      const problem = await successor.outcome;
      this.#successor = null;
      if (this.#isCancelled) {
        successor.end("SIGTERM", CANCELLED); // it may serve by now
        log.write("info", REFUSED, { pid, reason: CANCELLED });
        return null;
      }
      if (problem === null) {
        pidFile?.leave();
        log.write("info", "a successor serves, and this process takes nobody more", { pid });
        return pid;
      }
      pidFile?.claim();
      log.write("error", FAILED, { pid, reason: problem });
    } catch (error) {
      log.write("error", FAILED, { reason: (error as Error).message });
    }
    return null;
  }
}

/** Why nobody can follow this process; null: somebody can. */
export function obstacleOf(
  { start, life }: Pick<Config, "start" | "life">,
  of: { readonly pid: number; readonly sockets: readonly InheritedSocket[] },
): string | null {
  if (of.pid === 1) return "process 1 has no successor: its container ends with it (start another)";
  if (start.inetd) return "inetd starts the next one itself";
  if (of.sockets.some(({ isListening }) => !isListening)) return "it serves one connection";
  if (life.once) return "it serves one client (--once)";
  return null;
}

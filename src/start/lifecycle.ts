// The life of the server process: it listens, it drains when told to stop, it is gone.

import type { Log } from "../log.ts";
import { logDefect } from "../server/defect.ts";
import { planOfSuccession, withoutWaiting, type DrainPlan } from "../server/drain-plan.ts";
import type { Notifier } from "./notifier.ts";
import type { Server } from "../server/server.ts";
import type { Succession } from "./succession.ts";

/** LEAVING: a successor serves, and sessions go on to their end. */
export type LifecycleState = "LISTENING" | "LEAVING" | "DRAINING" | "STOPPED";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** As a shell tells of a program that a signal ended. */
const EXIT_SIGNAL_BASE = 128;
/** sysexits.h: EX_SOFTWARE. */
const EXIT_DEFECT = 70;
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

export interface LifecycleOptions {
  readonly log: Log;
  readonly notifier: Notifier;
  readonly exit: (status: number) => void;
  /** SIGHUP. */
  readonly reload: () => Promise<void>;
  /** What the first signal leads to. */
  readonly plan: () => DrainPlan;
  /** SIGUSR2; null: the parent has one for us. */
  readonly succession: Succession | null;
}

/** For the log. */
export type StopReason = { readonly signal: string } | { readonly reason: string };

/**
 * Runs until a signal, or the server itself, ends it. The first signal drains and exits with what that comes to, the
 * second ends everything at once; where there is a successor, it is the first that drains. Returns what drains it by another plan, if it does not drain already.
 */
export function runUntilSignal(
  server: Server,
  options: LifecycleOptions,
): (plan: DrainPlan, why: StopReason) => void {
  const { log, notifier, exit, reload, succession } = options;
  let state: LifecycleState = "LISTENING";
  // A defect that nobody caught ends the server, but must not leave programs behind that do not heed their stdin.
  const defect = (error: unknown) => {
    logDefect(log, error, "fatal");
    server.kill();
    exit(EXIT_DEFECT);
  };
  process.on("uncaughtException", defect);
  process.on("unhandledRejection", defect);
  process.on("SIGHUP", () => {
    if (state === "LISTENING") void notifier.reloading(reload);
    else log.write("info", "nothing is read again: the server is stopping");
  });
  process.on("SIGUSR2", async () => {
    if (state !== "LISTENING" || succession === null) {
      const reason = succession === null ? "signals are for the parent" : "this process ends";
      return log.write("error", "no upgrade", { reason });
    }
    const pid = await succession.begin(server);
    if (pid !== null) drain(planOfSuccession(options.plan()), { reason: "a successor serves" });
  });
  process.on("SIGUSR1", () => {
    log.reopen();
    server.reopen?.();
  });
  const drain = (plan: DrainPlan, why: StopReason) => {
    const isLeaving = plan.hasSuccessor === true;
    if (state !== "LISTENING" && (state !== "LEAVING" || isLeaving)) return;
    state = isLeaving ? "LEAVING" : "DRAINING";
    succession?.cancel();
    notifier.stopping();
    log.write("info", "stopping", why);
    void server.stop(plan).then((status) => {
      state = "STOPPED";
      exit(status);
    });
  };
  server.whenOver((reason) => drain(withoutWaiting(options.plan()), { reason }));
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (state === "LISTENING") return drain(options.plan(), { signal });
      if (state === "LEAVING") return drain({ ...options.plan(), delayMs: 0 }, { signal });
      log.write("info", "ending at once", { signal });
      server.kill();
      exit(EXIT_SIGNAL_BASE + SIGNAL_NUMBERS[signal]);
    });
  }
  return drain;
}

// The life of the server process: it listens, it drains when told to stop, it is gone.

import type { Log } from "../log.ts";
import { logDefect } from "../server/defect.ts";
import { boundOf, planOfSuccession, withoutWaiting, type DrainPlan } from "../server/drain-plan.ts";
import type { Notifier } from "./notifier.ts";
import type { Server } from "../server/server.ts";

/** LEAVING: a successor serves, and sessions go on to their end. */
export type LifecycleState = "LISTENING" | "LEAVING" | "DRAINING" | "STOPPED";

/** To one whose successor is stopped; once more: at once. By default it does nothing, and nobody else sends it. */
export const SUCCESSOR_STOPS = "SIGURG";
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
  readonly succession: {
    /** See Succession. */
    begin(server: Server): Promise<number | null>;
    cancel(): void;
  } | null;
  /** Those before us that may have sessions yet; null: we are the first. */
  readonly predecessors: {
    stop(): void;
    reopen(): void;
    gone(timeoutMs: number | null): Promise<void>;
  } | null;
}

/** For the log. */
export type StopReason = { readonly signal: string } | { readonly reason: string };

/**
 * Runs until a signal, or the server itself, ends it. The first signal drains, those before us, too, and exits with what
 * that comes to; the second ends everything at once. Who has a successor drains at the first signal after that. Returns
 * what drains it by another plan, if it does not drain already.
 */
export function runUntilSignal(
  server: Server,
  options: LifecycleOptions,
): (plan: DrainPlan, why: StopReason) => void {
  const { log, notifier, exit, reload, succession, predecessors } = options;
  let state: LifecycleState = "LISTENING";
  endOnDefect(server, options);
  reopenOnSignal(server, options);
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
    if (pid === null) return;
    drain(planOfSuccession(options.plan()), { reason: "a successor serves" });
    if (wasAskedBySuccessor) stopForSuccessor(); // it was asked as soon as it served
  });
  let others: Promise<void> | null = null;
  const drain = (plan: DrainPlan, why: StopReason) => {
    const isLeaving = plan.hasSuccessor === true;
    if (state !== "LISTENING" && (state !== "LEAVING" || isLeaving)) return;
    state = isLeaving ? "LEAVING" : "DRAINING";
    succession?.cancel();
    notifier.stopping();
    log.write("info", "stopping", why);
    if ("signal" in why) {
      predecessors?.stop();
      others = predecessors?.gone(boundOf(plan)) ?? null;
    }
    void server.stop(plan).then(async (status) => {
      await others; // who asked us to stop counts on us to have asked them
      if (state === "STOPPED") return;
      state = "STOPPED";
      exit(status);
    });
  };
  server.whenOver((reason) => drain(withoutWaiting(options.plan()), { reason }));
  const heard = (signal: string) => {
    const plan = options.plan();
    drain(state === "LEAVING" ? { ...plan, delayMs: 0 } : plan, { signal });
  };
  const endAtOnce = (signal: string, status: number) => {
    log.write("info", "ending at once", { signal });
    predecessors?.stop();
    server.kill();
    exit(EXIT_SIGNAL_BASE + status);
  };
  /** The second of either source is meant: systemd asks all of us, and our successor asks us besides. */
  let isSuccessorsWish = false;
  let wasAskedBySuccessor = false;
  const stopForSuccessor = () => {
    isSuccessorsWish = state === "LEAVING";
    if (isSuccessorsWish) heard(SUCCESSOR_STOPS);
  };
  process.on(SUCCESSOR_STOPS, () => {
    if (wasAskedBySuccessor) return endAtOnce(SUCCESSOR_STOPS, SIGNAL_NUMBERS.SIGTERM);
    wasAskedBySuccessor = true;
    stopForSuccessor();
  });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (state === "LISTENING" || state === "LEAVING") return heard(signal);
      if (!isSuccessorsWish) return endAtOnce(signal, SIGNAL_NUMBERS[signal]);
      isSuccessorsWish = false;
    });
  }
  return drain;
}

/** The log files of all, those before us, too. */
function reopenOnSignal(server: Server, { log, predecessors }: LifecycleOptions): void {
  process.on("SIGUSR1", () => {
    log.reopen();
    server.reopen?.();
    predecessors?.reopen();
  });
}

/** One that nobody caught ends the server, but must not leave programs behind that do not heed their stdin. */
function endOnDefect(server: Server, { log, exit }: Pick<LifecycleOptions, "log" | "exit">): void {
  const defect = (error: unknown) => {
    logDefect(log, error, "fatal");
    server.kill();
    exit(EXIT_DEFECT);
  };
  process.on("uncaughtException", defect);
  process.on("unhandledRejection", defect);
}

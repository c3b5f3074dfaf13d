// The end of a server: when it lets nobody in any more, when its sessions are closed, when what is left is ended at once.

import type { EndCause } from "../session/endpoint.ts";
import type { Session } from "../session/session.ts";
import type { Attendance } from "./attendance.ts";
import type { ConnectionCounter } from "./connection-counter.ts";
import type { DrainPlan } from "./drain-plan.ts";
import type { Editions } from "./editions.ts";
import type { Sessions } from "./sessions.ts";
import { spread, type Clock } from "./spread.ts";

export interface Draining {
  /** No session begins any more. Resolves when no spare is left. */
  readonly letNobodyIn: () => Promise<void>;
  /** Scripts are among the sessions: exchanges that end by themselves, and have all the time for it that there is. */
  readonly sessions: Pick<Sessions, "running" | "scripts" | "stopGates">;
  readonly attendance: Pick<Attendance, "gone" | "stop">;
  readonly counter: Pick<ConnectionCounter, "quiet">;
  readonly editions: Pick<Editions, "killSpares">;
}

/** What was killed is over by then; what cannot be, one of another user's, or in a call that hangs, is left behind. */
const KILLED_MS = 2000;

/** Resolves when nothing is left, or nothing more can be done. */
export async function drain(of: Draining, plan: DrainPlan): Promise<void> {
  const { attendance, editions } = of;
  const { running } = of.sessions;
  const clock = new TimerClock();
  const late = Promise.withResolvers<void>();
  const tooLate = Promise.withResolvers<void>();
  if (plan.delayMs > 0) await Bun.sleep(plan.delayMs);
  attendance.stop();
  const sparesGone = of.letNobodyIn();
  const asked = of.sessions.stopGates();
  const gone = attendance.gone();
  closeInTime(of.sessions, plan, { clock, lastClosed });
  const over = async () => {
    if (running.size > 0) await gone;
    await sparesGone;
    await Promise.race([Promise.all([of.counter.quiet(), asked]), late.promise]);
  };
  await Promise.race([over(), tooLate.promise]);
  clock.stop();

  function lastClosed(): void {
    clock.after(plan.endTimeoutMs, () => {
      destroyAll(running);
      editions.killSpares();
      late.resolve();
      clock.after(KILLED_MS, tooLate.resolve);
    });
  }
}

/** Closes each session once, if it does not end before. */
function closeInTime(
  { running, scripts }: Draining["sessions"],
  { mode, timeoutMs, code }: DrainPlan,
  { clock, lastClosed }: { clock: Clock; lastClosed: () => void },
): void {
  const cause: EndCause = { kind: "stopping", code };
  const close = (session: Session) => session.stop(cause);
  const closeAll = (all: ReadonlySet<Session>) => {
    for (const session of all) close(session);
    lastClosed();
  };
  if (timeoutMs === null) {
    if (mode === "close") closeAll(running);
    return;
  }
  if (mode === "finish") {
    clock.after(timeoutMs, () => closeAll(running));
    return;
  }
  const webSockets = [...running].filter((session) => !scripts.has(session));
  spread(webSockets, { overMs: timeoutMs, act: close, clock, random: Math.random });
  clock.after(timeoutMs, () => closeAll(scripts));
}

/** All its timers can be stopped together. */
class TimerClock implements Clock {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  now(): number {
    return performance.now();
  }

  after(milliseconds: number, act: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
    return () => clearTimeout(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function destroyAll(sessions: Iterable<Session>): void {
  for (const { client, service } of sessions) {
    client.destroy();
    service.destroy();
  }
}

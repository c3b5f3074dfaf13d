// The time that a session may last, and that it may be idle.

import type { LifeConfig } from "../config-life.ts";
import type { Session } from "../session/session.ts";

/** Idle time is found to an eighth: a session without bytes in so many looks has been idle for its time. */
const LOOKS = 8;

/** Sees to it that the session ends in time. Returns what stops that, or null where nothing limits it. */
export function startClock(
  session: Session,
  { sessionTimeoutMs, idleTimeoutMs }: LifeConfig,
): (() => void) | null {
  if (sessionTimeoutMs === null && idleTimeoutMs === null) return null;
  let bytes = 0;
  let looks = 0;
  const look = () => {
    const { incoming, outgoing } = session.bytes;
    // Who waits for the other to take what there is, is not idle: pauses have times of their own.
    const waits = session.client.congested || session.service.congested;
    looks = waits || incoming + outgoing !== bytes ? 0 : looks + 1;
    bytes = incoming + outgoing;
    if (looks >= LOOKS) session.stop({ kind: "expired", limit: "idle" });
  };
  const idle = idleTimeoutMs === null ? undefined : setInterval(look, idleTimeoutMs / LOOKS);
  const over = () => session.stop({ kind: "expired", limit: "session" });
  const lasts = sessionTimeoutMs === null ? undefined : setTimeout(over, sessionTimeoutMs);
  return () => {
    clearInterval(idle);
    clearTimeout(lasts);
  };
}

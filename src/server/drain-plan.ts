// What stopping comes to: how long clients are still let in, what becomes of their sessions then, and by when all is over.

import type { DrainConfig } from "../config-life.ts";
import { LIMITS, type Config } from "../config.ts";

/** Of who was accepted before a successor: the request's head (10 s), the name (2 s), a gate, the turn for a program. */
export const ACCEPTED_TIMEOUT_MS = 30_000;

export interface DrainPlan extends DrainConfig {
  /** So long after the last close was sent, what is left is ended at once. */
  readonly endTimeoutMs: number;
  /** Another process accepts on our sockets: whom we have accepted is served first. Default: there is none. */
  readonly hasSuccessor?: boolean;
}

/** On a signal. */
export function drainPlanOf({ drain }: Pick<Config, "drain">): DrainPlan {
  return { ...drain, endTimeoutMs: LIMITS.endTimeoutMs };
}

/** The same for a server that is over by itself, and has nobody to wait for, or that must make room. */
export function withoutWaiting(plan: DrainPlan): DrainPlan {
  return { ...plan, delayMs: 0, mode: "close", timeoutMs: null };
}

/** Where a successor serves: nobody is closed unless --drain-timeout says when, and is then to come again (1012). */
export function planOfSuccession({ timeoutMs, endTimeoutMs }: DrainPlan): DrainPlan {
  const rest = { timeoutMs, endTimeoutMs, hasSuccessor: true };
  return { ...rest, delayMs: 0, mode: "finish", code: 1012 };
}

/** Milliseconds within which all is over; null: sessions may last as long as they like. */
export function boundOf(plan: DrainPlan): number | null {
  const { delayMs, mode, timeoutMs, endTimeoutMs, hasSuccessor } = plan;
  if (mode === "finish" && timeoutMs === null) return null;
  const acceptedMs = hasSuccessor ? ACCEPTED_TIMEOUT_MS : 0;
  return acceptedMs + delayMs + (timeoutMs ?? 0) + endTimeoutMs;
}

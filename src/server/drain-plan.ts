// What stopping comes to: how long clients are still let in, what becomes of their sessions then, and by when all is over.

import type { DrainConfig } from "../config-life.ts";
import { LIMITS, type Config } from "../config.ts";

export interface DrainPlan extends DrainConfig {
  /** So long after the last close was sent, what is left is ended at once. */
  readonly endTimeoutMs: number;
}

/** On a signal. */
export function drainPlanOf({ drain }: Pick<Config, "drain">): DrainPlan {
  return { ...drain, endTimeoutMs: LIMITS.endTimeoutMs };
}

/** The same for a server that is over by itself, and has nobody to wait for, or that must make room. */
export function withoutWaiting(plan: DrainPlan): DrainPlan {
  return { ...plan, delayMs: 0, mode: "close", timeoutMs: null };
}

/** Milliseconds within which all is over; null: sessions may last as long as they like. */
export function boundOf({ delayMs, mode, timeoutMs, endTimeoutMs }: DrainPlan): number | null {
  if (mode === "finish" && timeoutMs === null) return null;
  return delayMs + (timeoutMs ?? 0) + endTimeoutMs;
}

// What a worker and its parent tell each other besides questions and answers of the operator: a packet for each.

import type { DrainPlan } from "../server/drain-plan.ts";

/** Its sockets accept. */
export const READY = "ready";
/** Its certificates are read anew. */
export const RELOADED = "reloaded";

/** Why it cannot serve, as JSON: the text and status of a StartError. */
export interface WorkerProblem {
  readonly text: string;
  readonly status: number;
}

/** From its parent, as JSON. */
export interface DrainOrder {
  readonly drain: DrainPlan;
}

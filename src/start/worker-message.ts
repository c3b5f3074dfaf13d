// What a worker tells its parent: a packet for each.

/** Its sockets accept. */
export const READY = "ready";
/** Its certificates are read anew. */
export const RELOADED = "reloaded";

/** Why it cannot serve, as JSON: the text and status of a StartError. */
export interface WorkerProblem {
  readonly text: string;
  readonly status: number;
}

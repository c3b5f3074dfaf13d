// What is to be measured: each pattern with each server that can run it, and what is left out.
import { tooMuch, type Machine } from "./limits.ts";
import type { Pattern } from "./patterns/pattern.ts";
import { cannotRun, type Server } from "./servers/server.ts";

export type Cell = { readonly pattern: Pattern; readonly server: Server };

export type Plan = {
  readonly cells: readonly Cell[];
  /** A line each. */
  readonly leftOut: readonly string[];
};

export type PlanOptions = {
  readonly patterns: readonly Pattern[];
  readonly servers: readonly Server[];
  readonly machine: Machine;
  readonly hasCertificate: boolean;
};

export function planFor({ patterns, servers, machine, hasCertificate }: PlanOptions): Plan {
  const cells: Cell[] = [];
  const leftOut: string[] = [];
  for (const pattern of patterns) {
    if (pattern.needs.includes("tls") && !hasCertificate) {
      leftOut.push(`${pattern.name}: openssl is not installed (apt-get install openssl)`);
      continue;
    }
    for (const server of servers) {
      const why = cannotRun(server, pattern) ?? tooMuch(pattern, server, machine);
      if (why === undefined) cells.push({ pattern, server });
      // That it was meant for others only is no news.
      else if (server.only === undefined) leftOut.push(`${pattern.name}, ${server.name}: ${why}`);
    }
  }
  return { cells, leftOut };
}

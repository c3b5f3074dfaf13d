// What the log says of a defect of ours: something was thrown that nobody expected.

import type { Log } from "../log.ts";

export function logDefect(log: Log, error: unknown, level: "error" | "fatal" = "error"): void {
  log.write(level, `defect: ${error instanceof Error ? error.stack : String(error)}`);
}

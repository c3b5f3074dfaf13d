// The system's log, for what is wrong when nobody else would hear of it: logger(1) knows where it is.

import { resolveCommand } from "../service/launcher.ts";
import type { OwnEnvironment } from "../server/own-variables.ts";
import { searchPath } from "../server/resources.ts";

/** It only hands on a line; one that hangs must not keep inetd's client waiting. */
const TIMEOUT_MS = 2000;
/** RFC 5424 6.1: every receiver takes so much, and more than a line of ours has. */
const TEXT_MAX = 1024;

/** Does nothing where there is no logger(1). */
export function tellSystemLog(text: string, environment: OwnEnvironment): void {
  const found = resolveCommand(["logger"], searchPath(environment));
  if ("kind" in found) return;
  const words = ["-t", "websockd", "-p", "daemon.err", "--", text.slice(0, TEXT_MAX)];
  Bun.spawnSync([found.path, ...words], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    timeout: TIMEOUT_MS,
  });
}

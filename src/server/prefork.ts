// --prefork: the programs that wait for a client, and what the log says of them.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { Spares, type SparesListener } from "../service/spares.ts";
import type { Containment } from "../service/containment.ts";
import type { Command, Launch } from "../service/launcher.ts";
import type { ServiceOptions } from "../service/process.ts";
import type { Environment } from "./environment.ts";
import { causeText } from "./session-record.ts";

export interface PreforkOptions {
  readonly config: Config;
  readonly resources: { readonly command: Command | null; readonly containment: Containment };
  readonly service: ServiceOptions;
  readonly launch: Launch;
  /** That of no client. */
  readonly environment: Environment;
  /** How many the descriptors bear. */
  readonly count: number;
  readonly log: Log;
}

/** Null where none is asked for: else a program is told of its client in the same way, also where there is room for none. */
export function createSpares(options: PreforkOptions): Spares | null {
  const { config, resources, service, launch, environment, count, log } = options;
  const { command, containment } = resources;
  if (command === null || config.prefork.count === 0) return null;
  return new Spares({
    count,
    request: { command, environment, containment },
    service,
    launch,
    tellsVariables: config.prefork.tellsVariables,
    listener: listenerFor(command.path, log),
  });
}

function listenerFor(command: string, log: Log): SparesListener {
  return {
    stderrLine: (pid, text) => log.write("error", text, { pid, stream: "stderr" }, "stderr"),
    endedEarly(pid, cause, isAtOnce) {
      const text = isAtOnce
        ? "a spare program ended before its client came (--prefork wants one that waits for stdin)"
        : "a spare program ended before its client came: another takes its place";
      const about = { pid, command, reason: causeText(cause) };
      log.write(isAtOnce ? "error" : "info", text, about, "session");
    },
    cannotStart({ text }) {
      log.write("error", `Cannot start a spare "${command}": ${text}`);
    },
  };
}

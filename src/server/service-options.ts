// How services are run, by the configuration: one way for a WebSocket's program, one for a script.

import type { Config } from "../config.ts";
import type { PipeContext } from "../service/pipes.ts";
import type { ServiceOptions } from "../service/process.ts";
import type { QueueMarks } from "../session/frame-queue.ts";

/** By what the log calls a session of that kind. */
export type ServiceOptionsByWord = Readonly<Record<"CONNECT" | "CGI", ServiceOptions>>;

export function serviceOptionsOf(
  config: Config,
  { kernel, readiness, marks }: PipeContext & { readonly marks: QueueMarks },
): ServiceOptionsByWord {
  const { ladder, finishTimeoutMs, lingerMs } = config.life;
  const ending = { ladder, extraMs: config.closeExtraMs, finishTimeoutMs };
  const shared = { kernel, readiness, marks, ending, lingerMs };
  const { stderr } = config;
  // What a script writes to stdout is HTTP: nothing else may come between.
  const isForClient = stderr === "client" || stderr === "merge";
  return {
    CONNECT: { ...shared, stderr },
    CGI: { ...shared, stderr: isForClient ? "log" : stderr },
  };
}

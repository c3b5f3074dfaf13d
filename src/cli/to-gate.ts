// Which program is asked before a WebSocket, from the options that say so.

import type { GateConfig } from "../config.ts";
import { UsageError } from "./value.ts";
import { defaultOf, type Values } from "./values.ts";

/** `opensWebSockets`: there is a program for them. */
export function gateOf(values: Values, opensWebSockets: boolean): GateConfig | null {
  const refuse = (text: string) => new UsageError(text, "conflict");
  const program = values.text("gate");
  if (program === "") {
    const asksForTime = values.text("gate-timeout") !== defaultOf("gate-timeout");
    if (asksForTime) throw refuse("--gate-timeout needs --gate=PROGRAM");
    return null;
  }
  if (!opensWebSockets) {
    throw refuse("--gate is asked before WebSockets alone: it needs COMMAND or --dir=DIR");
  }
  const timeoutMs = values.duration("gate-timeout");
  if (timeoutMs === null) throw refuse("--gate-timeout= is no time: --gate-timeout=5s is");
  return { program, timeoutMs };
}

// How programs end and how long anything lasts, from the options that say so.

import { constants } from "node:os";
import type { DrainConfig, LifeConfig, PreforkConfig, StopStep } from "../config-life.ts";
import { parseDurationMs, UsageError } from "./value.ts";
import { defaultOf, type Values } from "./values.ts";

const STEPS_MAX = 16;
const WAIT_MAX_MS = 3_600_000;

export function lifeOf(values: Values): LifeConfig {
  const finishes = values.text("on-client-close") === "finish";
  const asksForTime = values.text("finish-timeout") !== defaultOf("finish-timeout");
  if (asksForTime && !finishes) {
    throw new UsageError("--finish-timeout needs --on-client-close=finish", "conflict");
  }
  return {
    ladder: toLadder(values.text("stop")),
    finishTimeoutMs: finishes ? values.duration("finish-timeout") : null,
    lingerMs: values.duration("linger") ?? 0,
    sessionTimeoutMs: values.duration("session-timeout"),
    idleTimeoutMs: values.duration("idle-timeout"),
    once: values.flag("once"),
    exitIdleMs: values.duration("exit-idle"),
  };
}

export function drainOf(values: Values): DrainConfig {
  return {
    delayMs: values.duration("drain-delay") ?? 0,
    mode: values.text("drain") as DrainConfig["mode"],
    timeoutMs: values.duration("drain-timeout"),
    code: values.text("drain-code") === "1012" ? 1012 : 1001,
  };
}

export function preforkOf(
  values: Values,
  of: { readonly hasCommand: boolean; readonly hasRoutes: boolean },
): PreforkConfig {
  const count = values.number("prefork");
  const tellsVariables = values.text("prefork-env") === "line";
  // What each route says of that is for those that have a count.
  if (tellsVariables && count === 0 && !of.hasRoutes) {
    throw new UsageError("--prefork-env=line needs --prefork=N", "conflict");
  }
  if (count > 0 && !of.hasCommand) {
    const why = of.hasRoutes
      ? "a route says its own"
      : "with --dir only a client's path says which program";
    throw new UsageError(`--prefork needs COMMAND (${why})`, "conflict");
  }
  return { count, tellsVariables };
}

/** `eof:100ms,INT:250ms,KILL`: what is done, and how long the program then has. KILL is the last, said or not. */
function toLadder(text: string): readonly StopStep[] {
  const problem = (wrong: string) =>
    new UsageError(`--stop=${text}: ${wrong}, for example --stop=eof:100ms,TERM:2s,KILL`);
  const words = text.split(",").map((word) => word.trim());
  if (words.length > STEPS_MAX) throw problem(`at most ${STEPS_MAX} steps are wanted`);
  const ladder = words.map((word, i): StopStep => {
    const [name = "", wait] = word.split(":", 2);
    const signal = signalOf(name);
    if (signal === undefined) throw problem(`"${name}" is neither eof nor a signal`);
    if (signal === "SIGKILL") {
      if (i < words.length - 1 || wait !== undefined)
        throw problem("KILL comes last, and waits for nothing");
      return { signal, waitMs: 0 };
    }
    if (signal === null && words.findIndex((other) => /^eof(?::|$)/i.test(other)) < i)
      throw problem("eof can be had once");
    const waitMs = parseDurationMs(wait ?? "");
    if (waitMs === null || waitMs > WAIT_MAX_MS)
      throw problem(`${name} needs a time of at most 1h after a colon`);
    return { signal, waitMs };
  });
  return ladder.at(-1)!.signal === "SIGKILL"
    ? ladder
    : [...ladder, { signal: "SIGKILL", waitMs: 0 }];
}

/** null: the end of file; undefined: nothing that there is. */
function signalOf(name: string): StopStep["signal"] | undefined {
  if (/^eof$/i.test(name)) return null;
  const signal = `SIG${name.toUpperCase().replace(/^SIG/, "")}`;
  return Object.hasOwn(constants.signals, signal) ? (signal as NodeJS.Signals) : undefined;
}

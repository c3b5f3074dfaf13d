// How websockd is started, from the options that say so and from its own name.

import { basename, join } from "node:path";
import type { StartConfig } from "../config.ts";
import { UsageError } from "./value.ts";
import type { Values } from "./values.ts";

/** Names under which nobody means a program of that name. */
const OWN_NAME = /^(?:websockd|websocketd|bun)(?:[-.].*)?$/;

/** More than a machine has processors; each is a process of 25 MB. */
const WORKERS_MAX = 256;

export function startOf(values: Values): StartConfig {
  const daemon = values.flag("daemon");
  const inetd = values.flag("inetd");
  const refuse = (text: string) => new UsageError(text, "conflict");
  if (daemon && inetd) throw refuse("Give --daemon or --inetd, not both");
  if (daemon && values.text("log-file") === "" && values.text("loglevel") !== "none")
    throw refuse("--daemon has no stderr: give --log-file=FILE, or --loglevel=none");
  const readyDescriptor = values.number("ready-fd");
  if (readyDescriptor >= 0 && readyDescriptor < 3)
    throw refuse(`--ready-fd=${readyDescriptor}: descriptors from 3 up are free for that`);
  return {
    inetd,
    daemon,
    pidFile: values.textOrNull("pidfile"),
    readyDescriptor: readyDescriptor < 0 ? null : readyDescriptor,
    workers: workersOf(values),
  };
}

function workersOf(values: Values): StartConfig["workers"] {
  const text = values.text("workers");
  const number = /^[0-9]{1,4}$/.test(text) ? Number(text) : NaN;
  if (text !== "auto" && !(number >= 1 && number <= WORKERS_MAX)) {
    throw new UsageError(`--workers=${text}: wants auto, or a number from 1 to ${WORKERS_MAX}`);
  }
  if (number === 1) return 1;
  for (const option of ["inetd", "once"] as const) {
    if (!values.flag(option)) continue;
    const why = option === "inetd" ? "is for one client" : "is over with one session";
    throw new UsageError(`--${option} ${why}: leave --workers out, or give 1`, "conflict");
  }
  return text === "auto" ? "auto" : number;
}

export function isOwnName(name: string): boolean {
  return OWN_NAME.test(basename(name));
}

/** COMMAND for inetd where none is given: called by a link named `life`, `life` of --inetd-path. */
export function namesake(name: string, values: Values): readonly string[] {
  return isOwnName(name) ? [] : [join(values.text("inetd-path"), basename(name))];
}

// How websockd is started, from the options that say so and from its own name.

import { basename, join } from "node:path";
import type { StartConfig } from "../config.ts";
import { UsageError } from "./value.ts";
import type { Values } from "./values.ts";

/** Names under which nobody means a program of that name. */
const OWN_NAME = /^(?:websockd|websocketd|bun)(?:[-.].*)?$/;

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
  };
}

export function isOwnName(name: string): boolean {
  return OWN_NAME.test(basename(name));
}

/** COMMAND for inetd where none is given: called by a link named `life`, `life` of --inetd-path. */
export function namesake(name: string, values: Values): readonly string[] {
  return isOwnName(name) ? [] : [join(values.text("inetd-path"), basename(name))];
}

// argv in, a Config or what to print instead out; nothing here does anything but read words.

import { basename } from "node:path";
import type { Config } from "../config.ts";
import { OPTIONS } from "./options.ts";
import { toConfig } from "./to-config.ts";
import { isOwnName } from "./to-start.ts";
import { UsageError } from "./value.ts";
import { readWords, type Words } from "./words.ts";

/** Where a value in a Config came from. */
export interface GivenValue {
  readonly name: string;
  readonly value: string;
  readonly source: "command line" | "default";
}

/** What the words ask for. */
export type Arguments =
  | { readonly kind: "run"; readonly config: Config }
  | { readonly kind: "check"; readonly config: Config; readonly values: readonly GivenValue[] }
  | { readonly kind: "help" | "version" | "license" }
  | { readonly kind: "error"; readonly text: string; readonly status: number };

/** sysexits.h calls it EX_USAGE; Go programs, and so websocketd, exit with 2. */
export const EXIT_USAGE = 2;
/** websocketd's own, for what fits no option of its own, and for --devconsole beside files. */
const WEBSOCKETD_EXIT: Readonly<Record<UsageError["kind"], number>> = {
  word: EXIT_USAGE,
  conflict: 1,
  console: 4,
};

export interface Call {
  /** What the program was called as: argv[0]. */
  readonly name: string;
  /** Descriptor 0 is a client's connection: somebody else has accepted it. */
  readonly stdinIsClient: boolean;
}

const PLAIN_CALL: Call = { name: "websockd", stdinIsClient: false };

export function parseArguments(argv: readonly string[], call: Call = PLAIN_CALL): Arguments {
  const { name } = call;
  // The ancestor had no options: inetd called it by the name of the program that it was to run.
  const isBare = argv.length === 0 && call.stdinIsClient && !isOwnName(name);
  const words = readWords(isBare ? ["--inetd"] : argv);
  const flag = (option: string) => words.values.get(option)?.at(-1) === "true";
  const isWebsocketd = basename(name) === "websocketd" || flag("as-websocketd");
  const personality = isWebsocketd ? "websocketd" : "websockd";
  try {
    if (words.problem !== null) throw words.problem;
    for (const kind of ["help", "version", "license"] as const) if (flag(kind)) return { kind };
    const config = toConfig(words, { name, personality });
    return flag("check")
      ? { kind: "check", config, values: valuesOf(words) }
      : { kind: "run", config };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const status = isWebsocketd ? WEBSOCKETD_EXIT[error.kind] : EXIT_USAGE;
    return { kind: "error", text: error.message, status };
  }
}

/** Options that ask something, and configure nothing. */
const QUESTIONS = ["check", "help", "version", "license"];

function valuesOf(words: Words): GivenValue[] {
  const shown = OPTIONS.filter((row) => !QUESTIONS.includes(row.name));
  return shown.map((row) => {
    const given = words.values.get(row.name);
    if (given === undefined) return { name: row.name, value: row.default, source: "default" };
    const kept = row.type === "texts" ? given : given.slice(-1);
    return { name: row.name, value: kept.join(", "), source: "command line" };
  });
}

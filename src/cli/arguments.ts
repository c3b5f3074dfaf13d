// argv in, a Config or what to print instead out; nothing here does anything but read words.

import { basename } from "node:path";
import type { Config } from "../config.ts";
import type { Given } from "./given.ts";
import { addLayers, withSources, type Layer, type PlacedWords } from "./layers.ts";
import type { Routing } from "./routing.ts";
import { toConfig } from "./to-config.ts";
import { isOwnName } from "./to-start.ts";
import { UsageError } from "./value.ts";
import { readWords, type Words } from "./words.ts";

/** What the words ask for. */
export type Arguments =
  | { readonly kind: "run"; readonly config: Config }
  | ({ readonly kind: "check"; readonly config: Config } & Given)
  | { readonly kind: "help" | "version" | "license" }
  | { readonly kind: "error"; readonly text: string; readonly status: number };

/** sysexits.h calls it EX_USAGE; Go programs, and so websocketd, exit with 2. */
export const EXIT_USAGE = 2;
/** websocketd's own, for what fits no option of its own, and for --devconsole beside files. */
const WEBSOCKETD_EXIT: Readonly<Record<UsageError["kind"], number>> = {
  word: EXIT_USAGE,
  conflict: 1,
  console: 4,
  file: 1,
};
/** sysexits.h: EX_CONFIG. */
const EXIT_FILE = 78;

export interface Call {
  /** What the program was called as: argv[0]. */
  readonly name: string;
  /** Descriptor 0 is a client's connection: somebody else has accepted it. */
  readonly stdinIsClient: boolean;
}

export const PLAIN_CALL: Call = { name: "websockd", stdinIsClient: false };

/** What a call says by itself, and where else it has us look. */
export interface ReadCall {
  readonly words: Words;
  readonly call: Call;
  /** --config; null: not given. */
  readonly file: string | null;
  /** Where nothing else but its words may change what it does: for inetd, and in websocketd's place. */
  readonly isAlone: boolean;
  /** There is nothing to configure: it asks for a text, or its words are wrong. */
  readonly isIdle: boolean;
}

/** The options that ask for a text. */
const TEXTS = ["help", "version", "license"] as const;

export function readCall(argv: readonly string[], call: Call = PLAIN_CALL): ReadCall {
  const { name } = call;
  // The ancestor had no options: inetd called it by the name of the program that it was to run.
  const isBare = argv.length === 0 && call.stdinIsClient && !isOwnName(name);
  const words = readWords(isBare ? ["--inetd"] : argv);
  const isAlone = hasFlag(words, "inetd") || isWebsocketd(words, name);
  const isIdle = words.problem !== null || TEXTS.some((text) => hasFlag(words, text));
  return { words, call, file: words.values.get("config")?.at(-1) ?? null, isAlone, isIdle };
}

/** Whether `judgeCall` wants what routing.ts has. */
export function wantsRouting({ words }: ReadCall, layers: readonly Layer[]): boolean {
  const hasRoutes = words.values.has("route") || layers.some(({ routes }) => routes.length > 0);
  return hasRoutes || hasFlag(words, "check");
}

/** `layers` are what other places say, the strongest first; `Routes`: null where it is not wanted. */
export function judgeCall(
  { words, call }: ReadCall,
  layers: readonly Layer[],
  Routes: typeof Routing | null,
): Arguments {
  const placed = addLayers(words, layers);
  try {
    if (words.problem !== null) throw words.problem;
    for (const kind of TEXTS) if (hasFlag(words, kind)) return { kind };
    const personality = isWebsocketd(placed, call.name) ? "websocketd" : "websockd";
    const routing = Routes === null ? null : new Routes(placed, layers);
    const own = { name: call.name, personality, hasRoutes: false } as const;
    const server = toConfig(placed, { ...own, hasRoutes: routing !== null && routing.count > 0 });
    const config = Object.freeze({
      ...server,
      file: placed.values.get("config")?.at(-1) || null,
      routes: routing?.configs(own) ?? [],
    });
    return hasFlag(words, "check") && routing !== null
      ? { kind: "check", config, ...routing.given() }
      : { kind: "run", config };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refusalOf(error, call.name, placed);
  }
}

/** What it comes to that a file could not be read, by its text, or that a place says what is no option. */
export function refuseCall({ words, call }: ReadCall, problem: UsageError | string): Arguments {
  const error = typeof problem === "string" ? new UsageError(problem, "file") : problem;
  return refusalOf(error, call.name, addLayers(words, []));
}

function refusalOf(error: UsageError, name: string, placed: PlacedWords): Arguments {
  const own = error.kind === "file" ? EXIT_FILE : EXIT_USAGE;
  const status = isWebsocketd(placed, name) ? WEBSOCKETD_EXIT[error.kind] : own;
  const text = error.hasPlaces ? error.message : withSources(error.message, placed.sources);
  return { kind: "error", text, status };
}

function hasFlag(words: Words, option: string): boolean {
  return words.values.get(option)?.at(-1) === "true";
}

function isWebsocketd(words: Words, name: string): boolean {
  return basename(name) === "websocketd" || hasFlag(words, "as-websocketd");
}

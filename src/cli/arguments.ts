// argv in, a Config or what to print instead out; nothing here does anything but read words.

import type { Config } from "../config.ts";
import type { LogLevel } from "../log.ts";
import { OPTIONS, type OptionName, type OptionRow } from "./options.ts";

/** What the words ask for. */
export type Arguments =
  | { readonly kind: "run"; readonly config: Config }
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "error"; readonly text: string };

class UsageError extends Error {}

/** sysexits.h calls it EX_USAGE; Go programs, and so websocketd, exit with 2. */
export const EXIT_USAGE = 2;

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);
const SIZE_UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Go's flag rules: `-x` is `--x`, `=` or the next word gives the value, a flag needs `=`; COMMAND ends the options. */
export function parseArguments(argv: readonly string[]): Arguments {
  try {
    const { values, command } = readWords(argv);
    if (values.get("help")?.at(-1) === "true") return { kind: "help" };
    if (values.get("version")?.at(-1) === "true") return { kind: "version" };
    if (command.length === 0)
      throw new UsageError("COMMAND is missing: websockd [options] COMMAND");
    return { kind: "run", config: toConfig(values, command) };
  } catch (error) {
    if (error instanceof UsageError) return { kind: "error", text: error.message };
    throw error;
  }
}

function readWords(argv: readonly string[]) {
  const values = new Map<string, string[]>();
  let i = 0;
  for (; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") return { values, command: argv.slice(i + 1) };
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word);
    if (match === null) {
      if (word.startsWith("-") && word !== "-") throw new UsageError(`Bad option: ${word}`);
      break;
    }
    const row = rowFor(match[1]!);
    let value = match[2];
    if (value === undefined) {
      value = row.type === "flag" ? "true" : (row.bare ?? argv[++i]);
      if (value === undefined)
        throw new UsageError(`--${row.name} needs a value: --${row.name}=${row.placeholder}`);
    }
    const given = values.get(row.name) ?? [];
    given.push(normalize(row, value));
    values.set(row.name, given);
  }
  return { values, command: argv.slice(i) };
}

function rowFor(name: string): OptionRow {
  const rows: readonly OptionRow[] = OPTIONS;
  const row = rows.find((candidate) => candidate.name === name);
  if (row !== undefined) return row;
  const nearest = rows
    .map((candidate) => ({ name: candidate.name, distance: editDistance(candidate.name, name) }))
    .toSorted((a, b) => a.distance - b.distance)[0]!;
  const hint = nearest.distance <= 3 ? ` Did you mean --${nearest.name}?` : "";
  throw new UsageError(`Unknown option: --${name}.${hint}`);
}

/** The value in a form that `toConfig` can read without checking it again. */
function normalize(row: OptionRow, value: string): string {
  const problem = (wanted: string) =>
    new UsageError(
      `--${row.name}=${value}: ${wanted} is wanted, for example --${row.name}=${row.default}`,
    );
  if (row.type === "flag") {
    if (TRUE.has(value)) return "true";
    if (FALSE.has(value)) return "false";
    throw new UsageError(`--${row.name}=${value}: true or false is wanted`);
  }
  if (row.type === "integer" || row.type === "size") {
    const number = parseInteger(value, row.type === "size");
    if (number === null)
      throw problem(row.type === "size" ? "a number of bytes" : "a whole number");
    if (number < (row.min ?? -Infinity)) throw problem(`${row.min} or more`);
    if (number > (row.max ?? Infinity)) throw problem(`${row.max} or less`);
    return String(number);
  }
  if (Array.isArray(row.type) && !row.type.includes(value))
    throw problem(`one of ${row.type.join(", ")}`);
  return value;
}

/** Go's integers: decimal, 0x, 0o, 0b, with a `_` between digits; a size may end in K, M or G. */
const INTEGER =
  /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[0-9](?:_?[0-9])*)([KMG]?)$/;

function parseInteger(text: string, unit: boolean): number | null {
  const match = INTEGER.exec(text);
  if (match === null || (match[3] !== "" && !unit)) return null;
  const number = Number(match[2]!.replaceAll("_", "")) * (SIZE_UNITS[match[3]!] ?? 1);
  return match[1] === "-" ? -number : number;
}

/** RFC 9110 5.6.2: what a subprotocol's name is made of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function toSubprotocols(list: string, required: boolean): string[] {
  const names = list === "" ? [] : list.split(",").map((name) => name.trim());
  const wrong = names.find((name, i) => !TOKEN.test(name) || names.indexOf(name) < i);
  if (wrong !== undefined) {
    throw new UsageError(
      `--subprotocol=${list}: names are wanted, each once, for example --subprotocol=chat,superchat`,
    );
  }
  if (required && names.length === 0) {
    throw new UsageError("--subprotocol-required needs --subprotocol=NAMES");
  }
  return names;
}

function toConfig(values: ReadonlyMap<string, string[]>, command: readonly string[]): Config {
  const last = (name: OptionName): string => {
    const row: OptionRow = OPTIONS.find((candidate) => candidate.name === name)!;
    return values.get(name)?.at(-1) ?? normalize(row, row.default);
  };
  const subprotocolRequired = last("subprotocol-required") === "true";
  return Object.freeze({
    command,
    addresses: values.get("address") ?? [],
    port: Number(last("port")),
    sessionsMax: Math.max(0, Number(last("maxforks"))),
    messageSizeMax: Math.max(0, Number(last("maxframesize"))),
    closeExtraMs: Number(last("closems")),
    queueHigh: Number(last("queue")),
    bufferMemory: Number(last("buffer-memory")),
    logLevel: last("loglevel") as LogLevel,
    closeCodes: last("close-codes") as Config["closeCodes"],
    framing: last("framing") as Config["framing"],
    compress: last("compress") as Config["compress"],
    compressMin: Number(last("compress-min")),
    subprotocols: toSubprotocols(last("subprotocol"), subprotocolRequired),
    subprotocolRequired,
    pingIntervalMs: Number(last("pingms")),
  });
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

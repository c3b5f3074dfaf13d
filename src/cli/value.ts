// One option's value: judged by its row, and put in a form that nobody need check again.

import type { OptionRow } from "./option.ts";

/** What of a command line is wrong, in one line that tells what would be right. */
export class UsageError extends Error {
  /** Told apart because websocketd exits differently for each. */
  readonly kind: "word" | "conflict" | "console" | "file";

  /** The text says already where the options stand that it names. */
  readonly hasPlaces: boolean;

  constructor(text: string, kind: UsageError["kind"] = "word", hasPlaces = false) {
    super(text);
    this.kind = kind;
    this.hasPlaces = hasPlaces;
  }
}

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);
const SIZE_UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

export function normalize(row: OptionRow, value: string): string {
  // Where nothing is the default, that would be no example.
  const example = row.default || (row.type === "duration" ? "10m" : row.placeholder);
  const problem = (wanted: string) =>
    new UsageError(
      `--${row.name}=${value}: ${wanted} is wanted, for example --${row.name}=${example}`,
    );
  if (row.type === "flag") {
    if (TRUE.has(value)) return "true";
    if (FALSE.has(value)) return "false";
    throw new UsageError(`--${row.name}=${value}: true or false is wanted`);
  }
  if (row.type === "duration") return value === "" ? "" : String(durationMs(row, value, problem));
  if (row.type === "integer" || row.type === "size") {
    const number = parseInteger(value, row.type === "size");
    if (number === null)
      throw problem(row.type === "size" ? "a number of bytes" : "a whole number");
    return String(withinBounds(row, number, problem));
  }
  if (Array.isArray(row.type) && !row.type.includes(value))
    throw problem(`one of ${row.type.join(", ")}`);
  return value;
}

type Problem = (wanted: string) => UsageError;

function withinBounds(row: OptionRow, number: number, problem: Problem): number {
  const unit = row.type === "duration" ? "ms" : "";
  if (number < (row.min ?? -Infinity)) throw problem(`${row.min}${unit} or more`);
  if (number > (row.max ?? Infinity)) throw problem(`${row.max}${unit} or less`);
  return number;
}

const TIME_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** `250ms`, `1.5s`, `10m`, `24h`; a number alone would leave the unit to guesses. */
export function parseDurationMs(text: string): number | null {
  const match = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)$/.exec(text);
  return match === null ? null : Math.round(Number(match[1]) * TIME_UNITS_MS[match[2]!]!);
}

function durationMs(row: OptionRow, value: string, problem: Problem): number {
  const milliseconds = parseDurationMs(value);
  if (milliseconds === null) throw problem("a time such as 500ms, 30s, 10m or 24h");
  return withinBounds(row, milliseconds, problem);
}

/** Go's integers: decimal, 0x, 0o or a 0 alone, 0b, with a `_` between digits; a size may end in K, M or G. */
const INTEGER =
  /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])+|0|[1-9](?:_?[0-9])*)([KMG]?)$/;

export function parseInteger(text: string, unit: boolean): number | null {
  const match = INTEGER.exec(text);
  if (match === null || (match[3] !== "" && !unit)) return null;
  const digits = match[2]!.replaceAll("_", "").replace(/^0(?=[0-7])/, "0o");
  const number = Number(digits) * (SIZE_UNITS[match[3]!] ?? 1);
  return match[1] === "-" ? -number : number;
}

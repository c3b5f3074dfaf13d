// A value that stands in a configuration file, as the command line would have it.

import type { OptionRow } from "./option.ts";
import { normalize, UsageError } from "./value.ts";

/** Throws UsageError: what is wanted, with an example for the file. */
export function toTexts(row: OptionRow, value: unknown): readonly string[] {
  const texts = textsOf(row, value);
  const example = `for example ${exampleOf(row)}`;
  if (texts === null) throw new UsageError(`${row.name}: ${wantedOf(row)} is wanted, ${example}`);
  if (texts.some((text) => text.includes("\0"))) {
    throw new UsageError(`${row.name}: there is a NUL in it (leave \\u0000 out)`);
  }
  try {
    return texts.map((text) => normalize(row, text));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [what = ""] = error.message.slice(`--${row.name}=`.length).split(", for example ");
    throw new UsageError(`${row.name} = ${what}, ${example}`);
  }
}

/** Null: of another type. */
function textsOf(row: OptionRow, value: unknown): readonly string[] | null {
  if (row.type === "flag") return typeof value === "boolean" ? [String(value)] : null;
  if (row.bare !== undefined && typeof value === "boolean") {
    return [value ? row.bare : row.default];
  }
  if (takesArray(row) && Array.isArray(value)) {
    if (!value.every((text) => typeof text === "string")) return null;
    return row.isList ? [value.join(",")] : value;
  }
  if (typeof value === "string") return row.type === "integer" ? null : [value];
  return Number.isSafeInteger(value) && takesNumber(row) ? [String(value)] : null;
}

function takesArray({ type, isList }: OptionRow): boolean {
  return type === "texts" || isList === true;
}

/** Of texts only those that are numbers: a mode would be read as decimal. */
function takesNumber({ type, placeholder }: OptionRow): boolean {
  return type === "integer" || type === "size" || (type === "text" && placeholder === "N");
}

function wantedOf(row: OptionRow): string {
  const { type } = row;
  if (type === "flag") return "true or false";
  if (type === "integer") return "a whole number";
  if (type === "size") return "a number of bytes";
  if (type === "duration") return "a time as a string";
  if (takesArray(row)) return "a string, or an array of strings,";
  return typeof type === "string" ? "a string" : `one of ${type.join(", ")}`;
}

export function exampleOf(row: OptionRow): string {
  const text = row.default || row.bare || row.placeholder.replaceAll("'", "");
  const shown =
    row.type === "flag"
      ? "true"
      : row.type === "integer"
        ? row.default
        : JSON.stringify(row.type === "duration" ? row.default || "10m" : text);
  return `${row.name} = ${row.type === "texts" ? `[${shown}]` : shown}`;
}

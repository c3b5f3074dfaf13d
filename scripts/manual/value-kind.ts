// What a shell offers for the value of an option, told from the option's row.

import type { OptionRow } from "../../src/cli/option.ts";

export type ValueKind =
  | { readonly kind: "none" | "free" | "file" | "directory" | "program" | "user" | "group" }
  | { readonly kind: "words"; readonly words: readonly string[] };

/** By the placeholders of --help; any other value is for the person to think of. */
const BY_PLACEHOLDER = {
  FILE: "file",
  PATH: "file",
  DIR: "directory",
  PROGRAM: "program",
  USER: "user",
  GROUP: "group",
} as const;

export function valueKind(row: OptionRow): ValueKind {
  if (row.type === "flag") return { kind: "none" };
  if (Array.isArray(row.type)) return { kind: "words", words: row.type };
  const { placeholder } = row;
  const isKnown = Object.hasOwn(BY_PLACEHOLDER, placeholder);
  return { kind: isKnown ? BY_PLACEHOLDER[placeholder as keyof typeof BY_PLACEHOLDER] : "free" };
}

/** Whether `--option` alone takes the next word for its value. */
export function takesNextWord(row: OptionRow): boolean {
  return row.type !== "flag" && row.bare === undefined;
}

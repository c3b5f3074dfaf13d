// The values of a command line by the names of the options: what was given, or the default.

import { OPTION_ROWS, type OptionName } from "./options.ts";
import { normalize } from "./value.ts";
import type { Words } from "./words.ts";

/** Reads options by name: what was given, or the default. */
export class Values {
  readonly #words: Words;

  constructor(words: Words) {
    this.#words = words;
  }

  has(name: OptionName): boolean {
    return this.#words.values.has(name);
  }

  all(name: OptionName): readonly string[] {
    return this.#words.values.get(name) ?? [];
  }

  /** The last that was given: Go's rule. */
  text(name: OptionName): string {
    return this.all(name).at(-1) ?? defaultOf(name);
  }

  textOrNull(name: OptionName): string | null {
    return this.text(name) || null;
  }

  number(name: OptionName): number {
    return Number(this.text(name));
  }

  /** Milliseconds of a duration; null for none. */
  duration(name: OptionName): number | null {
    const text = this.text(name);
    return text === "" ? null : Number(text);
  }

  flag(name: OptionName): boolean {
    return this.text(name) === "true";
  }
}

export function defaultOf(name: OptionName): string {
  const row = OPTION_ROWS.get(name)!;
  return normalize(row, row.default);
}

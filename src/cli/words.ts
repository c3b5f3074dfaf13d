// The words of a command line by Go's flag rules: `-x` is `--x`, a flag needs `=` for its value, COMMAND ends the options.

import type { OptionRow } from "./option.ts";
import { OPTION_ROWS, OPTIONS } from "./options.ts";
import { normalize, UsageError } from "./value.ts";

export interface Words {
  /** What was given, by the option's name, in the order given; each checked by its row. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly command: readonly string[];
  /** What stopped the reading; the values are those before it. */
  readonly problem: UsageError | null;
}

export function readWords(argv: readonly string[]): Words {
  const values = new Map<string, string[]>();
  let i = 0;
  try {
    for (; i < argv.length; i++) {
      const word = argv[i]!;
      if (word === "--") return { values, command: argv.slice(i + 1), problem: null };
      const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word);
      if (match === null) {
        if (word.startsWith("-") && word !== "-") throw new UsageError(`Bad option: ${word}`);
        break;
      }
      // Go's flags know -h besides.
      const row = rowFor(match[1] === "h" ? "help" : match[1]!);
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
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { values, command: [], problem: error };
  }
  return { values, command: argv.slice(i), problem: null };
}

function rowFor(name: string): OptionRow {
  const row = OPTION_ROWS.get(name);
  if (row !== undefined) return row;
  const nearest = OPTIONS.map((candidate) => ({
    name: candidate.name,
    distance: editDistance(candidate.name, name),
  })).toSorted((a, b) => a.distance - b.distance)[0]!;
  const hint = nearest.distance <= 3 ? ` Did you mean --${nearest.name}?` : "";
  throw new UsageError(`Unknown option: --${name}.${hint}`);
}

/** Levenshtein's distance. */
export function editDistance(a: string, b: string): number {
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

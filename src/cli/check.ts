// What --check prints: each option with where its value came from, what it comes to here, and what is wrong.

import type { GivenValue } from "./arguments.ts";

/** Something that was found out on this machine. */
export interface CheckFact {
  readonly name: string;
  readonly value: string;
}

export function checkText(
  values: readonly GivenValue[],
  facts: readonly CheckFact[],
  problems: readonly { readonly text: string }[],
): string {
  const options = values.map(({ name, value, source }) => [name, value, source] as const);
  const found = facts.map(({ name, value }) => [name, value, "found here"] as const);
  const rows = [...options, ...found];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => Math.min(row[column].length, 40)));
  const [left, middle] = [width(0), width(1)];
  const lines = rows.map(
    ([name, value, source]) =>
      `${name.padEnd(left)}  ${(value || "-").padEnd(middle)}  (${source})`,
  );
  const verdict = problems.length === 0 ? ["ok"] : problems.map(({ text }) => `wrong: ${text}`);
  return [...lines, "", ...verdict].join("\n");
}

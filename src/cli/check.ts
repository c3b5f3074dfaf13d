// What --check prints: each option with where its value came from, what it comes to here, and what is wrong.

import type { Given, GivenRoute, GivenValue } from "./given.ts";

/** Something that was found out on this machine. */
export interface CheckFact {
  readonly name: string;
  readonly value: string;
}

type Row = readonly [name: string, value: string, source: string];

export function checkText(
  { values, routes }: Given,
  facts: readonly CheckFact[],
  problems: readonly { readonly text: string }[],
): string {
  const found = facts.map(({ name, value }): Row => [name, value || "-", "found here"]);
  const own = routes.map(routeRows);
  const blocks =
    routes.length === 0 ? [[...rowsOf(values), ...found]] : [rowsOf(values), ...own, found];
  const rows = blocks.flat();
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => Math.min(row[column].length, 40)));
  const [left, middle] = [width(0), width(1)];
  const lineOf = ([name, value, source]: Row) =>
    `${name.padEnd(left)}  ${value.padEnd(middle)}  (${source})`;
  const verdict = problems.length === 0 ? ["ok"] : problems.map(({ text }) => `wrong: ${text}`);
  return [...blocks.map((block) => block.map(lineOf)), verdict]
    .map((block) => block.join("\n"))
    .join("\n\n");
}

function rowsOf(values: readonly GivenValue[]): Row[] {
  return values.map(({ name, value, source }): Row => [name, value || "-", source]);
}

/** What a route has as the whole server is not said again. */
function routeRows({ path, source, values }: GivenRoute): Row[] {
  const own = rowsOf(values).map(([name, ...rest]): Row => [`  ${name}`, ...rest]);
  return [[`route ${path}`, "", source], ...own];
}

// Compares what two programs gave in the same case: a field may differ only where the case names a row that allows it.

import type { Difference, Observation, ParityCase, Value } from "./case.ts";

/** What is wrong, a line each, and empty when all is as it should be. */
export function problemsOf(
  row: Pick<ParityCase, "name" | "differs" | "gives" | "observe">,
  websocketd: Observation,
  websockd: Observation,
): string[] {
  const unmet = Object.entries(row.gives ?? {})
    .filter(([field, value]) => !Bun.deepEquals(websocketd[field], value))
    .flatMap(([field, value]) => [
      `${row.name}: ${field}: websocketd gives something else than the case says`,
      `    websocketd: ${show(websocketd[field])}`,
      `    the case:   ${show(value)}`,
    ]);
  const problems = fieldsOf(row, websocketd, websockd).flatMap((field) => {
    const difference = differenceOf(row, field);
    const both = { theirs: websocketd[field], ours: websockd[field] };
    const problem = problemOf(both, difference);
    if (problem === null) return [];
    const lines = [
      `${row.name}: ${field}: ${problem}`,
      `    websocketd: ${show(both.theirs)}`,
      `    websockd:   ${show(both.ours)}`,
    ];
    if (difference === undefined) return lines;
    return [...lines, `    expected:   ${show(difference[1])}, by the row ${difference[0]}`];
  });
  return [...unmet, ...problems];
}

/** Another status is another answer: of the rest only what the case names is then compared. */
function fieldsOf(
  { differs = {}, observe }: Pick<ParityCase, "differs" | "observe">,
  websocketd: Observation,
  websockd: Observation,
): string[] {
  const named = Object.keys(differs);
  if (websocketd["status"] !== websockd["status"]) return [...new Set(["status", ...named])];
  const all = [...Object.keys(websocketd), ...Object.keys(websockd)];
  return [...new Set([...(observe ?? all), ...named])];
}

function differenceOf(
  { differs = {} }: Pick<ParityCase, "differs">,
  field: string,
): Difference | undefined {
  return Object.hasOwn(differs, field) ? differs[field] : undefined;
}

function problemOf(
  { theirs, ours }: { readonly theirs: Value | undefined; readonly ours: Value | undefined },
  difference: Difference | undefined,
): string | null {
  const isSame = Bun.deepEquals(theirs, ours);
  if (difference === undefined) return isSame ? null : "differs, and no row allows it";
  if (isSame) return "does not differ: its row is stale here";
  return isExpected(ours, difference[1]) ? null : "differs in another way than its row says";
}

function isExpected(value: Value | undefined, expected: Difference[1]): boolean {
  if (!(expected instanceof RegExp)) return Bun.deepEquals(value, expected);
  return typeof value === "string" && expected.test(value);
}

function show(value: Value | RegExp | undefined): string {
  if (value === undefined) return "(absent)";
  return value instanceof RegExp ? String(value) : JSON.stringify(value);
}

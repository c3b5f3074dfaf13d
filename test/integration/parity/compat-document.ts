// Reads the table of differences in docs/compat.md.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../../..");

export interface CompatRow {
  readonly name: string;
  /** `parity`: a case of this folder needs it. Else the test that holds it, by its path from the root. */
  readonly heldBy: string;
}

export const COMPAT_ROWS: readonly CompatRow[] = readRows(
  readFileSync(join(ROOT, "docs/compat.md"), "utf8"),
);

/** Rows of five columns whose first is a name in backquotes. */
export function readRows(text: string): CompatRow[] {
  return text.split("\n").flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const name = /^`([a-z0-9-]+)`$/.exec(cells[1] ?? "")?.[1];
    return name === undefined || cells.length !== 7 ? [] : [{ name, heldBy: cells[5]! }];
  });
}

/** What is wrong between the document and the names that the cases use. */
export function documentProblems(
  rows: readonly CompatRow[],
  used: ReadonlySet<string>,
  exists: (path: string) => boolean = (path) => existsSync(join(ROOT, path)),
): string[] {
  const names = rows.map(({ name }) => name);
  const known = new Set(rows.flatMap(({ name, heldBy }) => (heldBy === "parity" ? [name] : [])));
  return [
    ...names
      .filter((name, i) => names.indexOf(name) < i)
      .map((name) => `${name} stands twice in docs/compat.md`),
    ...[...used]
      .filter((name) => !known.has(name))
      .map((name) => `${name} is needed by a case, and no row of docs/compat.md held by "parity"`),
    ...rows.flatMap(({ name, heldBy }) => {
      if (heldBy !== "parity") {
        return exists(heldBy) ? [] : [`${name} is held by ${heldBy}, which is not there`];
      }
      return used.has(name) ? [] : [`${name} is stale: no case needs it`];
    }),
  ];
}

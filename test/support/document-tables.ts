// The tables in a page of docs/, so that a test can hold them to the code.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

/** The rows below a heading of a page, each its cells as they are written; `nth` counts the section's tables. */
export function tableRows(page: string, heading: string, nth = 0): string[][] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const found = new RegExp(`^#+ ${RegExp.escape(heading)}$`, "m").exec(text);
  if (found === null) throw new Error(`${page} has no heading "${heading}"`);
  const section = text.slice(found.index + found[0].length).split(/^## /m)[0]!;
  const table = [...section.matchAll(/(?:^\|.*\n)+/gm)][nth]?.[0];
  if (table === undefined) throw new Error(`${page}, "${heading}": no table ${nth}`);
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** What stands in a cell between backticks, one after the other. */
export function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
}

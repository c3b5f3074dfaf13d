// The man page, in mdoc(7): the prose of page.mdoc, and OPTIONS from the table.

import { join } from "node:path";
import type { OptionRow } from "../../src/cli/option.ts";
import { GROUPS } from "../../src/cli/options.ts";
import { filled } from "../template.ts";

export function manualPage(): string {
  const sections = GROUPS.flatMap(({ title, rows }) => [
    `.Ss ${title}`,
    ".Bl -tag -width Ds",
    ...rows.flatMap(item),
    ".El",
  ]);
  return filled(join(import.meta.dir, "page.mdoc"), { OPTIONS: sections.join("\n") });
}

function item(row: OptionRow): string[] {
  const value = ` Ns = Ns Ar ${argument(row.placeholder)}`;
  const end =
    row.placeholder === "" ? "" : row.bare === undefined ? value : ` Ns Oo${value.slice(3)} Oc`;
  const lines = [`.It Fl ${escaped(`-${row.name}`)}${end}`, `${escaped(row.help)}.`];
  if (row.bare !== undefined) lines.push("Without a value it is", `.Ql ${escaped(row.bare)} .`);
  if (row.type !== "flag" && row.default !== "") {
    lines.push("The default is", `.Ql ${escaped(row.default)} .`);
  }
  return lines;
}

/** Text as roff takes it: minus signs stay what they are, and no line begins as a request does. */
function escaped(text: string): string {
  const plain = text.replaceAll("\\", String.raw`\e`).replaceAll("-", String.raw`\-`);
  return plain.replace(/^[.']/, String.raw`\&$&`);
}

/** One argument of a macro, whatever is in it. */
function argument(text: string): string {
  const plain = text.replaceAll("'", "");
  return /[ :]/.test(plain) ? `"${escaped(plain)}"` : escaped(plain);
}

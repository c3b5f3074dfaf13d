// The examples in a page of docs/, so that what a test runs is what the page says.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of the one block whose fence says `language name`. */
export function documentBlock(page: string, fence: string): string {
  const text = readFileSync(join(import.meta.dir, "../../docs", page), "utf8");
  const blocks = text.split(`\n\`\`\`${fence}\n`);
  if (blocks.length !== 2) throw new Error(`docs/${page} has ${blocks.length - 1} of ${fence}`);
  return blocks[1]!.slice(0, blocks[1]!.indexOf("\n```"));
}

/** The text with each of these in another's place; each must be there. */
export function replaced(
  text: string,
  by: readonly (readonly [old: string, now: string])[],
): string {
  return by.reduce((before, [old, now]) => {
    if (!before.includes(old)) throw new Error(`there is no ${old} in:\n${before}`);
    return before.replaceAll(old, now);
  }, text);
}

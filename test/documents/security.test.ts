// docs/security.md: each promise names a test that there is, each option is one, the defaults are the options'.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { OPTION_ROWS } from "../../src/cli/options.ts";
import { quoted, tableRows } from "../support/document-tables.ts";

const ROOT = join(import.meta.dir, "../..");
const PAGE = "docs/security.md";
const PROMISES = tableRows(PAGE, "What is promised");

test("there are promises", () => {
  expect(PROMISES.length).toBeGreaterThan(25);
});

test.each(PROMISES.map(([promise, by]) => [promise!, by!] as const))("%s", (_, by) => {
  const [, file, words] = /^`(test\/[\w/.-]+\.test\.ts)`: (.+)$/.exec(by)!;
  expect(existsSync(join(ROOT, file!)), file).toBe(true);
  const lines = readFileSync(join(ROOT, file!), "utf8").split("\n");
  // The name of a test, of a group, or the sentence that says what the whole file holds.
  const names = lines.filter((line, i) => i === 0 || /^\s*(?:test|describe)\b|^\s*["`]/.test(line));
  expect(
    names.some((name) => name.includes(words!)),
    `${file}: ${words}`,
  ).toBe(true);
});

test("each option is one", () => {
  const text = readFileSync(join(ROOT, PAGE), "utf8");
  const named = [...text.matchAll(/`--([a-z-]+)/g)].map(([, name]) => name!);
  const others = new Set(["check", "version"]);
  expect(named.filter((name) => !OPTION_ROWS.has(name) && !others.has(name))).toEqual([]);
});

test("the defaults are the options'", () => {
  for (const [options, value] of tableRows(PAGE, "Defaults that matter")) {
    for (const option of quoted(options!)) {
      const row = OPTION_ROWS.get(option.slice(2))!;
      const [written] = quoted(value!);
      if (written !== undefined) expect(row.default, option).toBe(written);
      else expect(["", "false"], option).toContain(row.default);
    }
  }
});

// --help, which is derived from the table of options.

import { describe, expect, test } from "bun:test";
import { parseArguments } from "./judged.ts";
import type { OptionRow } from "../../src/cli/option.ts";
import { helpText, OPTIONS } from "../../src/cli/options.ts";

const ROWS: readonly OptionRow[] = OPTIONS;
const LINES = helpText().split("\n");

function lineOf(row: OptionRow): string {
  const value = row.bare === undefined ? `=${row.placeholder}` : `[=${row.placeholder}]`;
  const begin = `  --${row.name}${row.placeholder === "" ? "" : value} `;
  const lines = LINES.filter((line) => line.startsWith(begin));
  expect(lines.length, row.name).toBe(1);
  return lines[0]!;
}

describe("each option of the table", () => {
  for (const row of ROWS) {
    test(`--${row.name} stands there with its help and its default`, () => {
      const line = lineOf(row);
      expect(line).toContain(row.help);
      if (row.type !== "flag" && row.default !== "") {
        expect(line).toEndWith(`(default: ${row.default})`);
      }
    });

    test(`--${row.name}: its default is a value that it takes`, () => {
      const result = parseArguments([`--${row.name}=${row.default}`, "cat"]);
      expect(result.kind).toBe("run");
    });
  }

  test("has a name of its own", () => {
    expect(new Set(ROWS.map((row) => row.name)).size).toBe(ROWS.length);
  });
});

test("the options that people know are there", () => {
  const names =
    "port address maxforks maxframesize closems queue buffer-memory loglevel close-codes " +
    "framing compress compress-min subprotocol " +
    "subprotocol-required pingms help version";
  expect(ROWS.map((row) => row.name)).toEqual(expect.arrayContaining(names.split(" ")));
});

test("every line fits a wide terminal, and none ends in a blank", () => {
  for (const line of LINES) {
    expect(line.length, line).toBeLessThanOrEqual(120);
    expect(line).toBe(line.trimEnd());
  }
});

test("the texts stand in one column", () => {
  const columns = ROWS.map((row) => lineOf(row).indexOf(row.help));
  expect(new Set(columns).size).toBe(1);
});

test("the README's table has every option, with its help", async () => {
  const readme = (await Bun.file(`${import.meta.dir}/../../README.md`).text()).replaceAll("\\", "");
  for (const { name, help } of ROWS) {
    if (["help", "version", "license"].includes(name)) continue;
    const row = readme
      .split("\n")
      .find((line) => new RegExp(`^\\| ` + "`" + `--${name}[=[` + "`" + `]`).test(line));
    expect(row, name).toContain(help.replace(/ \(default: .*/, "").replaceAll("*", "*"));
  }
});

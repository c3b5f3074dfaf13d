// A text cut into statements: what they come to one by one is what Bun makes of the whole.

import { describe, expect, test } from "bun:test";
import { statementsOf } from "../../src/cli/statements.ts";
import { Random, seedOfRun } from "../support/random.ts";

const VALUES = [
  "1",
  "true",
  "1979-05-27T07:32:00Z",
  '"a # b"',
  '"\\"]\\\\"',
  "'[\"#'",
  '""',
  "''",
  '"""a\n"b" # ]\n\\\n  c"""',
  '"""x\\""""',
  '"""x"""""',
  "'''a\n'b' \\'''",
  "'''x'''''",
  "[]",
  "[1, # ]\n 2,\n\n]",
  "[[\"a\", \"]\"], ['''\n''']]",
  '{ a = "}", b = [1] }',
] as const;
const BETWEEN = ["\n", "\r\n", "\n\n", ' # \' " [ """\n', "\n\t# ]\n  "] as const;

describe("random files", () => {
  const start = seedOfRun();
  test(`200 from WEBSOCKD_SEED=${start}`, () => {
    for (let i = 0; i < 200; i++) {
      const random = new Random(start + i);
      const pairs = Array.from({ length: random.below(8) }, (_, n) => ({
        key: `key-${n}`,
        value: VALUES[random.below(VALUES.length)]!,
        end: BETWEEN[random.below(BETWEEN.length)]!,
      }));
      const text = pairs.map(({ key, value, end }) => `${key} = ${value}${end}`).join("");
      const statements = statementsOf(text);
      const name = `WEBSOCKD_SEED=${start + i}: ${JSON.stringify(text)}`;
      const parts = statements.map((statement) => Bun.TOML.parse(statement.text) as object);
      const whole = Bun.TOML.parse(text) as object;
      expect(JSON.stringify(Object.assign({}, ...parts)), name).toBe(JSON.stringify(whole));
      for (const [n, { line, column }] of statements.entries()) {
        expect(text.split("\n")[line - 1]!.slice(column - 1), name).toStartWith(`key-${n} = `);
      }
    }
  });
});

test("tables of one name are cut at their headers", () => {
  const begin = seedOfRun();
  for (let i = 0; i < 100; i++) {
    const random = new Random(begin + i);
    const end = () => BETWEEN[random.below(BETWEEN.length)]!;
    const sections = Array.from({ length: random.below(4) + 1 }, (_, n) => {
      const keys = Array.from({ length: random.below(4) }, (__, k) => {
        return `key-${k} = ${VALUES[random.below(VALUES.length)]!}${end()}`;
      });
      return [...(n === 0 ? [] : [`[[route]]${end()}`]), ...keys].join("");
    });
    const text = sections.join("");
    const parts: object[] = [{}];
    for (const statement of statementsOf(text)) {
      if (statement.text === "[[route]]") parts.push({});
      else Object.assign(parts.at(-1)!, Bun.TOML.parse(statement.text));
    }
    const [first, ...route] = parts;
    const whole = route.length === 0 ? first : { ...first, route };
    const name = `WEBSOCKD_SEED=${begin + i}: ${JSON.stringify(text)}`;
    expect(JSON.stringify(whole), name).toBe(JSON.stringify(Bun.TOML.parse(text)));
  }
});

test("what is no TOML is cut without an end to the work", () => {
  for (const text of ['"""', "'''", '"', "'", "[", "]", "{", "\\", '"\\', "a = [\n[", "\0\n\0"]) {
    const pieces = statementsOf(text).map((statement) => statement.text);
    expect(pieces.join("")).toBe(text.replaceAll("\n", pieces.length > 1 ? "" : "\n"));
  }
  expect(statementsOf('"""\n'.repeat(2000)).length).toBeGreaterThan(0);
});

// The comparison itself: what differs fails without a row, and a row that is not needed fails, too.

import { describe, expect, test } from "bun:test";
import { ADMISSION_SETUPS } from "./admission-cases.ts";
import type { Observation } from "./case.ts";
import { CGI_SETUPS } from "./cgi-cases.ts";
import { COMMAND_LINE_CASES } from "./command-line-cases.ts";
import { problemsOf } from "./compare.ts";
import { COMPAT_ROWS, documentProblems, readRows } from "./compat-document.ts";
import { DATA_SETUPS } from "./data-cases.ts";
import { END_SETUPS } from "./end-cases.ts";
import { ENVIRONMENT_SETUPS } from "./environment-cases.ts";
import { HTTP_SETUPS } from "./http-cases.ts";
import { ORIGIN_SETUPS } from "./origin-cases.ts";
import { ROUTING_SETUPS } from "./routing-cases.ts";
import { STATIC_SETUPS } from "./static-cases.ts";

const SETUPS = [
  ...ADMISSION_SETUPS,
  ...CGI_SETUPS,
  ...DATA_SETUPS,
  ...END_SETUPS,
  ...ENVIRONMENT_SETUPS,
  ...HTTP_SETUPS,
  ...ORIGIN_SETUPS,
  ...ROUTING_SETUPS,
  ...STATIC_SETUPS,
];

test("docs/compat.md has each row that a case needs, and no other", () => {
  const differences = [
    ...SETUPS.flatMap(({ cases }) => cases.map(({ differs = {} }) => differs)),
    ...COMMAND_LINE_CASES.map(({ differs = {} }) => differs),
    ...COMMAND_LINE_CASES.map(({ differsAsWebsocketd = {} }) => differsAsWebsocketd),
  ];
  const used = differences.flatMap((differs) => Object.values(differs).map(([row]) => row));
  expect(COMPAT_ROWS.length).toBeGreaterThan(30);
  expect(documentProblems(COMPAT_ROWS, new Set(used))).toEqual([]);
});

test("no two setups and no two cases of a setup have the same name", () => {
  const names = SETUPS.flatMap((setup) => setup.cases.map((row) => `${setup.name} > ${row.name}`));
  expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([]);
  expect(new Set(SETUPS.map(({ name }) => name)).size).toBe(SETUPS.length);
});

describe("documentProblems", () => {
  const row = (name: string, heldBy = "parity") => ({ name, heldBy });
  const find = (rows: ReturnType<typeof row>[], ...used: string[]) =>
    documentProblems(rows, new Set(used), (path) => path === "a.test.ts");

  test("nothing to find", () => {
    expect(find([row("a"), row("b", "a.test.ts")], "a")).toEqual([]);
  });

  test.each<[what: string, rows: ReturnType<typeof row>[], used: string[], problem: RegExp]>([
    ["stale", [row("a")], [], /^a is stale/],
    ["missing", [], ["a"], /^a is needed/],
    ["held elsewhere, and needed here", [row("a", "a.test.ts")], ["a"], /^a is needed/],
    ["held by nothing", [row("a", "b.test.ts")], [], /^a is held by b.test.ts/],
    ["twice", [row("a"), row("a")], ["a"], /^a stands twice/],
  ])("%s", (_, rows, used, problem) => {
    expect(find(rows, ...used)).toEqual([expect.stringMatching(problem)]);
  });

  test("only rows of the table of differences are read", () => {
    const lines = ["| `a` | x | y | z | parity |", "| `b` | x |", "| c | x | y | z | parity |"];
    expect(readRows(lines.join("\n"))).toEqual([row("a")]);
    expect(readRows("| `a` | x \\| y | y | z | parity |")).toEqual([row("a")]);
  });
});

describe("problemsOf", () => {
  const THEIRS: Observation = { status: 200, body: "a", messages: ["x"] };
  const find = (ours: Observation, differs = {}) =>
    problemsOf({ name: "case", differs }, THEIRS, ours)
      .filter((line) => line.startsWith("case"))
      .map((line) => line.replace(/^case: /, ""));

  test("the same is no problem, and an expected difference is none", () => {
    expect(find({ ...THEIRS })).toEqual([]);
    expect(find({ ...THEIRS, body: "b" }, { body: ["row", "b"] })).toEqual([]);
    expect(find({ ...THEIRS, body: "b" }, { body: ["row", /^b$/] })).toEqual([]);
    expect(find({ status: 200, messages: ["x"] }, { body: ["row", undefined] })).toEqual([]);
  });

  test("a difference without a row, of a value, a missing and an added field", () => {
    expect(find({ ...THEIRS, body: "b" })).toEqual(["body: differs, and no row allows it"]);
    expect(find({ ...THEIRS, messages: [] })).toEqual(["messages: differs, and no row allows it"]);
    expect(find({ ...THEIRS, close: 1000 })).toEqual(["close: differs, and no row allows it"]);
    expect(find({ status: 200, body: "a" })).toEqual(["messages: differs, and no row allows it"]);
  });

  test("a difference other than the row's, and a row that is not needed", () => {
    expect(find({ ...THEIRS, body: "c" }, { body: ["row", "b"] })).toEqual([
      "body: differs in another way than its row says",
    ]);
    expect(find({ ...THEIRS, body: "c" }, { body: ["row", /^b$/] })).toHaveLength(1);
    expect(find(THEIRS, { body: ["row", "a"] })).toEqual([
      "body: does not differ: its row is stale here",
    ]);
  });

  test("another status is another answer, whose rest need not be the same", () => {
    expect(find({ status: 404, more: "x" }, { status: ["row", 404] })).toEqual([]);
    expect(find({ status: 404, more: "x" })).toEqual(["status: differs, and no row allows it"]);
    expect(find({ status: 404 }, { status: ["row", 404], more: ["row", "y"] })).toEqual([
      "more: does not differ: its row is stale here",
    ]);
  });

  test("only what is observed is compared", () => {
    const row = { name: "case", observe: ["status"] };
    expect(problemsOf(row, THEIRS, { status: 200, body: "b" })).toEqual([]);
  });

  test("what websocketd does not give, although the case says so", () => {
    const row = { name: "case", gives: { body: "b", status: 200 } };
    expect(problemsOf(row, THEIRS, THEIRS)[0]).toBe(
      "case: body: websocketd gives something else than the case says",
    );
    expect(problemsOf({ ...row, gives: { body: "a" } }, THEIRS, THEIRS)).toEqual([]);
  });

  test("a problem tells case, field, both values and the row", () => {
    const lines = problemsOf({ name: "case", differs: { body: ["row", "b"] } }, THEIRS, {
      ...THEIRS,
      body: "c",
    });
    expect(lines).toEqual([
      "case: body: differs in another way than its row says",
      '    websocketd: "a"',
      '    websockd:   "c"',
      '    expected:   "b", by the row row',
    ]);
  });
});

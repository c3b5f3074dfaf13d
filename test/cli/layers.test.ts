// Which place goes first: the command line, the environment, a file, the default.

import { describe, expect, test } from "bun:test";
import { readCall, type Arguments } from "../../src/cli/arguments.ts";
import { judgeCall } from "./judged.ts";
import { fileLayer } from "../../src/cli/config-file.ts";
import { OPTIONS } from "../../src/cli/options.ts";
import { UsageError } from "../../src/cli/value.ts";
import { variablesLayer } from "../../src/cli/variables.ts";

interface Given {
  readonly words: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly file?: string;
}

function resultOf({ words, variables = {}, file = "" }: Given): Arguments {
  const layers = [variablesLayer(variables, []), fileLayer("/f.toml", file)];
  return judgeCall(readCall(words), layers);
}

/** What --check says of an option. */
function shown(name: string, given: Given): string {
  const result = resultOf({ ...given, words: ["--check", ...given.words] });
  if (result.kind !== "check") throw new Error(JSON.stringify(result));
  const found = result.values.find((value) => value.name === name);
  return found === undefined ? "" : `${found.value} (${found.source})`;
}

describe("an option that stands in several places", () => {
  const words = ["--maxforks=1", "--header=A: 1", "cat"];
  const variables = { WEBSOCKD_MAXFORKS: "2", WEBSOCKD_HEADER: "B: 1\nB: 2" };
  const file = "maxforks = 3\nheader = ['C: 1', 'C: 2']";
  test.each<[given: Given, maxforks: string, header: string]>([
    [{ words, variables, file }, "1 (command line)", "A: 1 (command line)"],
    [
      { words: ["cat"], variables, file },
      "2 (environment WEBSOCKD_MAXFORKS)",
      "B: 1, B: 2 (environment WEBSOCKD_HEADER)",
    ],
    [{ words: ["cat"], file }, "3 (/f.toml:1)", "C: 1, C: 2 (/f.toml:2)"],
    [{ words: ["cat"] }, "1024 (default)", " (default)"],
    [{ words, file }, "1 (command line)", "A: 1 (command line)"],
    [{ words, variables }, "1 (command line)", "A: 1 (command line)"],
  ])("%j", (given, maxforks, header) => {
    expect(shown("--maxforks", given)).toBe(maxforks);
    expect(shown("--header", given)).toBe(header);
  });

  test("a flag is taken back", () => {
    const given = { words: ["--binary=false", "cat"], file: "binary = true" };
    expect(resultOf(given)).toMatchObject({ config: { framing: "lines" } });
  });
});

describe("COMMAND and --dir are one question", () => {
  const both = { kind: "error", text: expect.stringContaining("not both") };
  test.each<[given: Given, expected: object]>([
    [{ words: [], file: "command = ['a', 'b']" }, { config: { command: ["a", "b"] } }],
    [{ words: ["c"], file: "command = ['a', 'b']" }, { config: { command: ["c"] } }],
    [{ words: ["c"], file: "dir = '/d'" }, { config: { command: ["c"], directory: null } }],
    [{ words: ["--dir=/e"], file: "dir = '/d'" }, { config: { directory: "/e" } }],
    [{ words: ["--dir=/e"], file: "command = ['a']" }, { config: { command: [] } }],
    [{ words: ["--dir="], file: "command = ['a']" }, { config: { command: ["a"] } }],
    [
      { words: [], variables: { WEBSOCKD_DIR: "/e" }, file: "command = ['a']" },
      { config: { command: [], directory: "/e" } },
    ],
    [{ words: ["--dir=/e", "c"] }, both],
    [{ words: [], file: "command = ['a']\ndir = '/d'" }, both],
  ])("%j", (given, expected) => {
    expect(resultOf(given)).toMatchObject(expected);
  });

  test("--check shows COMMAND with its place", () => {
    expect(shown("COMMAND", { words: ["a", "b"] })).toBe("a b (command line)");
    expect(shown("COMMAND", { words: [], file: "\ncommand = ['a']" })).toBe("a (/f.toml:2)");
    expect(shown("COMMAND", { words: ["--dir=/e"] })).toBe("");
  });
});

describe("the environment", () => {
  function problemOf(variables: Readonly<Record<string, string>>): string {
    try {
      variablesLayer(variables, ["WEBSOCKD_WORKER"]);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    return "";
  }

  test("has a name for every option, and no two have the same", () => {
    const names = OPTIONS.map(({ name }) => name.toUpperCase().replaceAll("-", "_"));
    expect(new Set(names).size).toBe(names.length);
    for (const row of OPTIONS) {
      if (["check", "help", "license", "route", "version"].includes(row.name)) continue;
      const variable = `WEBSOCKD_${row.name.toUpperCase().replaceAll("-", "_")}`;
      const { values } = variablesLayer({ [variable]: row.default || row.bare || "5s" }, []);
      expect(values.get(row.name)?.source).toBe(`environment ${variable}`);
    }
  });

  test.each<[name: string, value: string, problem: string]>([
    [
      "MAXFORK",
      "1",
      "WEBSOCKD_MAXFORK in the environment is no option (did you mean WEBSOCKD_MAXFORKS?)",
    ],
    ["MAX_FORKS", "1", "did you mean WEBSOCKD_MAXFORKS?"],
    ["port", "1", "WEBSOCKD_port in the environment is no option (unset it)"],
    ["SOMETHING_ELSE", "1", "WEBSOCKD_SOMETHING_ELSE in the environment is no option (unset it)"],
    ["", "1", "WEBSOCKD_ in the environment is no option (unset it)"],
    ["HELP", "true", "WEBSOCKD_HELP in the environment is no option"],
    [
      "PORT",
      "x",
      "WEBSOCKD_PORT=x: a whole number is wanted, for example WEBSOCKD_PORT=80 (in the environment)",
    ],
    ["SSL", "yes", "WEBSOCKD_SSL=yes: true or false is wanted (in the environment)"],
  ])("WEBSOCKD_%s=%s", (name, value, problem) => {
    expect(problemOf({ [`WEBSOCKD_${name}`]: value })).toContain(problem);
  });

  test.each([
    ["WEBSOCKD_SOMETHING_ELSE", ""],
    ["WEBSOCKD_WORKER", "1"],
    ["WEBSOCKDX", "1"],
    ["WEBSOCKD_SERVICE_HOST", "10.0.0.1"],
    ["WEBSOCKD_SERVICE_PORT", "80"],
    ["WEBSOCKD_SERVICE_PORT_HTTP", "80"],
    ["WEBSOCKD_PORT", "tcp://10.0.0.1:80"],
    ["WEBSOCKD_PORT_80_TCP", "tcp://10.0.0.1:80"],
    ["WEBSOCKD_PORT_80_TCP_ADDR", "10.0.0.1"],
  ])("%s=%s is passed over", (name, value) => {
    expect(variablesLayer({ [name]: value }, ["WEBSOCKD_WORKER"]).values.size).toBe(0);
  });

  test("is not for programs: --passenv refuses it", () => {
    expect(resultOf({ words: ["--passenv=WEBSOCKD_PORT", "cat"] })).toMatchObject({
      text: expect.stringContaining("for websockd alone"),
    });
  });
});

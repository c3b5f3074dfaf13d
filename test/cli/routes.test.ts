// Routes as they are written in files, words and variables: what each comes to, and which counts.

import { describe, expect, test } from "bun:test";
import { judgeCall, readCall, type Arguments } from "../../src/cli/arguments.ts";
import { fileLayer } from "../../src/cli/config-file.ts";
import { variablesLayer } from "../../src/cli/variables.ts";
import type { Config } from "../../src/config.ts";

interface Given {
  readonly words?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly file?: string;
}

function resultOf({ words = [], variables = {}, file = "" }: Given): Arguments {
  const layers = [variablesLayer(variables, []), fileLayer("/f.toml", file)];
  return judgeCall(readCall(words), layers);
}

function configOf(given: Given): Config {
  const result = resultOf(given);
  if (result.kind !== "run") throw new Error(JSON.stringify(result));
  return result.config;
}

function textsOf({ routes }: Config): string[] {
  return routes.map(({ path, config }) => [path.text, ...config.command].join(" "));
}

const CHAT = `
maxforks = 5
framing = "nul"

[[route]]
path = "/rooms/{room}/*"
host = ["a.example", "*.b.example"]
command = ["chat", "-v"]
framing = "json"
env = ["A=1"]

[[route]]
path = "/files/*"
host = "a.example, localhost:8080"
dir = "/srv"
`;

describe("[[route]] in a file", () => {
  test("has its path, its hosts, its program, and options of its own", () => {
    const { routes, command, framing } = configOf({ file: CHAT });
    expect([command, framing]).toEqual([[], "nul"]);
    expect(routes).toMatchObject([
      {
        path: { text: "/rooms/{room}/*", isPrefix: true },
        hosts: ["a.example", "*.b.example"],
        config: {
          command: ["chat", "-v"],
          directory: null,
          framing: "json",
          environment: { set: [["A", "1"]] },
          admission: { sessionsMax: 5 },
          routes: [],
        },
      },
      {
        path: { text: "/files/*" },
        hosts: ["a.example", "localhost:8080"],
        config: { command: [], directory: "/srv", framing: "nul", environment: { set: [] } },
      },
    ]);
  });

  test("COMMAND and --dir of the server are not theirs", () => {
    const own = configOf({ file: CHAT, words: ["--prefork=3", "cat"] });
    expect(own.command).toEqual(["cat"]);
    expect(own.prefork.count).toBe(3);
    expect(own.routes.map(({ config }) => [config.command, config.prefork.count])).toEqual([
      [["chat", "-v"], 0],
      [[], 0],
    ]);
    const { routes } = configOf({ file: CHAT, words: ["--dir=/programs"] });
    expect(routes.map(({ config }) => config.directory)).toEqual([null, "/srv"]);
  });
});

test("the command line's routes are asked first, then the environment's, then the file's", () => {
  const config = configOf({
    words: ["--route=/a=one", "--route", "/b/*=two"],
    variables: { WEBSOCKD_ROUTE: "/c=three\n\n/b/d=four" },
    file: `${CHAT}\n[[route]]\npath = "/c"\ncommand = ["never"]`,
  });
  // What an earlier place takes all of is not there at all.
  expect(textsOf(config)).toEqual([
    "/a one",
    "/b/* two",
    "/c three",
    "/rooms/{room}/* chat -v",
    "/files/*",
  ]);
});

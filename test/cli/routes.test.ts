// Routes as words and variables, beside those of a file: what each comes to, and which counts.

import { describe, expect, test } from "bun:test";
import { checkText } from "../../src/cli/check.ts";
import type { Config } from "../../src/config.ts";
import { configOf, problemOf, resultOf } from "./layered.ts";

function textsOf({ routes }: Config): string[] {
  return routes.map(({ path, config }) => [path.text, ...config.command].join(" "));
}

const FILE = `
[[route]]
path = "/files/*"
dir = "/srv"

[[route]]
path = "/c"
command = ["never"]
`;

describe("--route", () => {
  test.each<[text: string, problem: string]>([
    ["/a", "PATH=COMMAND is wanted, for example --route='/chat=python3 -u chat.py'"],
    ["=cat", "it begins with a slash: /"],
    ["a=cat", "it begins with a slash: /a"],
    ["/a/=cat", "no name between two slashes"],
    ["/a=", "a program is wanted, for example cat -u"],
    ["/a=cat | sort", "| is for a shell"],
    ["/a='cat", "' is not closed"],
  ])("=%s is refused", (text, problem) => {
    const said = problemOf({ words: [`--route=${text}`] });
    expect(said).toStartWith(`2 --route=${text}: `);
    expect(said).toContain(problem);
    const variables = { WEBSOCKD_ROUTE: `/z=fine\n${text}` };
    expect(problemOf({ variables })).toContain(`WEBSOCKD_ROUTE=${text}: `);
  });

  test("its path ends at the first =, and its command is cut as a shell does", () => {
    const { routes } = configOf({ words: ["--route=/a/{b}=sh -c 'A=1 b' \"c d\""] });
    expect(routes).toMatchObject([
      { path: { text: "/a/{b}" }, hosts: [], config: { command: ["sh", "-c", "A=1 b", "c d"] } },
    ]);
  });

  test("one that is never asked is refused", () => {
    expect(problemOf({ words: ["--route=/*=a", "--route=/b=c"] })).toBe(
      "2 --route=/b=c: route /b is never asked: /* (command line) takes all that it would (write /b before it)",
    );
  });

  test("more than can be asked one by one are refused", () => {
    const words = Array.from({ length: 1001 }, (_, i) => `--route=/${i}=cat`);
    expect(problemOf({ words })).toContain("1001 routes are over 1000");
    expect(configOf({ words: words.slice(1) }).routes.length).toBe(1000);
  });

  test("no COMMAND is needed, and files may be served beside it", () => {
    expect(configOf({ words: ["--route=/a=cat"] }).command).toEqual([]);
    const config = configOf({ words: ["--route=/a=cat", "--staticdir=/s", "--gate=/g"] });
    expect(config.gate?.program).toBe("/g");
    expect(problemOf({ words: ["--route="] })).toContain("COMMAND is missing");
  });
});

test("the command line's routes are asked first, then the environment's, then the file's", () => {
  const config = configOf({
    words: ["--route=/a=one", "--route", "/b/*=two"],
    variables: { WEBSOCKD_ROUTE: "/c=three\n\n/b/d=four" },
    file: FILE,
  });
  // What an earlier place takes all of is not there at all.
  expect(textsOf(config)).toEqual(["/a one", "/b/* two", "/c three", "/files/*"]);
});

describe("WEBSOCKD_COMMAND", () => {
  const variables = { WEBSOCKD_COMMAND: "sh -c 'echo hello'" };

  test("is COMMAND, behind the words and before the file", () => {
    const file = "command = ['cat']";
    expect(configOf({ variables, file }).command).toEqual(["sh", "-c", "echo hello"]);
    expect(configOf({ words: ["env"], variables, file }).command).toEqual(["env"]);
    expect(configOf({ words: ["--dir=/d"], variables, file }).command).toEqual([]);
    expect(configOf({ variables, file: "dir = '/d'" }).directory).toBe(null);
  });

  test.each([
    [{ WEBSOCKD_COMMAND: "a | b" }, "WEBSOCKD_COMMAND=a | b: | is for a shell"],
    [{ WEBSOCKD_COMMAN: "a" }, "did you mean WEBSOCKD_COMMAND?"],
    [{ ...variables, WEBSOCKD_DIR: "/d" }, "Give COMMAND or --dir=DIR, not both [--dir: env"],
  ])("%j is refused", (given, problem) => {
    expect(problemOf({ variables: given })).toContain(problem);
  });
});

describe("--base-path", () => {
  test.each([
    ["", ""],
    ["/app", "/app"],
    ["/a/b-c", "/a/b-c"],
    ["/a%20b", "/a b"],
  ])("%s is %s, for all", (text, path) => {
    const { basePath, routes } = configOf({ words: [`--base-path=${text}`, "--route=/x=cat"] });
    expect([basePath, routes[0]!.config.basePath]).toEqual([path, path]);
  });

  test.each([
    ["app", "it begins with a slash: /app, for example --base-path=/app"],
    ["/", "it ends with a name, and not with a slash"],
    ["/app/", "it ends with a name, and not with a slash"],
    ["/{a}", "names alone are wanted, no {part} and no *"],
    ["/a/*", "names alone are wanted, no {part} and no *"],
    ["/a//b", "no name between two slashes"],
    ["/..", '".." is no name of a path'],
    ["/{Room}", '"{Room}" is no name of a path (a named part is a whole name of small letters'],
    ["/room-{id}", '"room-{id}" is no name of a path (a named part is a whole name'],
    ["/a%2fb", '"a%2fb" is no name of a path'],
  ])("%s is refused", (text, problem) => {
    const said = problemOf({ words: [`--base-path=${text}`, "cat"] });
    expect(said).toStartWith(`2 --base-path=${text}: ${problem}`);
  });
});

describe("--check", () => {
  const OTHERWISE = `
queue = 8192
framing = "json"
[[route]]
path = "/a"
host = "a.example,b.example"
command = ["cat", "-u"]
pty = true
queue = "8K"
`;

  test("shows what a route has otherwise, and who says so", () => {
    const result = resultOf({
      words: ["--check", "--route=/b=env", "--prefork=2", "sh"],
      file: OTHERWISE,
    });
    if (result.kind !== "check") throw new Error(JSON.stringify(result));
    expect(result.values.some(({ name }) => name === "--route")).toBe(false);
    const inFile = (name: string, value: string, line: number) => ({
      name,
      value,
      source: `/f.toml:${line}`,
    });
    const notInherited = (name: string, value: string) => ({
      name,
      value,
      source: "default, not inherited",
    });
    expect(result.routes).toEqual([
      {
        path: "/b",
        source: "command line",
        values: [
          notInherited("--prefork", "0"),
          { name: "COMMAND", value: "env", source: "command line" },
        ],
      },
      {
        path: "/a",
        source: "/f.toml:4",
        values: [
          inFile("host", "a.example, b.example", 6),
          inFile("--pty", "80x24", 8),
          notInherited("--framing", "lines"),
          notInherited("--prefork", "0"),
          inFile("--queue", "8192", 9),
          inFile("COMMAND", "cat -u", 7),
        ],
      },
    ]);
  });

  test("tells of a file's route that a word's takes all of", () => {
    const file = "[[route]]\npath = '/a/b'\ncommand = ['cat']";
    const result = resultOf({ words: ["--check", "--route=/a/*=env"], file });
    if (result.kind !== "check") throw new Error(JSON.stringify(result));
    expect(result.config.routes.length).toBe(1);
    const source = "/f.toml:1; never asked: /a/* of command line goes before it";
    expect(result.routes[1]).toEqual({ path: "/a/b", source, values: [] });
  });

  test("prints them between the options and what was found", () => {
    const result = resultOf({ words: ["--check", "--route=/b=env"] });
    if (result.kind !== "check") throw new Error(JSON.stringify(result));
    const lines = checkText(result, [{ name: "runs as", value: "websockd" }], []).split("\n");
    const tail = lines.slice(-7).map((line) => line.replaceAll(/ {2,}/g, "  "));
    expect(tail).toEqual([
      "",
      "route /b  (command line)",
      "  COMMAND  env  (command line)",
      "",
      "runs as  websockd  (found here)",
      "",
      "ok",
    ]);
  });
});

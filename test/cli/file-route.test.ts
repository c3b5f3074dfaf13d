// [[route]] in a configuration file: what it comes to, and what is said of each kind of bad one.

import { describe, expect, test } from "bun:test";
import { OPTIONS } from "../../src/cli/options.ts";
import { UsageError } from "../../src/cli/value.ts";
import { Random, seedOfRun } from "../support/random.ts";
import { configOf, problemOf, resultOf } from "./layered.ts";

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

describe("a bad [[route]], by line and column", () => {
  const PATH = "[[route]]\npath = '/a'\n";
  const FINE = `${PATH}command = ['cat']\n`;
  test.each<[file: string, problem: string]>([
    ["[route]\npath = '/'", "1:1: [route]: a route begins with [[route]] (write that)"],
    ["[[routes]]", "1:1: [[routes]]: a route begins with [[route]] (write that)"],
    ["[[rout]]", "1:1: [[rout]]: a route begins with [[route]] (write that)"],
    ["\n [[ route ]", "2:2: [[ route ]: a route begins with [[route]] (write that)"],
    ["[[route]]]", "1:1: [[route]]]: a route begins with [[route]] (write that)"],
    ["[[route]] path = '/'", "1:1: [[route]] path = '/': [[route]] stands in a line alone (go on"],
    ["[[server]]", "1:1: [[server]]: there are no tables but [[route]] (give each option by its"],
    ["[[route.env]]", "1:1: [[route.env]]: there are no tables but [[route]]"],
    [`${FINE}[limits]`, "4:1: [limits]: there are no tables but [[route]]"],
    ["[", "1:1: [: there are no tables but [[route]]"],
    ["[[]]", "1:1: [[]]: there are no tables but [[route]]"],
    ["route = ['/a=cat']", "1:1: route: each begins with [[route]], and has its keys below that"],
    ["routes = []", "1:1: routes: each begins with [[route]], and has its keys below that"],
    ["route.path = '/'", "1:1: route: each begins with [[route]], and has its keys below that"],
    [`${FINE}route = 'x'`, "4:1: route: each begins with [[route]], and has its keys below that"],
    ["path = '/a'", "1:1: path is a route's: write [[route]] before it"],
    [`${FINE}port = 80`, "4:1: port is for the whole server: write it before the first [[route]]"],
    [`${FINE}  maxforks = 1`, "4:3: maxforks is for the whole server: write it before the first"],
    [`${FINE}help = true`, "4:1: help is for the command line (leave it out)"],
    [`${FINE}framin = 'nul'`, "4:1: framin is no option (did you mean framing?)"],
    [`${FINE}comand = ['a']`, "4:1: comand is no option (did you mean command?)"],
    [`${FINE}paht = '/'`, "4:1: paht is no option (did you mean path?)"],
    [`${FINE}hosts = 'a'`, "4:1: hosts is no option (did you mean host?)"],
    [`${FINE}zzzzzzzzzz = 1`, "4:1: zzzzzzzzzz is no option (websockd --help lists them)"],
    [`${FINE}pty.x = 1`, "4:1: pty: a string is wanted"],
    [`${FINE}framing = 'x'`, "4:1: framing = x: one of lines, nul, raw"],
    [
      `${FINE}linger = 5`,
      '4:1: linger: a time as a string is wanted, for example linger = "250ms"',
    ],
    [`${FINE}linger = 5s`, "4:1: linger = 5s: "],
    [`${FINE}path = '/b'`, "4:1: path stands in line 2 already (leave one out)"],
    [`${FINE}command = ['b']`, "4:1: command stands in line 3 already (leave one out)"],
    [`${PATH}host = 'a'\nhost = 'b'`, "4:1: host stands in line 3 already (leave one out)"],
    [`${PATH}queue = 8192\nqueue = 8192`, "4:1: queue stands in line 3 already (leave one out)"],
    ["[[route]]\ncommand = ['a']", '1:1: [[route]]: path is missing, for example path = "/chat"'],
    [`${FINE}[[route]]\n`, "4:1: [[route]]: path is missing"],
    [PATH, '1:1: [[route]]: /a has no program: command = ["cat", "-u"], or dir = "/srv/pr'],
    [`${PATH}dir = ''`, "1:1: [[route]]: /a has no program"],
    [`${PATH}command = 'cat'`, "3:1: command: a program and its arguments are wanted"],
    [`${FINE}dir = '/d'`, "4:1: dir: a route has command or dir, not both"],
    ["[[route]]\npath = '/*'\ndir = '/d'\ncommand = ['a']", "4:1: command: a route has command"],
    [
      `${PATH}dir = '/d'`,
      "1:1: [[route]]: the programs of dir are below the path, which ends in /*",
    ],
    [`${PATH}dir = '/d'`, ' then: path = "/a/*"'],
    ["[[route]]\npath = '/'\ndir = '/d'", ' then: path = "/*"'],
    ["[[route]]\npath = 'chat'", '2:1: path = "chat": it begins with a slash: /chat'],
    ["[[route]]\npath = '/a/'", '2:1: path = "/a/": no name between two slashes, or behind'],
    ["[[route]]\npath = '/{A}'", '2:1: path = "/{A}": "{A}" is no name of a path'],
    ["[[route]]\npath = 1", '2:1: path: a string is wanted, for example path = "/chat"'],
    ["[[route]]\npath = ['/a']", "2:1: path: a string is wanted"],
    [`${FINE}host = 'a b'`, '4:1: host = a b: "a b" is no host, such as example.com'],
    [`${FINE}host = ['a', 'http://b']`, '4:1: host = a,http://b: "http://b" is no host'],
    [`${FINE}host = [1]`, "4:1: host: a string, or an array of strings, is wanted"],
    [
      FINE + FINE,
      "5:1: route /a is never asked: /a (/f.toml:1) takes all that it would (leave one",
    ],
    [
      `[[route]]\npath = '/{a}/*'\ncommand = ['cat']\n${FINE}`,
      "5:1: route /a is never asked: /{a}/* (/f.toml:1) takes all that it would (write /a before it)",
    ],
    [`${FINE}host = 'a,B'\n${FINE}host = ['b']`, "6:1: route /a is never asked: "],
  ])("%j", (file, problem) => {
    expect(problemOf({ file })).toStartWith("file /f.toml:");
    expect(problemOf({ file })).toContain(problem);
  });

  test.each([
    [`${FINE}host = 'a'\n${FINE}`],
    [`${FINE}host = 'a'\n${FINE}host = 'b'`],
    [`${FINE}[[ "route" ]]\npath = "/a/*"\ncommand = ["cat"] # all of it`],
    [`${FINE}[["route"]] # and\n\n"path" = "/{a}"\ndir = ""\ncommand = ["cat"]\nhost = []`],
  ])("%j is fine", (file) => {
    expect(configOf({ file }).routes.length).toBe(2);
  });
});

const PIECES = [
  ..."[]{}\n\n\0\r#'\"\\.,=",
  "[[route]]\n",
  "path = '/a'\n",
  "path = '/{b}/*'\n",
  "command = ['cat']\n",
  "dir = '/d'\n",
  "host = ",
  "'x'",
  "__proto__ = 1\n",
  "\uFEFF",
  '"""',
  ...OPTIONS.map((row) => `${row.name} = ${JSON.stringify(row.default)}\n`),
];

test("whatever stands there: it is taken, or one thing is wrong at one place", () => {
  const seed = seedOfRun();
  const random = new Random(seed);
  for (let i = 0; i < 2000; i++) {
    const pieces = Array.from({ length: random.below(14) }, () => {
      return PIECES[random.below(PIECES.length)]!;
    });
    const file = pieces.join("");
    try {
      resultOf({ file });
    } catch (error) {
      const name = `${JSON.stringify(file)} of ${seed}: ${error}`;
      expect(error instanceof UsageError, name).toBe(true);
      expect((error as UsageError).message, name).toMatch(/^\/f\.toml:\d+:\d+: /);
    }
  }
});

// What a configuration file comes to, and what is said of each kind of bad one.

import { describe, expect, test } from "bun:test";
import { readCall, type Arguments } from "../../src/cli/arguments.ts";
import { judgeCall } from "./judged.ts";
import { fileLayer } from "../../src/cli/config-file.ts";
import { OPTIONS } from "../../src/cli/options.ts";
import { exampleOf } from "../../src/cli/placed-value.ts";
import { UsageError } from "../../src/cli/value.ts";

const PATH = "/etc/websockd/config.toml";

function resultOf(text: string, ...argv: string[]): Arguments {
  return judgeCall(readCall(argv), [fileLayer(PATH, text)]);
}

function configOf(text: string, ...argv: string[]) {
  const result = resultOf(text, ...argv);
  if (result.kind !== "run") throw new Error(JSON.stringify(result));
  return result.config;
}

function problemOf(text: string): string {
  try {
    fileLayer(PATH, text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.kind).toBe("file");
    return error.message;
  }
  throw new Error(`taken: ${text}`);
}

describe("each type", () => {
  test.each<[text: string, expected: object]>([
    ["port = 8080", { listen: { port: 8080 } }],
    ["port = 0x1F90", { listen: { port: 8080 } }],
    ["sameorigin = true", { admission: { origin: { sameOrigin: true } } }],
    ["sameorigin = false", { admission: { origin: { sameOrigin: false } } }],
    ["queue = 65536", { queueHigh: 65536 }],
    ['queue = "64K"', { queueHigh: 65536 }],
    ['linger = "1.5s"', { life: { lingerMs: 1500 } }],
    ['loglevel = "error"', { log: { level: "error" } }],
    ['address = ["a", "b"]', { listen: { addresses: ["a", "b"] } }],
    ['address = "a"', { listen: { addresses: ["a"] } }],
    ["address = [\n  'a', # one\n  \"b]\",\n]", { listen: { addresses: ["a", "b]"] } }],
    [
      'origin = ["https://a", "*.b:8080"]',
      { admission: { origin: { allowed: ["https://a", "*.b:8080"] } } },
    ],
    ['host = ["a", "b"]', { admission: { hosts: ["a", "b"] } }],
    ["host = []", { admission: { hosts: [] } }],
    ["passenv = ['PATH', 'LC_*']", { environment: { passed: ["PATH", "LC_*"] } }],
    ["subprotocol = ['a', 'b']", { subprotocols: ["a", "b"] }],
    [
      "forwarded = ['x-forwarded-for', 'x-forwarded-proto']\ntrusted-proxy = ['::1', 'unix']",
      { proxies: { trusted: ["::1", "unix"], fields: ["x-forwarded-for", "x-forwarded-proto"] } },
    ],
    ["stop = ['TERM:2s', 'KILL']", { life: { ladder: [{ signal: "SIGTERM" }, { waitMs: 0 }] } }],
    ["limit = ['nofile=9,core=0', 'cpu=1']", { containment: { limits: { length: 3 } } }],
    ["workers = 4", { start: { workers: 4 } }],
    ['workers = "auto"', { start: { workers: "auto" } }],
    ["nice = -5", { containment: { niceness: -5 } }],
    ["compress = true", { compress: "on" }],
    ["compress = false", { compress: "off" }],
    ['compress = "takeover"', { compress: "takeover" }],
    ["pty = true", { pty: { columns: 80, rows: 24 } }],
    ['"log-file" = """\n/a"""', { log: { file: "/a" } }],
    ["\r\nport = 1\r\nonce = true\r\n", { listen: { port: 1 }, life: { once: true } }],
    ["", {}],
    ["# nothing", {}],
  ])("%j", (text, expected) => {
    expect(configOf(text, "cat")).toMatchObject(expected);
  });

  test("the example of each option is one that its own row takes", () => {
    for (const row of OPTIONS) {
      if (["check", "config", "help", "license", "route", "version"].includes(row.name)) continue;
      const { values } = fileLayer(PATH, exampleOf(row));
      expect(values.get(row.name)?.source, row.name).toBe(`${PATH}:1`);
    }
  });
});

describe("what is wrong, by line, column and key", () => {
  test.each<[text: string, expected: string]>([
    ["\n\n  maxfork = 1", "3:3: maxfork is no option (did you mean maxforks?)"],
    ["log_file = 'a'", "1:1: log_file is no option (did you mean log-file?)"],
    ["comand = ['cat']", "1:1: comand is no option (did you mean command?)"],
    ["zzzzzzzzzzzz = 1", "1:1: zzzzzzzzzzzz is no option (websockd --help lists them)"],
    ["__proto__ = 1", "1:1: __proto__ is no option (websockd --help lists them)"],
    ["constructor = 1", "1:1: constructor is no option (websockd --help lists them)"],
    ["a.b = 1", "1:1: a is no option (websockd --help lists them)"],
    ["help = true", "1:1: help is for the command line (leave it out)"],
    ["config = 'x'", "1:1: config is for the command line (leave it out)"],
    ["port = '80'", "1:1: port: a whole number is wanted, for example port = 80"],
    ["port = 1.5", "1:1: port: a whole number is wanted, for example port = 80"],
    ["port = inf", "1:1: port: a whole number is wanted, for example port = 80"],
    ["port = 1979-05-27", "1:1: port: a whole number is wanted, for example port = 80"],
    ["port.x = 1", "1:1: port: a whole number is wanted, for example port = 80"],
    ["port = [80]", "1:1: port: a whole number is wanted, for example port = 80"],
    ["port = 65536", "1:1: port = 65536: 65535 or less is wanted, for example port = 80"],
    ["ssl = 'true'", "1:1: ssl: true or false is wanted, for example ssl = true"],
    ["ssl = 1", "1:1: ssl: true or false is wanted, for example ssl = true"],
    ["queue = true", '1:1: queue: a number of bytes is wanted, for example queue = "256K"'],
    ["queue = '1T'", '1:1: queue = 1T: a number of bytes is wanted, for example queue = "256K"'],
    ["linger = 5", '1:1: linger: a time as a string is wanted, for example linger = "250ms"'],
    ["unixsocket-mode = 660", "a string is wanted, for example unixsocket-mode = "],
    ["loglevel = 'loud'", "1:1: loglevel = loud: one of debug, trace, access, "],
    ["header = [1]", "an array of strings, is wanted, for example header = "],
    ["header = { a = 1 }", 'for example header = ["NAME: VALUE"]'],
    ["origin = [1]", "1:1: origin: a string, or an array of strings, is wanted, for example "],
    ["gate = ['a']", '1:1: gate: a string is wanted, for example gate = "PROGRAM"'],
    ['origin = "a\\u0000"', "1:1: origin: there is a NUL in it"],
    [
      "command = 'cat'",
      '1:1: command: a program and its arguments are wanted, for example command = ["',
    ],
    ["command = []", "1:1: command: a program and its arguments are wanted"],
    ["command = ['']", "1:1: command: a program and its arguments are wanted"],
    ["command = ['a', 1]", "1:1: command: a program and its arguments are wanted"],
    ["port = 1\n\nport = 2", "3:1: port stands in line 1 already (leave one out)"],
    ["port = 1\n[tls]", "2:1: [tls]: there are no tables but [[route]] (give each option by its"],
    ["once = true\nport =\n", "2:1: port =: Missing value"],
    ["once = true\nport 80\n", "2:1: port 80: "],
    ["once = true\n host = example.com", "2:2: host = example.com: "],
    ['once = true\nhost = "a', '2:1: host = "a: Unterminated'],
    ["port = 1 once = true", "1:1: port = 1 once = true: "],
    ["address = [\n'a'\nport = 1", "1:1: address = [: "],
    ["port = 80]", "1:1: port = 80]: "],
    ["port = 0660", "1:1: port = 0660: "],
    ["port = 99999999999999999999", "1:1: port = 99999999999999999999: "],
    ["\0", "1:1: "],
    [`x${"y".repeat(100)}`, `1:1: x${"y".repeat(59)}...: `],
  ])("%j", (text, expected) => {
    expect(problemOf(text)).toStartWith(`${PATH}:`);
    expect(problemOf(text)).toContain(expected);
  });

  test("what is found out later has its place, too", () => {
    const text = "\norigin = '/'\nbinary = true";
    expect(resultOf(text, "cat")).toMatchObject({
      kind: "error",
      text: expect.stringContaining(`[--origin: ${PATH}:2]`),
    });
    expect(resultOf("binary = true", "--framing=nul", "cat")).toMatchObject({
      text: `Give --binary or --framing=nul, not both [--binary: ${PATH}:1]`,
    });
    expect(resultOf("command = ['a']\ndir = 'b'")).toMatchObject({
      text: `Give COMMAND or --dir=DIR, not both [--dir: ${PATH}:2; COMMAND: ${PATH}:1]`,
    });
  });
});

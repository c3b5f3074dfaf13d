// --pty: what it comes to, and what makes no sense with it.

import { describe, expect, test } from "bun:test";
import { configOf, errorOf } from "./config-of.ts";

test.each([
  [[], null],
  [["--pty="], null],
  [["--pty"], { mode: "terminal", columns: 80, rows: 24, isReadonly: false }],
  [["--pty=132x50"], { mode: "terminal", columns: 132, rows: 50, isReadonly: false }],
  [["--pty=1x1000"], { mode: "terminal", columns: 1, rows: 1000, isReadonly: false }],
  [["--pty=pipe"], { mode: "pipe", columns: 80, rows: 24, isReadonly: false }],
  [["--pty", "--readonly"], { mode: "terminal", columns: 80, rows: 24, isReadonly: true }],
] as const)("%j", (words, pty) => {
  expect(configOf(...words, "cat").pty).toEqual(pty);
});

test("the next word is the program, not its size", () => {
  expect(configOf("--pty", "80x24")).toMatchObject({ command: ["80x24"], pty: { columns: 80 } });
});

test("a terminal is bytes, with stderr on it, as messages of either type", () => {
  const plain = { framing: "raw", frameType: null, stderr: "merge" } as const;
  expect(configOf("--pty", "cat")).toMatchObject(plain);
  expect(configOf("--pty", "--stderr=merge", "cat")).toMatchObject(plain);
  const text = { ...plain, frameType: "text" } as const;
  expect(configOf("--pty", "--frame-type=text", "cat")).toMatchObject(text);
  const lines = { framing: "lines", stderr: "log" } as const;
  expect(configOf("--pty=pipe", "cat")).toMatchObject(lines);
});

test("a console is for terminals, too", () => {
  for (const word of ["--console", "--devconsole"]) {
    expect(configOf("--pty", word, "cat").http.hasConsole).toBe(true);
    expect(configOf(word, "cat").http.hasConsole).toBe(true);
  }
});

describe("refused with the remedy:", () => {
  const CASES: readonly (readonly [words: string, remedy: RegExp])[] = [
    ["--pty=80", /COLSxROWS, each from 1 to 1000, or pipe is wanted, for example --pty=80x24$/],
    ["--pty=0x24", /COLSxROWS/],
    ["--pty=80x1001", /COLSxROWS/],
    ["--pty=80x24x1", /COLSxROWS/],
    ["--pty=-1x24", /COLSxROWS/],
    ["--pty=PIPE", /COLSxROWS/],
    ["--pty --framing=json", /without --framing/],
    ["--pty --framing=lines", /without --framing.* --pty=pipe for lines/],
    ["--pty --binary", /without --framing, --binary/],
    ["--pty --max-record=5", /--max-record/],
    ["--pty --frame-type=auto", /give text or binary/],
    ["--pty --stderr=client", /without --stderr/],
    ["--pty --stderr=log", /without --stderr/],
    ["--pty --passstderr", /without --stderr and --passstderr/],
    ["--pty --prefork=1 --prefork-env=line", /--prefork-env=none/],
    ["--readonly", /give --pty with it/],
    ["--pty=pipe --readonly", /--readonly shows a terminal/],
    ["--pty=pipe --framing=length", /give lines or json/],
    ["--pty=pipe --framing=nul", /give lines or json/],
    ["--pty=pipe --binary", /--framing=raw has no lines/],
  ];
  test.each(CASES)("%s", (words, remedy) => {
    expect(errorOf(...words.split(" "), "cat")).toMatch(remedy);
  });
});

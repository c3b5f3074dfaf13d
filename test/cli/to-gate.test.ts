// --gate: what is taken, and what does not fit.

import { describe, expect, test } from "bun:test";
import { configOf, errorOf } from "./config-of.ts";

test("none is asked unless one is named", () => {
  expect(configOf("cat").gate).toBe(null);
  expect(configOf("--gate=", "cat").gate).toBe(null);
});

test("a name, or a path, is one program: never words", () => {
  const gate = { program: "my gate -x", timeoutMs: 5000 };
  expect(configOf("--gate=my gate -x", "cat").gate).toEqual(gate);
});

test("the last one counts, with --dir, too", () => {
  const words = ["--gate=a", "--gate=b", "--gate-timeout=250ms", "--dir=/"];
  expect(configOf(...words).gate).toEqual({ program: "b", timeoutMs: 250 });
});

describe("what does not fit", () => {
  const BAD: readonly (readonly [words: string[], problem: string])[] = [
    [["--gate=true", "--staticdir=/"], "it needs COMMAND or --dir=DIR"],
    [["--gate-timeout=1s", "cat"], "--gate-timeout needs --gate=PROGRAM"],
    [["--gate=true", "--gate-timeout=0s", "cat"], "10ms or more is wanted"],
    [["--gate=true", "--gate-timeout=2h", "cat"], "3600000ms or less is wanted"],
    [["--gate=true", "--gate-timeout=", "cat"], "--gate-timeout= is no time"],
  ];
  for (const [words, problem] of BAD) {
    test(words.join(" "), () => expect(errorOf(...words)).toContain(problem));
  }
});

// How websockd is started: what does not fit, and what its own name says.

import { describe, expect, test } from "bun:test";
import { parseArguments } from "./judged.ts";
import { configOf, errorOf } from "./config-of.ts";

describe("what does not fit", () => {
  const CASES: readonly (readonly [words: string, problem: string])[] = [
    ["--daemon --inetd", "Give --daemon or --inetd, not both"],
    ["--daemon", "--daemon has no stderr: give --log-file=FILE"],
    ["--ready-fd=1", "--ready-fd=1: descriptors from 3 up"],
    ["--workers=0", "--workers=0: wants auto, or a number from 1 to 256"],
    ["--workers=257", "--workers=257: wants auto"],
    ["--workers=all", "--workers=all: wants auto"],
    ["--workers=2 --once", "--once is over with one session: leave --workers out"],
    ["--workers=auto --inetd", "--inetd is for one client: leave --workers out"],
  ];
  for (const [words, problem] of CASES) {
    test(words, () => expect(errorOf(...words.split(" "), "cat")).toContain(problem));
  }
});

test("one process, unless others are asked for", () => {
  expect(configOf("cat").start.workers).toBe(1);
  expect(configOf("--workers=1", "--once", "cat").start.workers).toBe(1);
  expect(configOf("--workers=16", "cat").start.workers).toBe(16);
});

describe("called by inetd under another name, it runs that program", () => {
  test("without a word, as the ancestor was", () => {
    const result = parseArguments([], { name: "/opt/bin/life", stdinIsClient: true });
    expect(result).toMatchObject({
      config: { command: ["/usr/sbin/life"], start: { inetd: true } },
    });
  });

  test("with options, from where they say", () => {
    const call = { name: "life", stdinIsClient: true };
    const result = parseArguments(["--inetd", "--inetd-path=/games"], call);
    expect(result).toMatchObject({ config: { command: ["/games/life"] } });
  });

  for (const name of ["websockd", "/usr/bin/websocketd", "bun", "bun.exe", "websockd-linux-x64"]) {
    test(`not as ${name}`, () => {
      const result = parseArguments(["--inetd"], { name, stdinIsClient: true });
      expect(result).toMatchObject({ kind: "error" });
    });
  }

  test("not without a client", () => {
    const result = parseArguments([], { name: "life", stdinIsClient: false });
    expect(result).toMatchObject({ kind: "error" });
  });
});

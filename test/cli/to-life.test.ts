// --stop and times: what is taken, and what is wrong with the rest.

import { describe, expect, test } from "bun:test";
import { configOf, errorOf } from "./config-of.ts";

function ladderOf(text: string): string {
  const { ladder } = configOf(`--stop=${text}`, "cat").life;
  return ladder.map(({ signal, waitMs }) => `${signal ?? "eof"}:${waitMs}`).join(" ");
}

describe("--stop", () => {
  const GOOD: Readonly<Record<string, string>> = {
    "eof:100ms,INT:250ms,TERM:500ms,KILL": "eof:100 SIGINT:250 SIGTERM:500 SIGKILL:0",
    "TERM:2s": "SIGTERM:2000 SIGKILL:0",
    KILL: "SIGKILL:0",
    "sigusr1:1ms, EOF:1h": "SIGUSR1:1 eof:3600000 SIGKILL:0",
    "INT:0ms,INT:0s": "SIGINT:0 SIGINT:0 SIGKILL:0",
  };
  for (const [text, ladder] of Object.entries(GOOD)) {
    test(text, () => expect(ladderOf(text)).toBe(ladder));
  }

  const BAD: Readonly<Record<string, string>> = {
    "": '"" is neither eof nor a signal',
    "FROB:1s": '"FROB" is neither eof nor a signal',
    INT: "INT needs a time of at most 1h after a colon",
    "INT:5": "INT needs a time of at most 1h after a colon",
    "INT:2h": "INT needs a time of at most 1h after a colon",
    "INT:-1s": "INT needs a time of at most 1h after a colon",
    "KILL,INT:1s": "KILL comes last, and waits for nothing",
    "KILL:1s": "KILL comes last, and waits for nothing",
    "eof:1s,eof:1s": "eof can be had once",
    [Array.from({ length: 17 }, () => "INT:1s").join()]: "at most 16 steps are wanted",
  };
  for (const [text, problem] of Object.entries(BAD)) {
    test(`${text} is refused`, () => expect(errorOf(`--stop=${text}`, "cat")).toContain(problem));
  }
});

test("--prefork wants one program, and --prefork-env=line wants --prefork", () => {
  expect(configOf("--prefork=3", "cat").prefork).toEqual({ count: 3, tellsVariables: false });
  expect(errorOf("--prefork=1", "--dir=d")).toContain("--prefork needs COMMAND");
  expect(errorOf("--prefork=1", "--staticdir=d")).toContain("--prefork needs COMMAND");
  expect(errorOf("--prefork-env=line", "cat")).toContain("needs --prefork=N");
  expect(errorOf("--prefork=1001", "cat")).toContain("1000");
});

describe("a time", () => {
  const GOOD: Readonly<Record<string, number>> = { "1ms": 1, "1.5s": 1500, "2m": 120_000 };
  for (const [text, milliseconds] of Object.entries(GOOD)) {
    test(text, () => {
      expect(configOf(`--session-timeout=${text}`, "cat").life.sessionTimeoutMs).toBe(milliseconds);
    });
  }

  for (const text of ["1", "s", "1 s", "-1s", "1d", "1e3s", "0.0001s", "600h"]) {
    test(`${text} is refused`, () => {
      expect(errorOf(`--session-timeout=${text}`, "cat")).toContain(`--session-timeout=${text}: `);
    });
  }
});

describe("what does not fit", () => {
  const CASES: readonly (readonly [words: string, problem: string])[] = [
    ["--finish-timeout=1s", "--finish-timeout needs --on-client-close=finish"],
    ["--passstderr --stderr=off", "Give --passstderr or --stderr=off, not both"],
    ["--stderr=client --binary", "sends lines"],
  ];
  for (const [words, problem] of CASES) {
    test(words, () => expect(errorOf(...words.split(" "), "cat")).toContain(problem));
  }
});

describe("--drain and its like", () => {
  test("what they come to", () => {
    expect(configOf("--drain=finish", "cat").drain).toMatchObject({
      mode: "finish",
      timeoutMs: null,
    });
    expect(configOf("--drain-timeout=0s", "cat").drain.timeoutMs).toBe(0);
    // Health may be judged by connecting: no --admin is needed.
    expect(configOf("--drain-delay=10s", "cat").drain.delayMs).toBe(10_000);
    expect(configOf("--drain-code=1012", "cat").drain.code).toBe(1012);
  });

  const BAD: Readonly<Record<string, string>> = {
    "--drain-code=1000": "one of 1001, 1012 is wanted",
    "--drain=wait": "one of close, finish is wanted",
    "--drain-timeout=30":
      "a time such as 500ms, 30s, 10m or 24h is wanted, for example --drain-timeout=10m",
    "--drain-delay=-1s": "a time such as 500ms, 30s, 10m or 24h is wanted",
    "--drain-delay=2h": "3600000ms or less is wanted",
    "--drain-timeout=600h": "1728000000ms or less is wanted",
  };
  for (const [word, problem] of Object.entries(BAD)) {
    test(`${word} is refused`, () => expect(errorOf(word, "cat")).toContain(`${word}: ${problem}`));
  }
});

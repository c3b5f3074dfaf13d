// The programs of examples/ by their stdin and stdout alone: what they answer, and that nothing a client says breaks one.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { answers, at, converse, NASTY } from "../support/example-programs.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { within } from "../support/server-deadline.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const AWKS = [["gawk"], ["mawk", "-W", "interactive"]].filter(
  ([name]) => Bun.which(name!) !== null,
);

describe.skipIf(missing("an awk", AWKS.length > 0))("graph.awk", () => {
  for (const words of AWKS) {
    const graph = [...words, "-f", at("graph/graph.awk")];
    test(`${words[0]}: draws what was asked for, and refuses what is none`, async () => {
      const bad = [
        // An old mawk, told to read line by line, reads by fgets(3): a NUL costs it the rest of the line.
        ...NASTY.filter((line) => !line.includes("\u0000")),
        "curves none",
        "curves sin none",
        "range 1",
        "range 1 1",
        "range 2 1",
        "range a b",
      ];
      bad.push("range 0 1e2", "range -1000 1000", "range 1000 1001", "range 0 0.01");
      const lines = await answers(graph, ["curves sin bell", "range 0 5", ...bad, ""].join("\n"));
      const commands = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(commands.filter(({ draw }) => draw === "error").length).toBe(bad.length);
      const curves = commands.filter(({ draw }) => draw === "line").slice(-2);
      expect(curves.map(({ name, color }) => [name, color])).toEqual([
        ["sin x", "blue"],
        ["exp(-x^2 / 2)", "olive"],
      ]);
      const points = curves[0]!["points"] as number[];
      expect([points[0], points.at(-2)]).toEqual([0, 5]);
      for (let i = 0; i < points.length; i += 2) {
        expect(Math.abs(Math.sin(points[i]!) - points[i + 1]!)).toBeLessThan(1e-3);
      }
    });

    test(`${words[0]}: echo.awk`, async () => {
      expect(
        await converse([...words, "-f", at("awk/echo.awk")], ["a", "b b", "x".repeat(1001)]),
      ).toEqual(["awk: a", "awk: b b", "error: a line is at most 1000 bytes"]);
    });
  }
});

describe.skipIf(missing("python3", Bun.which("python3") !== null))("counter.py", () => {
  const counter = ["python3", at("counter/counter.py")];

  test("obeys, and says so", async () => {
    const input = ["stop", "set 41", "every 1", "every 10", "every 500", "start", "x".repeat(300)];
    const lines = await answers(counter, [...input, ""].join("\n"));
    // It may have counted once, before it read anything.
    expect(lines.filter((line) => line !== "1")).toEqual([
      "stopped",
      "41",
      expect.stringMatching(/^error: commands are/),
      expect.stringMatching(/^error: commands are/),
      "counting every 500 ms",
      "counting",
      "error: a line is at most 200 bytes",
    ]);
  });

  test("nothing breaks it", async () => {
    const lines = await answers(counter, ["stop", ...NASTY, ""].join("\n"));
    expect(lines.filter((line) => line.startsWith("error: ")).length).toBe(NASTY.length);
  });
});

describe("guess.sh", () => {
  const game = ["sh", at("chat-with-a-program/guess.sh")];

  test("is won by halving", async () => {
    const child = Bun.spawn(game, { stdin: "pipe", stdout: "pipe" });
    const reader = child.stdout.getReader();
    const line = async () =>
      new TextDecoder().decode((await within("a line", reader.read())).value);
    expect(await line()).toStartWith("I have thought of a number");
    let [low, high] = [1, 100];
    for (let tries = 1; ; tries++) {
      expect(tries).toBeLessThan(8);
      const guess = (low + high) >> 1;
      child.stdin.write(`${guess}\n`);
      const answer = await line();
      if (answer.startsWith("Yes")) break;
      if (answer.includes("too small")) low = guess + 1;
      else high = guess - 1;
    }
    child.stdin.write("quit\n");
    expect(await line()).toMatch(/^It was \d+\. Good-bye!\n$/);
    expect(await child.exited).toBe(0);
  });

  test("nothing breaks it", async () => {
    const lines = await answers(
      game,
      ["007", "08", "000", ...NASTY, "help", "hint", "new"].join("\n"),
    );
    expect(lines.filter((line) => line.startsWith("error: ")).length).toBe(NASTY.length);
    expect(lines.at(-1)).toStartWith("I have thought of another one");
  });
});

describe.skipIf(
  missing(
    "python3 or cc",
    ["python3", "cc"].every((peer) => Bun.which(peer) !== null),
  ),
)("the echoes", () => {
  const directory = new TestDirectory();
  const compiled = directory.file("echo");
  const commands = {
    python: ["python3", at("python/echo.py")],
    sh: ["sh", at("sh/echo.sh")],
    c: [compiled],
  };

  beforeAll(async () => {
    const flags = ["-Wall", "-Wextra", "-Werror", "-O2"];
    const compiler = Bun.spawn(["cc", ...flags, "-o", compiled, at("c/echo.c")], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    expect(await compiler.exited).toBe(0);
  });
  afterAll(() => directory[Symbol.dispose]());

  for (const [name, command] of Object.entries(commands)) {
    test(name, async () => {
      const long = "x".repeat(1000);
      expect(await converse(command, ["a", " b  b ", "", long, `${long}y`, "c"])).toEqual([
        `${name}: a`,
        `${name}:  b  b`,
        `${name}:`,
        `${name}: ${long}`,
        "error: a line is at most 1000 bytes",
        `${name}: c`,
      ]);
      expect(await answers(command, "no end")).toEqual([`${name}: no end`]);
      expect(await answers(command, `${"z".repeat(100_000)}\nafter\n`)).toEqual([
        "error: a line is at most 1000 bytes",
        `${name}: after`,
      ]);
    });
  }
});

test("tail.sh follows a file, and writes what it is told to stderr", async () => {
  using directory = new TestDirectory();
  const file = directory.write("log", "one\n");
  const child = Bun.spawn(["sh", at("tail/tail.sh"), file], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const reader = child.stdout.getReader();
  const line = async () => new TextDecoder().decode((await within("a line", reader.read())).value);
  expect(await line()).toBe("one\n");
  await Bun.write(file, "one\ntwo\n");
  expect(await line()).toBe("two\n");
  child.stdin.write(`to the log\n\n${"x".repeat(201)}\n`);
  expect(await line()).toContain("error: a line for the log has 1 to 200 bytes");
  await child.stdin.end();
  expect(await within("its end", child.exited)).toBe(0);
  expect(await new Response(child.stderr).text()).toBe("to the log\n");
});

test("tail.sh says when there is nothing to follow", async () => {
  const child = Bun.spawn(["sh", at("tail/tail.sh"), "none"], { stdin: "ignore", stdout: "pipe" });
  expect(await new Response(child.stdout).text()).toBe("error: cannot read the file to follow\n");
  expect(await child.exited).toBe(1);
});

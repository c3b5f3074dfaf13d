// A text cut into words: as the real sh cuts it, and what is for sh alone is refused.

import { describe, expect, test } from "bun:test";
import { splitCommand } from "../../src/cli/command-text.ts";
import { UsageError } from "../../src/cli/value.ts";
import { Random, seedOfRun } from "../support/random.ts";

function wordsOrNull(text: string): readonly string[] | null {
  try {
    return splitCommand(text, "--route=/a=x");
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

describe("words", () => {
  test.each<[text: string, ...words: string[]]>([
    ["cat", "cat"],
    ["  cat \t -u\n\r\n", "cat", "-u"],
    ["a 'b c' \"d e\"", "a", "b c", "d e"],
    ["a'b'\"c\"d", "abcd"],
    ["a '' \"\"", "a", "", ""],
    ["a\\ b \\' \\\"", "a b", "'", '"'],
    ["sh -c 'echo $A | sort; #*'", "sh", "-c", "echo $A | sort; #*"],
    ['a "\\$x \\` \\" \\\\ \\n \\\'"', "a", "$x ` \" \\ \\n \\'"],
    ["a 'b\\'", "a", "b\\"],
    ["a\\\nb \"c\\\nd\" 'e\\\nf'", "ab", "cd", "e\\\nf"],
    ["a 'b\nc'", "a", "b\nc"],
    ["a \\| \\& \\; \\< \\> \\( \\) \\$ \\` \\* \\?", "a", ..."|&;<>()$`*?"],
    ["a b~ c#d e=f {g} [h] !", "a", "b~", "c#d", "e=f", "{g}", "[h]", "!"],
    ["/ä/ö ü", "/ä/ö", "ü"],
  ])("%j", (text, ...words) => {
    expect(splitCommand(text, "x")).toEqual(words);
  });
});

describe("what is none", () => {
  const SHELL = "is for a shell, and none reads this (quote it with '...', or write sh -c '...')";
  test.each<[text: string, problem: string]>([
    ["", "a program is wanted, for example cat -u"],
    [" \t\n", "a program is wanted"],
    ["'' a", "a program is wanted"],
    ["a 'b", "' is not closed (write it twice, or \\')"],
    ['a "b', '" is not closed (write it twice, or \\")'],
    ['a "b\\"', '" is not closed'],
    ["a \\", "a backslash at the end quotes nothing (leave it out)"],
    ["cat | sort", `| ${SHELL}`],
    ["cat|sort", `| ${SHELL}`],
    ["a && b", `& ${SHELL}`],
    ["a; b", `; ${SHELL}`],
    ["a < b", `< ${SHELL}`],
    ["a 2>/dev/null", `> ${SHELL}`],
    ["a (b", `( ${SHELL}`],
    ["a )b", `) ${SHELL}`],
    ["a $HOME", `$ ${SHELL}`],
    ['a "$HOME"', `$ ${SHELL}`],
    ['a "\\\\$HOME"', `$ ${SHELL}`],
    ['a "b `c`"', `\` ${SHELL}`],
    ["a `b`", `\` ${SHELL}`],
    ["a *.txt", `* ${SHELL}`],
    ["a b?", `? ${SHELL}`],
    ["~/bin/a", `~ ${SHELL}`],
    ["a # b", `# ${SHELL}`],
  ])("%j", (text, problem) => {
    expect(() => splitCommand(text, "--route=/a=x")).toThrow(`--route=/a=x: ${problem}`);
  });

  test("is told in time that is as the text is long", () => {
    for (const piece of ["'", '"', "\\", '"\\', "a ", "''", '"a"']) {
      wordsOrNull(piece.repeat(100_000));
    }
  });
});

const PIECES = [..."ab '\"\\\t-=$`#~!{}|;", "''", '""', "\\\\", "é"];

test("what is taken is what sh makes of it", async () => {
  const seed = seedOfRun();
  const random = new Random(seed);
  const taken: { text: string; words: readonly string[] }[] = [];
  for (let tries = 0; taken.length < 2000 && tries < 1_000_000; tries++) {
    const pieces = Array.from({ length: random.between(1, 12) }, () => {
      return PIECES[random.below(PIECES.length)]!;
    });
    const text = pieces.join("");
    const words = wordsOrNull(text);
    if (words !== null) taken.push({ text, words });
  }
  expect(taken.length).toBe(2000);
  const script = taken.map(({ text }) => `set -- ${text}\nprintf '%s\\0' "$#" "$@"\n`).join("");
  const child = Bun.spawn(["sh"], { stdin: new Blob([script]), stdout: "pipe" });
  const said = (await new Response(child.stdout).text()).split("\0");
  let at = 0;
  for (const { text, words } of taken) {
    const count = Number(said[at]);
    expect(said.slice(at + 1, at + 1 + count), `${JSON.stringify(text)} of ${seed}`).toEqual([
      ...words,
    ]);
    at += 1 + count;
  }
});

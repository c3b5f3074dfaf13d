// life.py by its stdin and stdout alone: the game's rules, and that nothing a client says breaks it.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { answers, at, BYTES, NASTY } from "../support/example-programs.ts";
import { missing } from "../support/missing-peer.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

describe.skipIf(missing("python3", Bun.which("python3") !== null))("life.py", () => {
  const life = ["python3", at("life/life.py")];
  const ask = async (...lines: string[]) =>
    (await answers(life, lines.map((line) => `${line}\n`).join(""))).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
  /** The cells of the last picture, as x,y. */
  const cellsOf = (commands: readonly Record<string, unknown>[]) => {
    const last = commands.slice(commands.findLastIndex(({ draw }) => draw === "clear"));
    const numbers = last
      .filter(({ draw }) => draw === "cells")
      .flatMap(({ at: list }) => list as number[]);
    return numbers.flatMap((x, i) => (i % 2 === 0 ? [`${x},${numbers[i + 1]}`] : []));
  };
  const errors = (commands: readonly Record<string, unknown>[]) =>
    commands.filter(({ draw }) => draw === "error").map(({ text }) => text as string);

  test("a glider moves by one cell in four steps, and around the edges", async () => {
    const glider = ["size 8 8", "load glider"];
    expect(cellsOf(await ask(...glider))).toEqual(["3,2", "4,3", "2,4", "3,4", "4,4"]);
    expect(cellsOf(await ask(...glider, "step 4"))).toEqual(["4,3", "5,4", "3,5", "4,5", "5,5"]);
    expect(cellsOf(await ask(...glider, "step 32"))).toEqual(cellsOf(await ask(...glider)));
  });

  test("dead edges stop it: a block is left", async () => {
    const cells = cellsOf(await ask("size 8 8", "edges dead", "load glider", "step 60"));
    expect(cells).toEqual(["6,6", "7,6", "6,7", "7,7"]);
  });

  test("the gun makes a glider of five cells in thirty steps", async () => {
    const gun = ["size 64 64", "edges dead", "load gun"];
    expect(cellsOf(await ask(...gun)).length).toBe(36);
    expect(cellsOf(await ask(...gun, "step 30")).length).toBe(41);
    expect(cellsOf(await ask(...gun, "step 60")).length).toBe(46);
  });

  test("on, off, flip, clear, and a smaller board", async () => {
    expect(cellsOf(await ask("on 1 1 2 2", "flip 2 2 3 3", "off 1 1"))).toEqual(["3,3"]);
    expect(cellsOf(await ask("on 1 1", "clear"))).toEqual([]);
    expect(cellsOf(await ask("on 1 1 60 30", "size 8 8"))).toEqual(["1,1"]);
    expect(cellsOf(await ask("size 8 8", "random")).length).toBe(16);
  });

  test("the largest board, full, is drawn within the bounds of a line", async () => {
    const row = (y: number) => Array.from({ length: 128 }, (_, x) => `${x} ${y}`).join(" ");
    const rows = Array.from({ length: 128 }, (_, y) => `on ${row(y)}`);
    const lines = await answers(life, `size 128 128\n${rows.join("\n")}\n`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(65_536);
    expect(cellsOf(lines.map((line) => JSON.parse(line) as Record<string, unknown>)).length).toBe(
      128 * 128,
    );
  });

  test("what is wrong is told, and the board stays", async () => {
    const bad = [
      ...NASTY,
      "size 7 8",
      "size 129 8",
      "size 8",
      "on",
      "on 1",
      "on 64 0",
      "on 0 40",
      "on 1_0 1",
      "on ١ ١",
    ];
    bad.push(
      "step 0",
      "step 101",
      "step x",
      "load none",
      "edges up",
      "clear now",
      `on ${"1 1 ".repeat(9000)}`,
    );
    const commands = await ask("on 5 5", ...bad, "flip 6 6");
    expect(errors(commands).length).toBe(bad.length);
    expect(errors(commands).every((text) => text.length <= 200)).toBe(true);
    expect(cellsOf(commands)).toEqual(["5,5", "6,6"]);
    expect((await answers(life, BYTES)).at(-1)).toContain('{"draw":"error"');
  });

  test("a last line without an end counts", async () => {
    expect((await answers(life, "on 1 1")).at(-2)).toContain("1 cell alive");
  });
});

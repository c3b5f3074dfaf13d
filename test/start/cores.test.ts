// --workers=auto: how many processors there are for us, by the files that a kernel would show.

import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { expect, test } from "bun:test";
import { usableCores } from "../../src/start/cores.ts";
import { TestDirectory } from "../support/server-directory.ts";

const ALL = Math.min(availableParallelism(), 256);

test.each([
  ["no file at all", {}, ALL],
  ["no limit", { "": "max 100000\n", a: "max 100000\n" }, ALL],
  ["half a processor", { a: "50000 100000\n" }, 1],
  ["that of the group above", { "": "100000 100000\n", a: "max 100000\n" }, 1],
  ["the least of all", { "": "900000 100000\n", a: "10000 100000\n", "a/b": "max 100000\n" }, 1],
  ["more than there are", { a: "99900000 100000\n" }, ALL],
  ["something else", { a: "many\n" }, ALL],
])("%s", (_, files, cores) => {
  using directory = new TestDirectory();
  mkdirSync(directory.file("a/b"), { recursive: true });
  for (const [group, text] of Object.entries(files)) directory.write(`${group}/cpu.max`, text);
  expect(usableCores(directory.path, "/a/b")).toBe(cores);
});

test("those that this process may run on", () => {
  const program = `import { usableCores } from "${import.meta.dir}/../../src/start/cores.ts"; console.log(usableCores())`;
  const { stdout } = Bun.spawnSync(["taskset", "-c", "0", process.execPath, "-e", program]);
  expect(stdout.toString()).toBe("1\n");
});

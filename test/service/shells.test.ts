// Which command lines do what their stdin says, and which only look like it.

import { symlinkSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { shellBelow, shellIn } from "../../src/service/shells.ts";
import { TestDirectory } from "../support/server-directory.ts";

/** Each as a line of words; the first is the path, too. */
const of = (line: string) => shellIn(line.split(" "), line.split(" ")[0]!);

describe("a shell", () => {
  for (const line of [
    "sh",
    "/bin/bash",
    "bash -i",
    "bash --norc -l",
    "zsh",
    "ash",
    "fish",
    "python3",
    "python3.11 -u",
    "python3 -i",
    "node",
    "node -i",
    "bun",
    "perl",
    "ruby",
    "irb",
    "psql",
    "psql -Upostgres",
    "psql shop",
    "sqlite3 shop.db",
    "ssh host",
  ]) {
    test(line, () => expect(of(line)).toBe(line.split(" ")[0]!));
  }

  test("behind a program that starts another", () => {
    expect(of("env -i bash")).toBe("bash");
    expect(of("env A=b /bin/sh")).toBe("/bin/sh");
    expect(of("sudo -u nobody bash -l")).toBe("bash");
    expect(of("docker run -i --rm alpine sh")).toBe("sh");
    expect(of("stdbuf -oL python3 -u")).toBe("python3");
    expect(of("busybox sh")).toBe("sh");
  });

  test("by another name", () => {
    using directory = new TestDirectory();
    symlinkSync("/bin/sh", directory.file("program"));
    const path = directory.file("program");
    expect(shellIn(["program"], path)).toBe("program");
    expect(shellIn(["program", "-c", "date"], path)).toBeNull();
  });
});

describe("no shell", () => {
  for (const line of [
    "cat",
    "./count.sh",
    "sh count.sh",
    "bash -c date",
    "bash -lc date",
    "python3 -u echo.py",
    "python3 -m http.server",
    "python3 -c pass",
    "node server.js",
    "node -e 1",
    "bun run x.ts",
    "perl -ne print",
    "ruby -e 1",
    "psql -c select",
    "sqlite3 shop.db select",
    "ssh host date",
    "env LANG=C sh count.sh",
    "docker run -i --rm alpine cat",
    "grep sh",
    "echo bash",
    "busybox",
  ]) {
    test(line, () => expect(of(line)).toBeNull());
  }
});

test("a shell among the programs of a directory", () => {
  using directory = new TestDirectory();
  directory.write("count", "");
  expect(shellBelow(directory.path)).toBeNull();
  directory.write("python3", "");
  expect(shellBelow(directory.path)).toBe("python3");
  expect(shellBelow(directory.file("none"))).toBeNull();
});

// The pid file between two servers, of which one ends while the other begins.

import { openSync, symlinkSync, unlinkSync } from "node:fs";
import { expect, test } from "bun:test";
import { holdFile, takePidFile } from "../../src/start/pid-file.ts";
import { TestDirectory } from "../support/server-directory.ts";

test("a file that was removed before it was locked is not held", () => {
  using directory = new TestDirectory();
  const path = directory.write("pid", "1\n");
  const fd = openSync(path, "r+");
  unlinkSync(path);
  expect(holdFile(path, fd, 2)).toBe(null);
  directory.write("pid", "3\n");
  const next = takePidFile(path, 4);
  expect([next.stalePid, directory.read("pid")]).toEqual([3, "4\n"]);
  next.remove();
  expect(directory.read("pid")).toBe("");
});

test("another's file is not removed", () => {
  using directory = new TestDirectory();
  const path = directory.file("pid");
  const first = takePidFile(path, 1);
  unlinkSync(path);
  takePidFile(path, 2);
  first.remove();
  expect(directory.read("pid")).toBe("2\n");
});

test("one that is held is told of by the number in it", () => {
  using directory = new TestDirectory();
  const path = directory.file("pid");
  takePidFile(path, 77);
  expect(() => takePidFile(path, 78)).toThrow("process 77 holds it");
});

test("what is no file of its own is refused, and what a link leads to is left alone", () => {
  using directory = new TestDirectory();
  const target = directory.write("target", "1\n");
  symlinkSync(target, directory.file("link"));
  expect(() => takePidFile(directory.file("link"), 2)).toThrow("this is a symbolic link");
  expect(directory.read("target")).toBe("1\n");
  const pipe = directory.file("pipe");
  expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
  for (const path of [pipe, "/dev/null"]) {
    expect(() => takePidFile(path, 2)).toThrow(`--pidfile=${path}: this is no regular file`);
  }
  const full = () => holdFile(target, openSync(target, "r"), 2);
  expect(full).toThrow("cannot be written (");
});

test("a successor has the lock from the first, its number when it says so, and the file to remove", () => {
  using directory = new TestDirectory();
  const path = directory.file("pid");
  const first = takePidFile(path, 100_000);
  const next = takePidFile(path, 7, first.fd);
  expect([next.stalePid, directory.read("pid")]).toEqual([null, "100000\n"]);
  next.remove();
  expect(directory.read("pid")).toBe("100000\n");
  next.claim();
  first.remove();
  expect(directory.read("pid")).toBe("7\n");
  expect(() => takePidFile(path, 8)).toThrow("process 7 holds it");
  first.claim();
  next.remove();
  expect(directory.read("pid")).toBe("100000\n");
});

test("a successor whose file is another takes that as ever", () => {
  using directory = new TestDirectory();
  const { fd } = takePidFile(directory.file("one"), 1);
  const other = takePidFile(directory.file("two"), 2, fd);
  expect([directory.read("one"), directory.read("two")]).toEqual(["1\n", "2\n"]);
  other.remove();
  expect([directory.read("one"), directory.read("two")]).toEqual(["1\n", ""]);
});

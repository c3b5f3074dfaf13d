// RFC 3986 3.3: a request target as a path, a query, and names of files below a directory, decoded once.

import { describe, expect, test } from "bun:test";
import {
  decodePath,
  directoryLocation,
  fileNames,
  splitTarget,
} from "../../src/http/request-path.ts";

describe("a target is a path and a query", () => {
  const VECTORS: readonly (readonly [target: string, raw: string, query: string])[] = [
    ["/", "/", ""],
    ["/a/b?c=d?e", "/a/b", "c=d?e"],
    ["/a?", "/a", ""],
    ["http://h/a?b", "/a", "b"],
    ["HTTPS://h:1?b", "/", "b"],
    ["*", "/", ""],
    ["h:443", "/", ""],
  ];
  for (const [target, raw, query] of VECTORS) {
    test(target, () => expect(splitTarget(target)).toEqual({ base: "", raw, query }));
  }
});

describe("names of files", () => {
  const VECTORS: readonly (readonly [raw: string, names: readonly string[] | null])[] = [
    ["/", [""]],
    ["/a", ["a"]],
    ["/a/", ["a", ""]],
    ["/a/b%20c", ["a", "b c"]],
    ["/caf%C3%A9", ["café"]],
    ["/%2541", ["%41"]],
    ["/.a", [".a"]],
    ["/...", ["..."]],
    ["//", null],
    ["//a", null],
    ["/a//b", null],
    ["/.", null],
    ["/..", null],
    ["/a/../b", null],
    ["/a/./b", null],
    ["/%2e%2E/a", null],
    ["/%2e", null],
    ["/a%2fb", null],
    ["/a%2Fb", null],
    ["/a%5cb", null],
    ["/a\\b", null],
    ["/a%00", null],
    ["/%", null],
    ["/%zz", null],
    ["/%ff", null],
    ["/%c0%ae%c0%ae/a", null],
  ];
  for (const [raw, names] of VECTORS) {
    test(raw, () => expect(fileNames(raw)).toEqual(names));
  }
});

test("a path that does not decode, or decodes to a NUL, is given as it came", () => {
  expect(decodePath("/a%20b")).toBe("/a b");
  expect(decodePath("/%zz")).toBe("/%zz");
  expect(decodePath("/a%00")).toBe("/a%00");
});

describe("where a directory is", () => {
  test.each([
    ["/a/b", "b/"],
    ["/a/b?c", "b/?c"],
    ["/a%20b", "a%20b/"],
    ["/a:b", "./a:b/"],
    ["/javascript:c", "./javascript:c/"],
  ])("%p: %p", (target, location) => {
    expect(directoryLocation(splitTarget(target))).toBe(location);
    const base = "http://host.test";
    expect(new URL(location, base + target).host).toBe("host.test");
  });
});

// Paths of routes: what is one, what is not and why, and which of two makes the other useless.

import { describe, expect, test } from "bun:test";
import { coversPath, parseRoutePath, type RoutePath } from "../src/route-path.ts";

function path(text: string): RoutePath {
  const parsed = parseRoutePath(text);
  if ("problem" in parsed) throw new Error(`${text}: ${parsed.problem}`);
  return parsed;
}

describe("a route's path", () => {
  test("is names, parts that are any name, and what is below", () => {
    expect(path("/")).toEqual({ text: "/", segments: [], isPrefix: false });
    expect(path("/*")).toEqual({ text: "/*", segments: [], isPrefix: true });
    expect(path("/a%20b/{room_1}/*")).toEqual({
      text: "/a%20b/{room_1}/*",
      segments: [{ literal: "a b" }, { variable: "ROUTE_ROOM_1" }],
      isPrefix: true,
    });
  });

  test.each([
    ["chat", "begins with a slash: /chat"],
    ["", "begins with a slash"],
    ["/a//b", "between two slashes"],
    ["/a/", "behind the last"],
    ["/a/*/b", "* stands at the end alone"],
    ["/a*", '"a*" is no name'],
    ["/..", '".." is no name'],
    ["/%2e%2E/a", "is no name"],
    ["/a%2Fb", "is no name"],
    ["/a%00", "is no name"],
    ["/%ff", "is no name"],
    ["/a?b", "is no name"],
    ["/{Room}", "is no name"],
    ["/{}", "is no name"],
    ["/{a}b", "is no name"],
    ["/ä", "is no name"],
    ["/{a}/{a}", "{a} stands in it twice"],
    [`/${"a".repeat(1024)}`, "1024 characters at most"],
  ])("%p is none", (text, problem) => {
    expect(parseRoutePath(text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  test.each([
    ["/*", "/a/b", true],
    ["/*", "/*", true],
    ["/a", "/a", true],
    ["/a/*", "/a", true],
    ["/a/*", "/a/{b}/*", true],
    ["/{a}", "/b", true],
    ["/{a}", "/{b}", true],
    ["/{a}/b", "/c/b", true],
    ["/a", "/a/*", false],
    ["/a", "/b", false],
    ["/a/b/*", "/a/*", false],
    ["/b", "/{a}", false],
    ["/{a}", "/a/b", false],
  ])("%p before %p: nothing is left for it: %p", (first, second, isCovered) => {
    expect(coversPath(path(first), path(second))).toBe(isCovered);
  });
});

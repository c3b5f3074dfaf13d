// Routes and paths: what is taken off, what is left, what the named parts are, and what is no match.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeName, splitTarget } from "../../src/http/request-path.ts";
import { basePrefix, matchPath } from "../../src/http/route.ts";
import { coversPath, parseRoutePath, type RoutePath } from "../../src/route-path.ts";

function route(text: string): RoutePath {
  const parsed = parseRoutePath(text);
  if ("problem" in parsed) throw new Error(`${text}: ${parsed.problem}`);
  return parsed;
}

function matched(text: string, target: string) {
  const match = matchPath(route(text), splitTarget(target));
  if (match === null) return null;
  const { path, variables } = match;
  return [path.base, path.raw, variables];
}

describe("a route takes", () => {
  test.each([
    ["/", "/?a=b", ["", "/", {}]],
    ["/*", "/a/b", ["", "/a/b", {}]],
    ["/*", "/", ["", "/", {}]],
    ["/chat", "/chat", ["/chat", "", {}]],
    ["/chat", "/%63hat?x", ["/chat", "", {}]],
    ["/a%20b", "/a%20b", ["/a b", "", {}]],
    ["/chat/*", "/chat", ["/chat", "", {}]],
    ["/chat/*", "/chat/", ["/chat", "/", {}]],
    ["/chat/*", "/chat/a%20b//c", ["/chat", "/a%20b//c", {}]],
    ["/rooms/{room}", "/rooms/a%20b", ["/rooms/a b", "", { ROUTE_ROOM: "a b" }]],
    ["/{a}/{b}/*", "/1/2/3", ["/1/2", "/3", { ROUTE_A: "1", ROUTE_B: "2" }]],
    ["/{a}", "/%C3%A4", ["/ä", "", { ROUTE_A: "ä" }]],
    ["/chat", "http://host/chat", ["/chat", "", {}]],
    ["/a%2541", "/a%2541", ["/a%41", "", {}]],
    ["/%E2%82%AC/*", "/%e2%82%ac/x", ["/€", "/x", {}]],
    ["/%F0%9F%98%80", "/%F0%9F%98%80", ["/😀", "", {}]],
  ])("%p: %p", (text, target, found) => expect(matched(text, target)).toEqual(found as never));
});

describe("a route leaves", () => {
  test.each([
    ["/", "/a"],
    ["/", "//"],
    ["/chat", "/"],
    ["/chat", "/chat/"],
    ["/chat", "/chatter"],
    ["/chat", "/Chat"],
    ["/chat", "//chat"],
    ["/chat", "/chat%2F"],
    ["/a%2541", "/a%41"],
    ["/a%2541", "/aA"],
    ["/chat/*", "/chatter"],
    ["/chat/*", "/./chat"],
    ["/rooms/{room}", "/rooms"],
    ["/rooms/{room}", "/rooms/"],
    ["/rooms/{room}", "/rooms/."],
    ["/rooms/{room}", "/rooms/%2e%2E"],
    ["/rooms/{room}", "/rooms/a%2Fb"],
    ["/rooms/{room}", "/rooms/a%5Cb"],
    ["/rooms/{room}", "/rooms/a%00"],
    ["/rooms/{room}", "/rooms/a%0Ab"],
    ["/rooms/{room}", "/rooms/%ff"],
    ["/rooms/{room}", "/rooms/a/b"],
  ])("%p: %p", (text, target) => expect(matched(text, target)).toBeNull());
});

test("a base path is a prefix", () => {
  const below = (target: string) => matchPath(basePrefix("/my app/x"), splitTarget(target))?.path;
  expect(below("/my%20app/x/y?z")).toEqual({ base: "/my app/x", raw: "/y", query: "z" });
  expect(below("/my%20app/x")).toEqual({ base: "/my app/x", raw: "", query: "" });
  expect(below("/my%20app/xy")).toBeUndefined();
  expect(matchPath(basePrefix(""), splitTarget("/y"))?.path.raw).toBe("/y");
});

/** The same as matchPath, as one would write it for one route and short paths. */
function plainlyMatched({ segments, isPrefix }: RoutePath, raw: string): string | null {
  const parts = raw.split("/").slice(1);
  if (segments.length === 0) return isPrefix || raw === "/" ? raw : null;
  const isLong = parts.length > segments.length;
  if (parts.length < segments.length || (isLong && !isPrefix)) return null;
  const isTaken = segments.every((segment, i) => {
    const name = decodeName(parts[i]!);
    return name !== null && ("variable" in segment || segment.literal === name);
  });
  return isTaken ? `/${parts.slice(segments.length).join("/")}`.slice(isLong ? 0 : 1) : null;
}

const SEGMENTS = fc.array(fc.constantFrom("a", "b", "{p}", "{q}"), { maxLength: 4 });
const ROUTE = fc
  .tuple(SEGMENTS, fc.boolean())
  .map(([names, isPrefix]) => `/${names.join("/")}`.replace(/\/$/, "") + (isPrefix ? "/*" : ""))
  .map((text) => text || "/")
  .filter((text) => !("problem" in parseRoutePath(text)));
const TARGET = fc
  .array(fc.constantFrom("a", "b", "c", "", ".", "%2e%2e"), { maxLength: 5 })
  .map((names) => `/${names.join("/")}`);

test("what it takes and leaves is what a split path has", () => {
  fc.assert(
    fc.property(ROUTE, TARGET, (text, written) => {
      const target = written.replace("b", "%62").replace("c", "%ff");
      const found = matchPath(route(text), splitTarget(target))?.path.raw ?? null;
      expect(found).toBe(plainlyMatched(route(text), target));
    }),
    { numRuns: 2000 },
  );
});

test("what a route covers, it takes", () => {
  fc.assert(
    fc.property(ROUTE, ROUTE, TARGET, (first, second, target) => {
      if (!coversPath(route(first), route(second)) || matched(second, target) === null) return;
      expect(matched(first, target)).not.toBeNull();
    }),
    { numRuns: 2000 },
  );
});

test("what is taken off and what is left are the path", () => {
  fc.assert(
    fc.property(ROUTE, TARGET, (text, target) => {
      const match = matchPath(route(text), splitTarget(target));
      if (match !== null) expect(match.path.base + match.path.raw).toBe(target);
    }),
    { numRuns: 2000 },
  );
});

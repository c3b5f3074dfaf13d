// Which route a request's path is: the names that it begins with taken off, and its named parts found.

import type { RoutePath, RouteSegment } from "../route-path.ts";
import { decodeName, type RequestPath } from "./request-path.ts";

export interface RouteMatch {
  /** What is left of the path, behind what the route names. */
  readonly path: RequestPath;
  /** The named parts, by their variables, decoded once: never empty, `.`, `..`, nor with a slash, backslash or control. */
  readonly variables: Readonly<Record<string, string>>;
}

/** RFC 3986 2.1: what one unit of a string may be written as, three bytes of UTF-8 as `%XX` each. */
const WRITTEN_MAX = 9;

/** Null: it is another's. Names are compared decoded, each by itself. */
export function matchPath(route: RoutePath, path: RequestPath): RouteMatch | null {
  const { segments, isPrefix } = route;
  const { raw } = path;
  if (segments.length === 0) return isPrefix || raw === "/" ? { path, variables: {} } : null;
  // One request is compared with many routes: no more of it is looked at than this one names.
  const parts: string[] = [];
  let end = 0;
  for (const segment of segments) {
    if (raw[end] !== "/") return null;
    const begin = end + 1;
    const next = raw.indexOf("/", begin);
    end = next < 0 ? raw.length : next;
    const part = raw.slice(begin, end);
    if ("literal" in segment && !isWritten(segment.literal, part)) return null;
    parts.push(part);
  }
  if (!isPrefix && end < raw.length) return null;
  return withVariables({ ...path, raw: raw.slice(end) }, segments, parts);
}

function isWritten(literal: string, part: string): boolean {
  if (!part.includes("%")) return part === literal;
  return part.length <= WRITTEN_MAX * literal.length && decodeName(part) === literal;
}

/** `path` is without `parts`, which its literals agree with. */
function withVariables(
  path: RequestPath,
  segments: readonly RouteSegment[],
  parts: readonly string[],
): RouteMatch | null {
  const variables: Record<string, string> = {};
  let { base } = path;
  for (const [i, segment] of segments.entries()) {
    const name = "literal" in segment ? segment.literal : decodeName(parts[i]!);
    if (name === null || ("variable" in segment && /[\x00-\x1f\x7f]/.test(name))) return null;
    if ("variable" in segment) variables[segment.variable] = name;
    base += `/${name}`;
  }
  return { path: { ...path, base }, variables };
}

/** `/app` of --base-path, which is decoded, with all that is below. */
export function basePrefix(basePath: string): RoutePath {
  const names = basePath === "" ? [] : basePath.slice(1).split("/");
  const segments = names.map((literal): RouteSegment => ({ literal }));
  return { text: `${basePath}/*`, segments, isPrefix: true };
}

// Which route a request's path is: the names that it begins with taken off, and its named parts found.

import type { RoutePath, RouteSegment } from "../route-path.ts";
import { decodeName, type RequestPath } from "./request-path.ts";

export interface RouteMatch {
  /** What is left of the path, behind what the route names. */
  readonly path: RequestPath;
  /** The named parts, by their variables, decoded once: never empty, `.`, `..`, nor with a slash, backslash or control. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Null: it is another's. Names are compared decoded, each by itself. */
export function matchPath(route: RoutePath, path: RequestPath): RouteMatch | null {
  const { segments, isPrefix } = route;
  if (segments.length === 0) {
    return isPrefix || path.raw === "/" ? { path, variables: {} } : null;
  }
  const parts = path.raw.split("/").slice(1);
  if (isPrefix ? parts.length < segments.length : parts.length !== segments.length) return null;
  const variables: Record<string, string> = {};
  let { base } = path;
  for (const [i, segment] of segments.entries()) {
    const name = decodeName(parts[i]!);
    if (name === null || ("literal" in segment && segment.literal !== name)) return null;
    if ("variable" in segment) {
      if (/[\x00-\x1f\x7f]/.test(name)) return null;
      variables[segment.variable] = name;
    }
    base += `/${name}`;
  }
  const rest = parts.slice(segments.length).map((part) => `/${part}`);
  return { path: { ...path, base, raw: rest.join("") }, variables };
}

/** `/app` of --base-path, which is decoded, with all that is below. */
export function basePrefix(basePath: string): RoutePath {
  const names = basePath === "" ? [] : basePath.slice(1).split("/");
  const segments = names.map((literal): RouteSegment => ({ literal }));
  return { text: `${basePath}/*`, segments, isPrefix: true };
}

// Paths of routes: what `/chat`, `/chat/*` and `/rooms/{room}` mean, and what a request's path is to them.

/** A name as it is, decoded; or one that is any, and becomes the variable of that name. */
export type RouteSegment = { readonly literal: string } | { readonly variable: string };

export interface RoutePath {
  /** As it was written. */
  readonly text: string;
  /** Of the path between its slashes; none: `/`. */
  readonly segments: readonly RouteSegment[];
  /** What is below belongs to it, too. */
  readonly isPrefix: boolean;
}

/** A named part is a variable of the program; the prefix keeps it from being PATH. */
export const ROUTE_VARIABLE_PREFIX = "ROUTE_";

const LITERAL = /^(?:[A-Za-z0-9\-._~!$&'()+,;=:@]|%[0-9A-Fa-f]{2})+$/;
const PART = /^\{([a-z][a-z0-9_]*)\}$/;
const LENGTH_MAX = 1024;

/** What is wrong, with what would be right, when it is none. */
export function parseRoutePath(text: string): RoutePath | { readonly problem: string } {
  if (!text.startsWith("/")) return { problem: `it begins with a slash: /${text}` };
  if (text.length > LENGTH_MAX) return { problem: `it has ${LENGTH_MAX} characters at most` };
  const isPrefix = text.endsWith("/*");
  const own = isPrefix ? text.slice(0, -2) : text;
  const segments: RouteSegment[] = [];
  for (const name of own === "" || own === "/" ? [] : own.slice(1).split("/")) {
    const segment = segmentOf(name);
    if ("problem" in segment) return segment;
    const isTwice = "variable" in segment && segments.some((other) => isSame(other, segment));
    if (isTwice) return { problem: `${name} stands in it twice (name one of them otherwise)` };
    segments.push(segment);
  }
  return { text, segments, isPrefix };
}

function segmentOf(name: string): RouteSegment | { readonly problem: string } {
  const part = PART.exec(name);
  if (part !== null) return { variable: ROUTE_VARIABLE_PREFIX + part[1]!.toUpperCase() };
  if (name === "") {
    return { problem: "no name between two slashes, or behind the last (/chat, or /chat/*)" };
  }
  if (name === "*")
    return { problem: "* stands at the end alone (/chat/*; {name} is any one name)" };
  const literal = LITERAL.test(name) ? decodeOrNull(name) : null;
  if (literal === null || literal === "." || literal === ".." || /[/\\\0]/.test(literal)) {
    const right = /[{}]/.test(name)
      ? "a named part is a whole name of small letters, digits and _: /rooms/{room}"
      : "/chat, /chat/*, /rooms/{room}";
    return { problem: `"${name}" is no name of a path (${right})` };
  }
  return { literal };
}

function isSame(a: RouteSegment, b: RouteSegment): boolean {
  if ("variable" in a) return "variable" in b && a.variable === b.variable;
  return "literal" in b && a.literal === b.literal;
}

/** Every request that the other takes, this one takes: behind it the other is never asked. */
export function coversPath(path: RoutePath, other: RoutePath): boolean {
  const { segments, isPrefix } = path;
  if (isPrefix ? other.segments.length < segments.length : other.isPrefix) return false;
  if (!isPrefix && other.segments.length !== segments.length) return false;
  return segments.every(
    (segment, i) => "variable" in segment || isSame(segment, other.segments[i]!),
  );
}

function decodeOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

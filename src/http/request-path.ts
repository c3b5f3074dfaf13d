// RFC 3986 3.3, 3.4: a request target as a path and a query, and the path as names of files, decoded once.

export interface RequestPath {
  /** What is taken off its front, decoded: the part that names whoever serves it. Empty: nothing is; ends with no `/`. */
  readonly base: string;
  /** As sent, up to the query; begins with `/`, or is empty where `base` is all there is. */
  readonly raw: string;
  /** What is behind the `?`, as sent; empty when there is none. */
  readonly query: string;
}

/** Splits a target of the origin or the absolute form; `*` and an authority are taken for `/`. */
export function splitTarget(target: string): RequestPath {
  const local = target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = local.indexOf("?");
  const path = mark < 0 ? local : local.slice(0, mark);
  const query = mark < 0 ? "" : local.slice(mark + 1);
  return { base: "", raw: path.startsWith("/") ? path : "/", query };
}

/**
 * The same with a slash at its end, for Location: pages name what belongs to them relative to where they are. It is
 * relative itself, as Go's file server has it, so that it holds behind a proxy that has put a path before ours.
 */
export function directoryLocation({ raw, query }: Pick<RequestPath, "raw" | "query">): string {
  const last = raw.slice(raw.lastIndexOf("/") + 1);
  // 4.2: what is before a colon would be a scheme.
  const name = last.includes(":") ? `./${last}` : last;
  return query === "" ? `${name}/` : `${name}/?${query}`;
}

/** Percent-decoding, once. A path that does not decode, or decodes to a NUL, is given as it came. */
export function decodePath(raw: string): string {
  const decoded = decode(raw);
  return decoded === null || decoded.includes("\0") ? raw : decoded;
}

/**
 * The names between the slashes, each decoded once; the last is empty when the path ends with a slash, `/` is [""].
 * Null when one is no name of a file below a directory: it does not decode, or is empty, `.`, `..`, or decodes to
 * something with a slash, a backslash or a NUL in it.
 */
export function fileNames(raw: string): readonly string[] | null {
  const parts = raw.split("/").slice(1);
  const names: string[] = [];
  for (const [i, part] of parts.entries()) {
    const name = decode(part);
    const isLast = i === parts.length - 1;
    if (name === null || (name === "" && !isLast) || !isFileName(name)) return null;
    names.push(name);
  }
  return names;
}

/** A name that is good for a file's, and not empty. */
export function decodeName(part: string): string | null {
  const name = decode(part);
  return name === null || name === "" || !isFileName(name) ? null : name;
}

function isFileName(name: string): boolean {
  return name !== "." && name !== ".." && !/[/\\\0]/.test(name);
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

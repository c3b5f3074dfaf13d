// RFC 3986 3.3, 3.4: a request target as a path and a query, and the path as names of files, decoded once.

export interface RequestPath {
  /** As sent, up to the query; begins with `/`. */
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
  return { raw: path.startsWith("/") ? path : "/", query };
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

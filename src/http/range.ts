// RFC 9110 14: which bytes of a representation a Range field asks for.

export interface ByteRange {
  readonly begin: number;
  /** Not included. */
  readonly end: number;
}

/**
 * `unsatisfiable`: there are no such bytes. Null: the field is to be ignored, for it is none, of another unit, or asks for
 * several ranges, which 14.2 leaves to the server.
 */
export function parseRange(field: string, size: number): ByteRange | "unsatisfiable" | null {
  const match = /^bytes=[ \t]*([0-9]{0,15})-([0-9]{0,15})[ \t]*$/i.exec(field);
  if (match === null) return null;
  const [, first = "", last = ""] = match;
  if (first === "") {
    if (last === "") return null;
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { begin: size - length, end: size };
  }
  const begin = Number(first);
  // 14.1.1: "An int-range is invalid if the last-pos value is present and less than first-pos".
  if (last !== "" && Number(last) < begin) return null;
  if (begin >= size) return "unsatisfiable";
  return { begin, end: last === "" ? size : Math.min(Number(last) + 1, size) };
}

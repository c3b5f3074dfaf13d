// RFC 9110 14: Range fields against a file of ten bytes, and of none.

import fc from "fast-check";
import { describe, expect, test } from "bun:test";
import { parseRange } from "../../src/http/range.ts";

type Outcome = readonly [begin: number, end: number] | "unsatisfiable" | null;

const VECTORS: readonly (readonly [field: string, size: number, outcome: Outcome])[] = [
  ["bytes=0-0", 10, [0, 1]],
  ["bytes=0-9", 10, [0, 10]],
  ["bytes=0-", 10, [0, 10]],
  ["bytes=9-", 10, [9, 10]],
  ["bytes=3-5", 10, [3, 6]],
  ["bytes=3-99", 10, [3, 10]],
  ["bytes=-3", 10, [7, 10]],
  ["bytes=-99", 10, [0, 10]],
  ["BYTES= 1-2 ", 10, [1, 3]],
  ["bytes=10-", 10, "unsatisfiable"],
  ["bytes=99-100", 10, "unsatisfiable"],
  ["bytes=-0", 10, "unsatisfiable"],
  ["bytes=0-", 0, "unsatisfiable"],
  ["bytes=-1", 0, "unsatisfiable"],
  ["bytes=5-4", 10, null],
  ["bytes=-", 10, null],
  ["bytes=", 10, null],
  ["bytes=a-b", 10, null],
  ["bytes=0-1,3-4", 10, null],
  ["items=0-1", 10, null],
  ["bytes=0x1-2", 10, null],
  ["bytes=1-2-3", 10, null],
  [`bytes=${"9".repeat(400)}-`, 10, null],
];

describe("14.1.2", () => {
  for (const [field, size, outcome] of VECTORS) {
    test(`${field.slice(0, 40)} of ${size}`, () => {
      const found = parseRange(field, size);
      expect(
        found === null || typeof found === "string" ? found : [found.begin, found.end],
      ).toEqual(outcome as never);
    });
  }
});

test("whatever is asked for, what is given lies in the file and has a byte", () => {
  fc.assert(
    fc.property(fc.nat(), fc.option(fc.nat()), fc.nat(), (first, last, size) => {
      const found = parseRange(`bytes=${first}-${last ?? ""}`, size);
      if (found === null) return last !== null && last < first;
      if (found === "unsatisfiable") return first >= size;
      const end = Math.min((last ?? size - 1) + 1, size);
      return found.begin === first && found.end === end && found.begin < found.end;
    }),
  );
});

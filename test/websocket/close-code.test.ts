// RFC 6455 7.4: which close codes a peer may send.

import { describe, expect, test } from "bun:test";
import { isCloseCodeLegal } from "../../src/websocket/close-code.ts";

/** Ranges, both ends included, and whether a Close frame may carry them. */
const RANGES: readonly (readonly [first: number, last: number, legal: boolean, why: string])[] = [
  [0, 999, false, "7.4.2 0-999 are not used"],
  [1000, 1003, true, "7.4.1 normal, going away, protocol error, unsupported data"],
  [1004, 1004, false, "7.4.1 reserved"],
  [1005, 1005, false, "7.4.1 no status: MUST NOT be set in a Close frame"],
  [1006, 1006, false, "7.4.1 abnormal: MUST NOT be set in a Close frame"],
  [1007, 1011, true, "7.4.1 invalid payload to internal error"],
  [1012, 1014, true, "7.4.2 registered later: restart, try again, bad gateway"],
  [1015, 1015, false, "7.4.1 TLS handshake: MUST NOT be set in a Close frame"],
  [1016, 2999, false, "7.4.2 for revisions of the protocol"],
  [3000, 3999, true, "7.4.2 registered by libraries and applications"],
  [4000, 4999, true, "7.4.2 private use"],
  [5000, 65535, false, "7.4.2 not defined"],
];

describe("RFC 6455 7.4", () => {
  for (const [first, last, legal, why] of RANGES) {
    test(`${first}-${last} ${legal ? "may" : "must not"} be sent: ${why}`, () => {
      const wrong: number[] = [];
      for (let code = first; code <= last; code++) {
        if (isCloseCodeLegal(code) !== legal) wrong.push(code);
      }
      expect(wrong).toEqual([]);
    });
  }

  test("the table leaves no code out", () => {
    let next = 0;
    for (const [first, last] of RANGES) {
      expect(first).toBe(next);
      next = last + 1;
    }
    expect(next).toBe(65536);
  });
});

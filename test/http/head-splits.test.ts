// RFC 9112 2.2: how a head is cut into chunks changes neither what is read nor, by more than its bytes, the work.

import { expect, test } from "bun:test";
import { LIMITS } from "../../src/config.ts";
import { RequestReader } from "../../src/http/request-reader.ts";
import { everySplit } from "../support/splits.ts";
import { CORPUS } from "./head-corpus.ts";
import { read, toBytes } from "./head-reader.ts";

/** What was read, or that it was refused: of several faults, which is told depends on how much has come. */
function outcome(stream: string, cuts: readonly number[]): string {
  const result = read(stream, cuts, LIMITS);
  if (result === null) return "not whole";
  return "status" in result ? "refused" : JSON.stringify(result);
}

test("each head of the corpus is the same at every split", () => {
  for (const { name, head } of CORPUS) {
    const whole = outcome(head, []);
    for (const cuts of everySplit(head.length)) {
      const cut = outcome(head, cuts);
      if (cut !== whole) throw new Error(`${name}, cut at [${cuts}]: ${cut}; whole: ${whole}`);
    }
  }
});

test("400 heads of 16 KiB, a byte at a time: half a second, were it quadratic half a minute", () => {
  const begin = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  const end = "\r\n\r\n";
  const head = begin + "x".repeat(LIMITS.headSizeMax - begin.length - end.length) + end;
  const bytes = Array.from(toBytes(head), (byte) => Uint8Array.of(byte));
  for (let i = 0; i < 400; i++) {
    const reader = new RequestReader(LIMITS);
    const results = bytes.map((byte) => reader.receive(byte));
    expect(results.findIndex((result) => result !== null)).toBe(LIMITS.headSizeMax - 1);
    expect(results.at(-1)).toHaveProperty("head");
  }
});

// The vectors, at every split, through unframe and through its plain twin.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fromHex } from "../support/frames.ts";
import { decodeWithBoth } from "../support/same.ts";
import { OUTCOME, PlainDecoder } from "../support/plain-decoder.ts";
import { everySplit } from "../support/splits.ts";
import { VECTOR_OPTIONS, VECTORS, type Vector } from "./vectors.ts";

// A second or less each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

function expectVector(twin: PlainDecoder, vector: Vector): void {
  expect(twin.outcome).toBe(vector.outcome ?? OUTCOME.MORE);
  expect(twin.messages).toBe(vector.messages ?? 0);
  expect(twin.output.view().toHex()).toBe((vector.output ?? "").replaceAll(" ", ""));
  const controls = twin.controls.map(({ opcode, payload }) => `${opcode} ${payload.toHex()}`);
  expect(controls).toEqual([...(vector.controls ?? [])]);
}

describe("RFC 6455", () => {
  for (const vector of VECTORS) {
    test(vector.name, () => {
      const stream = fromHex(vector.hex);
      const options = { ...VECTOR_OPTIONS, ...vector.options, stream, name: vector.name };
      for (const cuts of everySplit(stream.length)) {
        const twin = decodeWithBoth({ ...options, cuts });
        if (cuts.length === 0) expectVector(twin, vector);
      }
    });
  }
});

test("a vector for each outcome", () => {
  const outcomes = new Set(VECTORS.map((vector) => vector.outcome ?? OUTCOME.MORE));
  const all = Object.values(OUTCOME).filter((outcome) => outcome !== OUTCOME.CONTROL_FRAME);
  expect([...outcomes].toSorted((a, b) => a - b)).toEqual(all);
});

test("after a violation the twin takes nothing", () => {
  const twin = new PlainDecoder(VECTOR_OPTIONS);
  twin.feed(fromHex("8105"));
  twin.feed(fromHex("8181 00000000 61"));
  expect(twin.messages).toBe(0);
});

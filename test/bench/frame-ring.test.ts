// The ring of prebuilt frames against frames built one by one.
import { describe, expect, test } from "bun:test";
import { FrameRing } from "../../bench/load/frame-ring.ts";

const KEY = Uint8Array.of(0x11, 0xa5, 0x7f, 0xfe);
/** Enough to carry into a third digit above those that the slots hold. */
const ROUNDS = 120;

function plainPayload(number: number, size: number, phase: number): string {
  const digits = Math.min(size, 12);
  let text = String(number)
    .padStart(12, "0")
    .slice(12 - digits);
  for (let index = digits; index < size; index++) {
    text += String.fromCharCode(0x21 + ((phase + index) % 94));
  }
  return text;
}

describe("each frame is the plain one", () => {
  for (const [size, window, connection, header] of [
    [1, 1, 0, "8181"],
    [2, 10, 0, "8182"],
    [3, 3, 1, "8183"],
    [8, 7, 5, "8188"],
    [12, 1, 9, "818c"],
    [64, 16, 3, "81c0"],
    [125, 2, 50, "81fd"],
    [126, 2, 999, "81fe007e"],
    [65_535, 1, 1, "81feffff"],
    [65_536, 1, 0, "81ff0000000000010000"],
  ] as const) {
    test(`${size} bytes, ${window} in flight, connection ${connection}`, () => {
      const ring = new FrameRing({ size, window, connection, firstByte: 0x81, maskingKey: KEY });
      const slots = 10 ** Math.ceil(Math.log10(window));
      expect(ring.ringLength).toBe(slots * ring.frameLength);
      const rounds = size > 1000 ? 12 : ROUNDS;
      for (let index = 0; index < rounds * slots; index++) {
        ring.produce(1);
        const begin = (index % slots) * ring.frameLength;
        const bytes = ring.bytes.subarray(begin, begin + ring.frameLength);
        expect(bytes.toString("hex", 0, ring.headerLength)).toBe(header + "11a57ffe");
        const payload = bytes
          .subarray(ring.headerLength)
          .map((byte, at) => byte ^ (KEY[at & 3] ?? 0));
        const number = connection * 100_000_000 + index;
        const phase = connection + (index % slots);
        expect(Buffer.from(payload).toString()).toBe(plainPayload(number, size, phase));
      }
    });
  }
});

test("frames that wrap around lie in a row", () => {
  const ring = new FrameRing({ size: 20, window: 10, connection: 0, firstByte: 0x81 });
  ring.produce(15);
  const { frameLength, ringLength } = ring;
  const begin = 7 * frameLength + 5;
  expect(ring.inARow(begin, 8 * frameLength - 5)).toBe(8 * frameLength - 5);
  const row = ring.bytes.subarray(begin, begin + 8 * frameLength - 5);
  const cut = ringLength - begin;
  expect(row.subarray(0, cut)).toEqual(ring.bytes.subarray(begin, ringLength));
  expect(row.subarray(cut)).toEqual(ring.bytes.subarray(0, 5 * frameLength));
});

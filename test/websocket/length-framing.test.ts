// Records with their length before them, out: at every split, by type, whole and in fragments, and cut ones.

import { describe, expect, test } from "bun:test";
import { FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import { ByteList } from "../support/byte-list.ts";
import { fromHex, toHex } from "../support/frames.ts";
import { cutAt, everySplit } from "../support/splits.ts";
import { kernel, NEVER, OPTIONS } from "./peer.ts";

interface Framed {
  readonly frames: Uint8Array;
  /** What `finish` said. */
  readonly isWhole: boolean;
}

function frameAll(stream: Uint8Array, cuts: readonly number[]): Framed {
  const frames = new ByteList();
  const transmitFrames = (begin: number, end: number) =>
    frames.append(kernel.bytes.subarray(begin, end));
  const handler = { ...NEVER, payload: NEVER.closed, transmitFrames };
  const protocol = new Protocol(kernel, { ...OPTIONS, framing: "length" }, handler);
  for (const piece of cutAt(stream, cuts)) {
    kernel.bytes.set(piece, kernel.outgoing);
    protocol.send(kernel.outgoing, kernel.outgoing + piece.length);
  }
  const isWhole = protocol.finish();
  protocol.release();
  expect(kernel.slabs.used).toBe(0);
  return { frames: frames.view(), isWhole };
}

const VECTORS: readonly (readonly [
  name: string,
  stream: string,
  frames: string,
  whole: boolean,
])[] = [
  ["text", "00000005 48656c6c6f", "8105 48656c6c6f", true],
  ["binary", "80000002 c3ff", "8202 c3ff", true],
  ["nothing, as text and as binary", "00000000 80000000", "8100 8200", true],
  ["line ends are bytes like others", "00000003 0d0a0a", "8103 0d0a0a", true],
  ["types in turn", "00000001 61 80000001 62 00000001 63", "8101 61 8201 62 8101 63", true],
  ["126 bytes", `0000007e ${"78".repeat(126)}`, `817e 007e ${"78".repeat(126)}`, true],
  ["no record", "", "", true],
  ["a prefix that is cut", "00000001 61 0000", "8101 61", false],
  ["a record that is cut", "00000001 61 00000003 6262", "8101 61", false],
  ["a record of which nothing came", "00000003", "", false],
];

describe("--framing=length", () => {
  for (const [name, stream, wanted, whole] of VECTORS) {
    test(name, () => {
      const bytes = fromHex(stream);
      for (const cuts of everySplit(bytes.length)) {
        const { frames, isWhole } = frameAll(bytes, cuts);
        expect(toHex(frames), `cut at ${cuts.join()}`).toBe(toHex(fromHex(wanted)));
        expect(isWhole).toBe(whole);
      }
    });
  }

  for (const length of [
    FRAGMENT_SIZE - 1,
    FRAGMENT_SIZE,
    FRAGMENT_SIZE + 1,
    3 * FRAGMENT_SIZE + 5,
  ]) {
    test(`a record of ${length} bytes: frames fall by its length alone`, () => {
      const payload = new Uint8Array(length).map((_, i) => i * 7);
      const stream = new Uint8Array(4 + length);
      new DataView(stream.buffer).setUint32(0, length + 0x8000_0000);
      stream.set(payload, 4);
      const whole = frameAll(stream, []).frames.slice();
      for (const cuts of [[1], [4], [5], [100, FRAGMENT_SIZE], [FRAGMENT_SIZE + 4], [length + 3]]) {
        expect(Buffer.compare(frameAll(stream, cuts).frames, whole)).toBe(0);
      }
      expect(whole.length).toBe(
        length +
          4 * Math.ceil(length / FRAGMENT_SIZE) -
          (length % FRAGMENT_SIZE < 126 && length % FRAGMENT_SIZE > 0 ? 2 : 0),
      );
      expect(whole[0]).toBe(length > FRAGMENT_SIZE ? 0x02 : 0x82);
    });
  }
});

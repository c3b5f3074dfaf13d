// The checker of echoes at every split of a stream and at every wrong byte.
import { describe, expect, test } from "bun:test";
import { EchoChecker } from "../../bench/load/echo-checker.ts";
import { FrameRing } from "../../bench/load/frame-ring.ts";
import { frame } from "./echo-server.ts";

const MESSAGES = 6;
const SIZE = 14;

function newRing(): FrameRing {
  const ring = new FrameRing({ connection: 2, size: SIZE, window: MESSAGES, firstByte: 0x81 });
  ring.produce(MESSAGES);
  return ring;
}

function newChecker(expected = newRing()): { checker: EchoChecker; pings: string[] } {
  const pings: string[] = [];
  const onPing = (payload: Uint8Array) => void pings.push(Buffer.from(payload).toString());
  return { checker: new EchoChecker({ expected, anyOpcode: false, onPing }), pings };
}

function payloads(): Buffer[] {
  const ring = newRing();
  return Array.from({ length: MESSAGES }, (_, index) => {
    const begin = index * ring.frameLength + ring.headerLength;
    return Buffer.from(ring.bytes.subarray(begin, begin + SIZE));
  });
}

const plain = Buffer.concat(payloads().map((payload) => frame(0x81, payload)));
const streams = {
  plain,
  fragmented: Buffer.concat(
    payloads().flatMap((payload) => [
      frame(0x01, payload.subarray(0, 5)),
      frame(0x00, payload.subarray(5, 6)),
      frame(0x80, payload.subarray(6)),
    ]),
  ),
  "with control frames": Buffer.concat(
    payloads().flatMap((payload, index) =>
      index % 2
        ? [frame(0x89, "ping"), frame(0x81, payload)]
        : [
            frame(0x01, payload.subarray(0, 5)),
            frame(0x8a, "pong"),
            frame(0x80, payload.subarray(5)),
          ],
    ),
  ),
};

for (const [name, stream] of Object.entries(streams)) {
  describe(`${name} echoes`, () => {
    test("at every pair of cuts", () => {
      for (let first = 0; first <= stream.length; first++) {
        for (let second = first; second <= stream.length; second++) {
          const { checker } = newChecker();
          let count = checker.check(stream.subarray(0, first), 0);
          count += checker.check(stream.subarray(0, second), first);
          count += checker.check(stream.subarray(second), 0);
          expect(checker.problem).toBeUndefined();
          expect(count).toBe(MESSAGES);
        }
      }
    });

    test("byte by byte", () => {
      const { checker, pings } = newChecker();
      for (let at = 0; at < stream.length; at++) checker.check(stream.subarray(at, at + 1), 0);
      expect(checker.completed).toBe(MESSAGES);
      expect(pings).toEqual(name === "with control frames" ? ["ping", "ping", "ping"] : []);
    });

    // What a ping or a pong carries is the server's own affair.
    if (name === "with control frames") return;
    test("no wrong bit passes", () => {
      for (let bit = 0; bit < stream.length * 8; bit++) {
        const wrong = Buffer.from(stream);
        wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        for (const cut of [0, bit >> 3, stream.length]) {
          const { checker } = newChecker();
          checker.check(wrong.subarray(0, cut), 0);
          checker.check(wrong.subarray(cut), 0);
          expect(checker.problem === undefined && checker.completed === MESSAGES).toBe(false);
        }
      }
    });
  });
}

test("more than was sent", () => {
  const { checker } = newChecker();
  expect(checker.check(Buffer.concat([plain, plain]), 0)).toBe(MESSAGES);
  expect(checker.problem).toContain("nothing that was sent");
});

test("messages in a wrong order", () => {
  const frames = payloads().map((payload) => frame(0x81, payload));
  for (let index = 1; index < MESSAGES; index++) {
    const swapped = [...frames];
    swapped.splice(index - 1, 2, ...frames.slice(index - 1, index + 1).toReversed());
    const { checker } = newChecker();
    expect(checker.check(Buffer.concat(swapped), 0)).toBe(index - 1);
    expect(checker.problem).toStartWith(`message ${index - 1}: `);
  }
});

describe("echoes that wrap around the ring", () => {
  /** Ten slots: with eight completed, the next six echoes lie on both sides of the ring's end. */
  function wrapped(): { checker: EchoChecker; owed: Buffer } {
    const ring = new FrameRing({ connection: 0, size: SIZE, window: 8, firstByte: 0x81 });
    const { checker } = newChecker(ring);
    ring.produce(8);
    checker.check(ring.bytes.subarray(0, 8 * ring.frameLength), 0);
    ring.produce(6);
    const tail = ring.bytes.subarray(8 * ring.frameLength, ring.ringLength);
    return { checker, owed: Buffer.concat([tail, ring.bytes.subarray(0, 4 * ring.frameLength)]) };
  }

  test("in one chunk", () => {
    const { checker, owed } = wrapped();
    expect(checker.check(owed, 0)).toBe(6);
    expect(checker.problem).toBeUndefined();
  });

  test("no wrong byte passes", () => {
    for (let at = 0; at < wrapped().owed.length; at++) {
      const { checker, owed } = wrapped();
      owed[at] = (owed[at] ?? 0) ^ 4;
      checker.check(owed, 0);
      expect(checker.problem === undefined && checker.completed === 14).toBe(false);
    }
  });
});

test("an old echo once more", () => {
  const ring = new FrameRing({ connection: 0, size: SIZE, window: 10, firstByte: 0x81 });
  const { checker } = newChecker(ring);
  ring.produce(10);
  const round = Buffer.from(ring.bytes.subarray(0, ring.ringLength));
  expect(checker.check(round, 0)).toBe(10);
  checker.check(round.subarray(0, ring.frameLength), 0);
  expect(checker.problem).toBe("message 10: an echo of nothing that was sent");
});

// What deflate-stream.ts takes for granted of the handle inside of Bun's node:zlib streams.

import { describe, expect, test } from "bun:test";
import { hasStreams, openDeflater, openInflater } from "../../src/websocket/deflate-stream.ts";

const SIZE = 1 << 20;
const HALF = SIZE / 2;

function memoryWith(text: string): Uint8Array {
  const { buffer } = new WebAssembly.Memory({ initial: SIZE / 65536, maximum: SIZE / 65536 });
  const memory = new Uint8Array(buffer);
  memory.set(Buffer.from(text, "latin1"));
  return memory;
}

const span = (source: number, length: number, target: number, room: number) => ({
  source,
  sourceEnd: source + length,
  target,
  targetEnd: target + room,
});

describe("the handle", () => {
  test("is there", () => expect(hasStreams()).toBe(true));

  test("deflates memory of WebAssembly to what ends with an empty block", () => {
    const memory = memoryWith("Hello");
    const at = span(0, 5, 100, 100);
    expect(openDeflater(memory, { windowBits: 15 }).run(at, true)).toBe(true);
    expect(at.source).toBe(5);
    expect(memory.subarray(100, at.target).toHex()).toBe("f248cdc9c907000000ffff");
  });

  test("keeps its context, and reset forgets it", () => {
    const memory = memoryWith("Hello");
    const deflater = openDeflater(memory, { windowBits: 15 });
    const sizes = [0, 1, 2].map((i) => {
      if (i === 2) deflater.reset();
      const at = span(0, 5, 100, 100);
      deflater.run(at, true);
      return at.target - 100;
    });
    expect(sizes[1]).toBeLessThan(sizes[0]!); // 7692 7.2.3.2
    expect(sizes[2]).toBe(sizes[0]!);
  });

  test("stops when the room is full, and goes on where it was", () => {
    const memory = memoryWith("a".repeat(10_000));
    const deflated = span(0, 10_000, HALF, 1000);
    openDeflater(memory, { windowBits: 15 }).run(deflated, true);
    const inflater = openInflater(memory);
    const at = span(HALF, deflated.target - HALF, 20_000, 10);
    let steps = 0;
    for (; at.target === at.targetEnd || steps === 0; steps++) {
      at.targetEnd = at.target + 999;
      expect(inflater.run(at, true)).toBe(true);
    }
    expect(at.target).toBe(30_000);
    expect(memory.subarray(20_000, 30_000).every((byte) => byte === 0x61)).toBe(true);
  });

  test("tells what is not deflate, and works again after reset", () => {
    const memory = memoryWith("\xff\xff\xff");
    const inflater = openInflater(memory);
    expect(inflater.run(span(0, 3, 100, 100), true)).toBe(false);
    memory.set(Buffer.from("f248cdc9c907000000ffff", "hex"), 50);
    inflater.reset();
    const at = span(50, 11, 100, 100);
    expect(inflater.run(at, true)).toBe(true);
    expect(Buffer.from(memory.subarray(100, at.target)).toString()).toBe("Hello");
  });

  test("leaves what stands behind a last block", () => {
    const memory = memoryWith("\xf3\x48\xcd\xc9\xc9\x07\x00\x00\x41");
    const at = span(0, 9, 100, 100);
    expect(openInflater(memory).run(at, true)).toBe(true);
    expect(at.sourceEnd - at.source).toBe(2);
  });

  for (const windowBits of [8, 9, 10, 11, 12, 13, 14, 15]) {
    test(`7.1.2.1 window bits ${windowBits}: no distance is larger than the window`, () => {
      // The same random block again at a distance of 2,000: only a window that holds it gains by it.
      const block = Array.from({ length: 2000 }, () => Math.floor(Math.random() * 256));
      const memory = memoryWith("");
      memory.set([...block, ...block]);
      const at = span(0, 4000, HALF, 8000);
      openDeflater(memory, { windowBits }).run(at, true);
      expect(at.source).toBe(4000);
      const gained = at.target - HALF < 3000;
      expect(gained).toBe(2 ** windowBits >= 2000 + 262);
    });
  }
});

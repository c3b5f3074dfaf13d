// The frame queue's marks: FLOWING and PAUSED, scarce memory, and that slabs come back.

import { afterEach, describe, expect, test } from "bun:test";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { FrameQueue } from "../../src/session/frame-queue.ts";

const kernel = createKernel({ slabBytes: 8 * SLAB_SIZE, sessionsMax: 1 });
const MARKS = { high: 1000, low: 250, slabsScarce: 4 };

afterEach(() => expect(kernel.slabs.used).toBe(0));

/** Pushes `count` bytes, the first of them `first`, each the one before it plus one. */
function push(queue: FrameQueue, count: number, first = 0): boolean {
  const begin = kernel.incoming;
  for (let i = 0; i < count; i++) kernel.bytes[begin + i] = first + i;
  return queue.push(begin, begin + count);
}

describe("the marks", () => {
  test("at the high mark it still flows, a byte above it pauses", () => {
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 1000);
    expect(queue.state).toBe("FLOWING");
    push(queue, 1);
    expect(queue.state).toBe("PAUSED");
    queue.clear();
  });

  test("it goes on at the low mark, and says so once", () => {
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 1001);
    expect(queue.consume(750)).toBe(false);
    expect(queue.state).toBe("PAUSED");
    expect(queue.length).toBe(251);
    expect(queue.consume(1)).toBe(true);
    expect(queue.state).toBe("FLOWING");
    expect(queue.consume(1)).toBe(false);
    queue.clear();
  });

  test("between the marks it stays what it was", () => {
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 600);
    expect(queue.state).toBe("FLOWING");
    push(queue, 500);
    queue.consume(500);
    expect(queue.state).toBe("PAUSED");
    push(queue, 1);
    expect(queue.state).toBe("PAUSED");
    expect(queue.consume(601)).toBe(true);
    expect(queue.length).toBe(0);
  });

  test("emptied at once it goes on too", () => {
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 1500);
    expect(queue.consume(1500)).toBe(true);
    expect(queue.state).toBe("FLOWING");
  });

  test("clear drops all and goes on", () => {
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 1500);
    queue.clear();
    expect(queue.length).toBe(0);
    expect(queue.state).toBe("FLOWING");
    expect(kernel.slabs.used).toBe(0);
  });
});

describe("scarce memory", () => {
  /** Lends out all that may be lent before it is scarce. */
  function borrowUntilScarce(): number[] {
    return Array.from({ length: MARKS.slabsScarce }, () => kernel.slabs.borrow());
  }

  test("above slabsScarce a single byte pauses", () => {
    const lent = borrowUntilScarce();
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 1);
    expect(queue.state).toBe("PAUSED");
    expect(queue.consume(1)).toBe(true);
    for (const slab of lent) kernel.slabs.giveBack(slab);
  });

  test("at slabsScarce it does not", () => {
    const lent = borrowUntilScarce();
    kernel.slabs.giveBack(lent.pop()!);
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 1000);
    expect(queue.state).toBe("FLOWING");
    queue.clear();
    for (const slab of lent) kernel.slabs.giveBack(slab);
  });

  test("when none is left a push takes nothing, and what waits stays", () => {
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 10, 7);
    const lent: number[] = [];
    for (let slab = kernel.slabs.borrow(); slab !== 0; slab = kernel.slabs.borrow())
      lent.push(slab);
    expect(queue.push(kernel.incoming, kernel.incoming + SLAB_SIZE)).toBe(false);
    expect(queue.length).toBe(10);
    expect(kernel.bytes[queue.front]).toBe(7);
    expect(push(queue, 5, 17)).toBe(true);
    expect(queue.length).toBe(15);
    queue.clear();
    for (const slab of lent) kernel.slabs.giveBack(slab);
  });
});

describe("what waits", () => {
  test("comes out in the order in which it went in, over the ends of slabs", () => {
    const queue = new FrameQueue(kernel, { ...MARKS, slabsScarce: 8 });
    const all = new Uint8Array(3 * SLAB_SIZE + 17).map((_, i) => (i * 7) ^ (i >> 8));
    for (let at = 0; at < all.length; at += 10_007) {
      const piece = all.subarray(at, at + 10_007);
      kernel.bytes.set(piece, kernel.incoming);
      expect(queue.push(kernel.incoming, kernel.incoming + piece.length)).toBe(true);
    }
    expect(queue.length).toBe(all.length);
    let at = 0;
    while (queue.length > 0) {
      const count = Math.min(queue.frontLength, 30_011);
      const front = kernel.bytes.subarray(queue.front, queue.front + count);
      expect(Buffer.compare(front, all.subarray(at, at + count))).toBe(0);
      queue.consume(count);
      at += count;
    }
    expect(at).toBe(all.length);
  });

  test("is a copy: the chunk may be reused", () => {
    const queue = new FrameQueue(kernel, MARKS);
    push(queue, 4, 1);
    kernel.bytes.fill(0xff, kernel.incoming, kernel.incoming + 4);
    expect(kernel.bytes.slice(queue.front, queue.front + 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
    queue.clear();
  });

  test("an idle queue owns no slab", () => {
    const queue = new FrameQueue(kernel, MARKS);
    expect(kernel.slabs.used).toBe(0);
    push(queue, 1);
    expect(kernel.slabs.used).toBe(1);
    queue.consume(1);
    expect(kernel.slabs.used).toBe(0);
  });
});

// What the workers' counts lean on: memory that two processes see, and Atomics on it that keep their order.

import { expect, test } from "bun:test";
import { makeSharedMemory, mapSharedMemory } from "../../src/share/memory.ts";
import { within } from "../support/server-deadline.ts";

const BYTES = 64 * 1024;
/** Some 20,000 rounds on two processors; on one alone the two must wait for each other's turns. */
const TIME_MS = 1000;
/** Who is alone after so long will stay so. */
const LOST_MS = 20_000;

/**
 * Each of two processes writes its own word and then reads the other's, at the same time: if both read what was there
 * before, the order was not kept. (With plain writes and reads some 6 % of the rounds end so on two processors.) `near`
 * and `far` are the words of the two, a cache line apart; others keep them in step. Runs in both processes.
 */
function slipsThrough(words: Int32Array, side: 0 | 1, timeMs: number): number {
  const [near, far] = side === 0 ? [0, 64] : [64, 0];
  const [step, told, over] = [128, 256, 384];
  const end = performance.now() + timeMs;
  const lost = end + LOST_MS;
  const meet = (at: number) => {
    Atomics.store(words, step + near, at);
    while (Atomics.load(words, step + far) < at) {
      if (performance.now() > lost) throw new Error("the other side is gone");
    }
  };
  let both = 0;
  for (let round = 1; ; round++) {
    Atomics.store(words, near, 0);
    if (side === 0 && performance.now() > end) Atomics.store(words, over, 1);
    meet(2 * round - 1);
    if (Atomics.load(words, over) === 1) return both;
    Atomics.store(words, near, 1);
    const read = Atomics.load(words, far);
    Atomics.store(words, told + near, read);
    meet(2 * round);
    if (read === 0 && Atomics.load(words, told + far) === 0) both++;
  }
}

test("who writes its own word and then reads another's is seen, or sees", async () => {
  const fd = makeSharedMemory(BYTES)!;
  const words = mapSharedMemory(fd, BYTES)!;
  const program = `
    import { mapSharedMemory } from "${import.meta.dir}/../../src/share/memory.ts";
    const LOST_MS = ${LOST_MS};
    const slipsThrough = ${slipsThrough.toString()};
    console.log(slipsThrough(mapSharedMemory(3, ${BYTES}), 1, ${TIME_MS}));
  `;
  const child = Bun.spawn([process.execPath, "-e", program], {
    stdio: ["ignore", "pipe", "inherit", fd],
  });
  expect(slipsThrough(words, 0, TIME_MS)).toBe(0);
  expect(
    await within("the other process", new Response(child.stdout as ReadableStream).text()),
  ).toBe("0\n");
}, 60_000);

test("it has no name that could be left, and is zero at first", () => {
  const fd = makeSharedMemory(BYTES)!;
  const [one, other] = [mapSharedMemory(fd, BYTES)!, mapSharedMemory(fd, BYTES)!];
  expect(one.every((word) => word === 0)).toBe(true);
  Atomics.store(one, 7, -1);
  expect(Atomics.load(other, 7)).toBe(-1);
});

// Ring buffers against a model: bytes keep their order, the pool's bound holds, what is empty owns nothing.

import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { RingBuffer } from "../../src/kernel/ring-buffer.ts";
import { Random, seedOfRun } from "../support/random.ts";

// A second or less each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

const SLABS = 4;
const seed = seedOfRun();
const kernel = createKernel({ slabBytes: SLABS * SLAB_SIZE, sessionsMax: 1 });
const source = new Random(seed).bytes(3 * SLAB_SIZE);
kernel.bytes.set(source, kernel.outgoing);

/** Two ring buffers on one pool, and what each must hold. */
const step = fc.record({
  ring: fc.nat(1),
  action: fc.constantFrom("push", "push", "consume", "consume", "clear"),
  length: fc.oneof(
    fc.nat(3),
    fc.nat(3 * SLAB_SIZE),
    fc.integer({ min: SLAB_SIZE - 2, max: SLAB_SIZE + 2 }),
    fc.constantFrom(2 * SLAB_SIZE, 3 * SLAB_SIZE),
  ),
  offset: fc.nat(1000),
});

interface Model {
  readonly ring: RingBuffer;
  waiting: Buffer;
  /** Offset of the first waiting byte in its slab. */
  head: number;
}

function slabsOf({ waiting, head }: Model): number {
  return waiting.length === 0 ? 0 : Math.ceil((head + waiting.length) / SLAB_SIZE);
}

function push(model: Model, length: number, offset: number, free: number): void {
  const begin = kernel.outgoing + offset;
  const end = Math.min(begin + length, kernel.outgoing + source.length);
  const grown = {
    ...model,
    waiting: Buffer.concat([model.waiting, kernel.bytes.subarray(begin, end)]),
  };
  const fits = slabsOf(grown) - slabsOf(model) <= free;
  expect(model.ring.push(begin, end)).toBe(fits);
  if (fits) model.waiting = grown.waiting;
}

function consume(model: Model, length: number): void {
  const count = Math.min(length, model.ring.frontLength);
  model.ring.consume(count);
  model.waiting = model.waiting.subarray(count);
  model.head = model.waiting.length === 0 ? 0 : (model.head + count) % SLAB_SIZE;
}

function expectSame({ ring, waiting, head }: Model): void {
  expect(ring.length).toBe(waiting.length);
  if (waiting.length === 0) return;
  expect(ring.frontLength).toBe(Math.min(waiting.length, SLAB_SIZE - head));
  const front = kernel.bytes.subarray(ring.front, ring.front + ring.frontLength);
  expect(Buffer.compare(front, waiting.subarray(0, ring.frontLength))).toBe(0);
}

test("two ring buffers on one pool do as two queues", () => {
  const property = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const models: Model[] = [0, 1].map(() => ({
      ring: new RingBuffer(kernel),
      waiting: Buffer.alloc(0),
      head: 0,
    }));
    const used = (): number => models.reduce((sum, model) => sum + slabsOf(model), 0);
    try {
      for (const { ring, action, length, offset } of steps) {
        const model = models[ring]!;
        if (action === "push") push(model, length, offset, SLABS - used());
        if (action === "consume") consume(model, length);
        if (action === "clear") {
          model.ring.clear();
          model.waiting = Buffer.alloc(0);
          model.head = 0;
        }
        for (const each of models) expectSame(each);
        expect(kernel.slabs.used).toBe(used());
      }
      for (const model of models) {
        while (model.waiting.length > 0) {
          consume(model, SLAB_SIZE);
          expectSame(model);
        }
      }
      expect(kernel.slabs.used).toBe(0);
    } finally {
      for (const model of models) model.ring.clear();
    }
  });
  fc.assert(property, { seed, numRuns: 300 });
});

test("a push that the pool cannot bear takes nothing, and a smaller one goes", () => {
  const ring = new RingBuffer(kernel);
  const { outgoing } = kernel;
  expect(ring.push(outgoing, outgoing + 3 * SLAB_SIZE)).toBe(true);
  expect(ring.push(outgoing, outgoing + SLAB_SIZE + 1)).toBe(false);
  expect(ring.length).toBe(3 * SLAB_SIZE);
  expect(kernel.slabs.used).toBe(3);
  expect(ring.push(outgoing, outgoing + SLAB_SIZE)).toBe(true);
  expect(ring.push(outgoing, outgoing + 1)).toBe(false);
  const other = new RingBuffer(kernel);
  expect(other.push(outgoing, outgoing + 1)).toBe(false);
  expect(other.length).toBe(0);
  ring.clear();
  expect(kernel.slabs.used).toBe(0);
});

test("an idle ring buffer owns no slab, before it is used and after", () => {
  const ring = new RingBuffer(kernel);
  expect(ring.push(kernel.outgoing, kernel.outgoing)).toBe(true);
  expect(kernel.slabs.used).toBe(0);
  ring.push(kernel.outgoing, kernel.outgoing + 1);
  expect(kernel.slabs.used).toBe(1);
  ring.consume(1);
  expect(kernel.slabs.used).toBe(0);
});

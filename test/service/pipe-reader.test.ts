// A pipe's read end: what one read may bring, and the rest of a pipe that somebody still holds.

import { afterEach, expect, test } from "bun:test";
import { PipeReader } from "../../src/service/pipes.ts";
import { closeDescriptor, machineAddress, makePipe, write } from "../../src/descriptors/posix.ts";
import { defects, descriptorCount, kernel, serviceOptions } from "./running.ts";

afterEach(() => {
  expect(defects).toEqual([]);
});

/** What a pipe holds: pipe(7). */
const PIPE_SIZE = 64 * 1024;

/** A pipe whose read end is ours. `chunk` is called with the length of each. */
async function openPipe(readSizeMax: number | undefined, chunk: (length: number) => void) {
  const { readEnd, writeEnd } = makePipe()!;
  let finished = 0;
  const options = await serviceOptions();
  const context = readSizeMax === undefined ? options : { ...options, readSizeMax };
  const reader = new PipeReader(readEnd, context, {
    chunk: (begin, end) => {
      expect(begin).toBe(kernel.outgoing);
      chunk(end - begin);
    },
    finished: () => void finished++,
    failed() {},
  });
  const fill = (length: number) => {
    const bytes = new Uint8Array(length);
    expect(write(writeEnd, machineAddress(bytes), length)).toBe(length);
  };
  const end = () => closeDescriptor(writeEnd);
  return { reader, fill, end, finishedCount: () => finished };
}

test("a read brings no more than was asked for, the rest comes with the next", async () => {
  const lengths: number[] = [];
  const { reader, fill, end } = await openPipe(16 * 1024, (length) => lengths.push(length));
  fill(40_000);
  for (let i = 0; i < 3; i++) reader.ready();
  expect(lengths).toEqual([16_384, 16_384, 40_000 - 2 * 16_384]);
  reader.ready(); // nothing yet
  expect(lengths.length).toBe(3);
  reader.close();
  end();
});

test("the rest is all that the pipe holds, and its end", async () => {
  let total = 0;
  const { reader, fill, end, finishedCount } = await openPipe(1000, (length) => (total += length));
  const before = descriptorCount();
  fill(PIPE_SIZE);
  reader.readRest();
  expect([total, finishedCount()]).toEqual([PIPE_SIZE, 0]);
  end();
  reader.readRest();
  expect([total, finishedCount()]).toEqual([PIPE_SIZE, 1]);
  reader.readRest();
  expect(finishedCount()).toBe(1);
  expect(descriptorCount()).toBe(before - 2); // both ends
});

test("the rest stops where it is paused", async () => {
  let chunks = 0;
  const { reader, fill, end } = await openPipe(1000, () => {
    if (++chunks === 3) reader.pause();
  });
  fill(10_000);
  reader.readRest();
  expect(chunks).toBe(3);
  reader.close();
  end();
});

test("the rest has an end, though somebody fills the pipe for ever", async () => {
  let total = 0;
  const { reader, fill, end } = await openPipe(undefined, (length) => {
    total += length;
    fill(PIPE_SIZE);
  });
  fill(PIPE_SIZE);
  reader.readRest();
  expect(total).toBe(4 * PIPE_SIZE);
  reader.close();
  end();
});

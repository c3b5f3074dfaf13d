// One direction alone: the program writes without being asked, or takes and only answers a checksum for each block.
import { Crowd, resultOf } from "../load/crowd.ts";
import type { LoadResult } from "../load/figures.ts";
import { Histogram } from "../load/histogram.ts";
import {
  BLOCKS_IN_FLIGHT,
  blockOf,
  blocksOfMessages,
  sinkFor,
  type BlockShape,
} from "../load/input-blocks.ts";
import type { NewMessages } from "../load/messages.ts";
import { Meter } from "../load/meter.ts";
import type { RunOptions } from "../load/options.ts";
import { COUNTED_FROM, COUNTED_TO, countedLines, sameLines } from "../load/output-lines.ts";
import type { Pattern } from "./pattern.ts";

const LINE = "a line of sixty-four bytes, again and again, as yes writes them.";
/** Large enough that the two processes for each block are a small part of its time. */
const BLOCK_MESSAGES = 4096;
const BLOCK_MESSAGE_BYTES = 1024;

export const outYes = outPattern({
  name: "out-yes",
  about: "yes writes a line of 64 bytes as fast as it can",
  program: ["yes", LINE],
  size: LINE.length,
  newMessages: sameLines(LINE),
});

export const outSeq = outPattern({
  name: "out-seq",
  about: "seq writes numbers of 12 digits as fast as it can",
  program: ["seq", COUNTED_FROM, COUNTED_TO],
  size: 12,
  newMessages: countedLines,
});

export const inBlocks = inPattern({
  payloads: Array.from({ length: BLOCK_MESSAGES }, (_, at) =>
    Buffer.alloc(BLOCK_MESSAGE_BYTES, `${String(at).padStart(8, "0")} in `),
  ),
});

type OutShape = {
  readonly name: string;
  readonly about: string;
  readonly program: readonly string[];
  readonly size: number;
  readonly newMessages: NewMessages;
};

export function outPattern({ name, about, program, size, newMessages }: OutShape): Pattern {
  const common = { kind: "one-way", needs: [], connections: 1, quick: name === "out-seq" } as const;
  async function measure(options: RunOptions): Promise<LoadResult> {
    let lines = 0;
    let written = Promise.withResolvers<void>();
    const onEchoes = (count: number) => {
      lines += count;
      written.resolve();
    };
    const nextLine = () => ((written = Promise.withResolvers()), written.promise);
    const crowd = new Crowd(options);
    const run = await crowd.run(async () => {
      await crowd.open(1, { newMessages, onEchoes });
      await Promise.all([Bun.sleep(options.warmupSeconds * 1e3), written.promise]);
      const meter = new Meter(options);
      await meter.begin();
      const before = lines;
      await Bun.sleep(options.durationSeconds * 1e3);
      // A program that stopped writes no more: the run stalls.
      await nextLine();
      const figures = await meter.end(() => ({
        messages: lines - before,
        bytes: (lines - before) * size,
      }));
      return { figures, latencies: [] };
    });
    return resultOf(run);
  }
  return { ...common, name, about, program, size, run: measure };
}

/** Measured from one block's answer to another's: what is on its way at either end does not count. */
export function inPattern(shape: BlockShape): Pattern {
  const common = { kind: "one-way", needs: [], connections: 1, quick: false } as const;
  const messages = shape.payloads.length;
  async function measure(options: RunOptions): Promise<LoadResult> {
    const blocks = new Histogram();
    let meter: Meter | undefined;
    let answered = Promise.withResolvers<void>();
    const onEchoes = (count: number, microseconds: number) => {
      blocks.record(microseconds, count);
      answered.resolve();
    };
    const nextAnswer = () => ((answered = Promise.withResolvers()), answered.promise);
    const crowd = new Crowd(options);
    const run = await crowd.run(async () => {
      const [connection] = await crowd.open(1, {
        newMessages: blocksOfMessages(shape),
        onEchoes,
      });
      connection?.start(BLOCKS_IN_FLIGHT);
      await Promise.all([Bun.sleep(options.warmupSeconds * 1e3), answered.promise]);
      await nextAnswer();
      meter = new Meter(options);
      await meter.begin();
      blocks.reset();
      await Bun.sleep(options.durationSeconds * 1e3);
      await nextAnswer();
      const figures = await meter.end(() => ({
        messages: blocks.count * messages,
        bytes: blocks.count * (blockOf(shape).length - messages),
      }));
      await connection?.settle();
      return { figures, latencies: [] };
    });
    return resultOf(run);
  }
  return {
    ...common,
    name: "in-blocks",
    about: "the program takes 1 KiB a line and answers cksum for each 4 MiB",
    program: sinkFor(shape),
    run: measure,
  };
}

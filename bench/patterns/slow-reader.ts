// Echo of some connections while one more asks for a lot and takes it slowly.
import { Crowd, resultOf } from "../load/crowd.ts";
import type { LoadResult } from "../load/figures.ts";
import { Histogram } from "../load/histogram.ts";
import { numberedMessages, type WindowShape } from "../load/message-window.ts";
import { latencyFigures, Meter } from "../load/meter.ts";
import type { RunOptions } from "../load/options.ts";
import { ECHO_PROGRAM, type Pattern } from "./pattern.ts";

const FAST = 8;
const FAST_SHAPE = { size: 64, window: 16, binary: false };
/** It takes one chunk in so many milliseconds. */
const SLOW_LOOK_MS = 20;

/** 40 MB in flight: far more than any socket, pipe and queue hold, so somebody has to keep it or to wait. */
export const slowReader = slowReaderPattern({ size: 4000, window: 10_000 });

/** What the slow one asks for. The figures are those of the fast ones; the memory is that of the server with all of them. */
export function slowReaderPattern(slowShape: { size: number; window: number }): Pattern {
  return {
    name: "slow-reader",
    kind: "other",
    about: "8 connections x 64 bytes, 16 in flight, beside one that leaves 40 MB unread",
    program: ECHO_PROGRAM,
    needs: [],
    connections: FAST + 1,
    quick: false,
    run: (options) => runBesideSlow(options, { ...slowShape, binary: false }),
  };
}

async function runBesideSlow(options: RunOptions, slowShape: WindowShape): Promise<LoadResult> {
  const latencies = new Histogram();
  const onEchoes = (count: number, microseconds: number) => latencies.record(microseconds, count);
  const crowd = new Crowd(options);
  let looks: ReturnType<typeof setInterval> | undefined;
  const run = await crowd.run(async () => {
    const newMessages = numberedMessages(FAST_SHAPE);
    const fast = await crowd.open(FAST, { newMessages, onEchoes });
    let isSlow = true;
    const slow = crowd.join({
      newMessages: numberedMessages(slowShape),
      onEchoes: () => isSlow && slow.pause(),
    });
    await slow.open();
    slow.start(slowShape.window);
    looks = setInterval(() => slow.resume(), SLOW_LOOK_MS);
    for (const connection of fast) connection.start(FAST_SHAPE.window);
    await Bun.sleep(options.warmupSeconds * 1e3);
    const meter = new Meter(options);
    await meter.begin();
    latencies.reset();
    await Bun.sleep(options.durationSeconds * 1e3);
    const figures = await meter.end(() => ({
      messages: latencies.count,
      bytes: latencies.count * FAST_SHAPE.size,
    }));
    isSlow = false;
    // Every byte that the slow one is owed still comes, and is right.
    await Promise.all([...fast, slow].map((connection) => connection.settle()));
    return {
      figures: { ...figures, ...latencyFigures(latencies) },
      latencies: latencies.buckets(),
    };
  });
  clearInterval(looks);
  return resultOf(run);
}

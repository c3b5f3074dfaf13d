// Keeps a number of messages in flight on each of some connections for a while, and returns what was measured.
import { Crowd, resultOf } from "./crowd.ts";
import { latencyFigures, Meter } from "./meter.ts";
import type { Figures, LoadResult } from "./figures.ts";
import { Histogram } from "./histogram.ts";
import { numberedMessages } from "./message-window.ts";
import type { NewMessages } from "./messages.ts";
import type { LoadOptions, RunOptions } from "./options.ts";
import { Pacer } from "./pacer.ts";
import { residentKibibytes } from "./process-usage.ts";

export type EchoLoad = {
  readonly connections: number;
  /** Messages in flight on a connection. */
  readonly window: number;
  readonly newMessages: NewMessages;
  /** Payload of a message in bytes, or the mean. */
  readonly meanSize: number;
  readonly deflate?: boolean;
  /** Messages a second; as many as the server takes when neither this nor the run's options say. */
  readonly rate?: number | undefined;
};

/** As the command line says. */
export function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { connections, window, size } = options;
  const newMessages = numberedMessages(options);
  return runEcho(options, { connections, window, newMessages, meanSize: size });
}

export async function runEcho(options: RunOptions, load: EchoLoad): Promise<LoadResult> {
  const { connections: count, window, newMessages, meanSize } = load;
  const histogram = new Histogram();
  const onEchoes = (some: number, microseconds: number) => histogram.record(microseconds, some);
  const crowd = new Crowd({ ...options, deflate: load.deflate ?? false });
  const residentBefore = options.pid === undefined ? undefined : residentKibibytes(options.pid);
  const run = await crowd.run(async () => {
    const connections = await crowd.open(count, { newMessages, onEchoes });
    const rate = options.rate ?? load.rate;
    const pacer = rate === undefined ? null : new Pacer(connections, { rate, window });
    if (pacer === null) for (const connection of connections) connection.start(window);
    await Bun.sleep(options.warmupSeconds * 1e3);
    const meter = new Meter(options);
    await meter.begin();
    histogram.reset();
    await Bun.sleep(options.durationSeconds * 1e3);
    const figures = await meter.end(() => ({
      messages: histogram.count,
      bytes: histogram.count * meanSize,
    }));
    // Those that were sent or due belong to the time in which they were: without them a server that stops for the rest
    // of the run would look well.
    await pacer?.stop();
    await Promise.all(connections.map((connection) => connection.settle()));
    return {
      figures: withMemory({ ...figures, ...latencyFigures(histogram) }, count, residentBefore),
      latencies: histogram.buckets(),
    };
  });
  return resultOf(run);
}

/** Memory for each connection says something where there are some: what a server takes once is then a small part. */
const CONNECTIONS_LEAST = 50;

function withMemory(figures: Figures, connections: number, before: number | undefined): Figures {
  const after = figures.residentKibibytes;
  if (before === undefined || after === undefined || connections < CONNECTIONS_LEAST) {
    return figures;
  }
  return { ...figures, kibibytesPerConnection: (after - before) / connections };
}

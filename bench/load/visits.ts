// Sessions that come for one echo: opened, asked once, closed.
import type { Connection } from "./connection.ts";
import type { Crowd } from "./crowd.ts";
import type { Histogram } from "./histogram.ts";
import { numberedMessages } from "./message-window.ts";

const VISIT_BYTES = 64;

const newMessages = numberedMessages({ size: VISIT_BYTES, window: 1, binary: false });

/** Resolves when the first echo is whole. The latency is that from before the connection to the echo. */
export async function firstEcho(crowd: Crowd, latencies: Histogram): Promise<Connection> {
  const begin = Bun.nanoseconds();
  const connection = crowd.join({
    newMessages,
    onEchoes: (count) => latencies.record((Bun.nanoseconds() - begin) / 1e3, count),
  });
  await connection.open();
  connection.send(1);
  await connection.settle();
  return connection;
}

// Sessions that come for one echo: opened, asked once, closed.
import type { Connection } from "./connection.ts";
import type { Crowd } from "./crowd.ts";
import type { Histogram } from "./histogram.ts";
import { numberedMessages } from "./message-window.ts";

const VISIT_BYTES = 64;

const newMessages = numberedMessages({ size: VISIT_BYTES, window: 1, binary: false });

export type Visit = {
  readonly connection: Connection;
  /** From before the connection to the end of its first echo. */
  readonly seconds: number;
};

/** Resolves when the first echo is whole. What the generator has to make ready for it is done before the clock starts. */
export async function firstEcho(crowd: Crowd, latencies: Histogram): Promise<Visit> {
  let nanoseconds = 0;
  const connection = crowd.join({
    newMessages,
    onEchoes: () => (nanoseconds = Bun.nanoseconds() - begin),
  });
  const begin = Bun.nanoseconds();
  await connection.open();
  connection.send(1);
  await connection.settle();
  latencies.record(nanoseconds / 1e3, 1);
  return { connection, seconds: nanoseconds / 1e9 };
}

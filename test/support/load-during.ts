// The load generator of bench/, running while something is done to its server.

import { Crowd } from "../../bench/load/crowd.ts";
import { Histogram } from "../../bench/load/histogram.ts";
import { numberedMessages } from "../../bench/load/message-window.ts";
import { firstEcho } from "../../bench/load/visits.ts";

/** Who stays, and has messages in flight all the time; who comes for one echo, and leaves, and comes again. */
const STAYING = 8;
const VISITING = 4;
const WINDOW = 16;
const MESSAGE_BYTES = 200;
const STALL_SECONDS = 30;

export interface Load {
  /** The first thing that went wrong, a connection refused or a message lost; null: nothing did. */
  readonly problem: string | null;
  /** Connections that came and had their echo. */
  readonly visits: number;
  /** Messages that came back, each as it was sent. */
  readonly echoes: number;
}

/** Ends when `act` does, and each message has come back. */
export async function loadDuring(urls: readonly string[], act: () => Promise<void>): Promise<Load> {
  const runs = urls.map((url) => loadOne(new URL(url), act));
  const loads = await Promise.all(runs);
  return {
    problem: loads.map(({ problem }) => problem).find((problem) => problem !== null) ?? null,
    visits: loads.reduce((sum, { visits }) => sum + visits, 0),
    echoes: loads.reduce((sum, { echoes }) => sum + echoes, 0),
  };
}

async function loadOne(url: URL, act: () => Promise<void>): Promise<Load> {
  const latencies = new Histogram();
  let visits = 0;
  const crowd = new Crowd({ url, stallSeconds: STALL_SECONDS });
  const newMessages = numberedMessages({ size: MESSAGE_BYTES, window: WINDOW, binary: false });
  const { result, echoes } = await crowd.run(async () => {
    const staying = await crowd.open(STAYING, { newMessages, onEchoes: () => {} });
    for (const connection of staying) connection.start(WINDOW);
    let isOver = false;
    const visitors = Array.from({ length: VISITING }, async () => {
      while (!isOver) {
        const { connection } = await firstEcho(crowd, latencies);
        await crowd.leave(connection);
        visits++;
      }
    });
    await act();
    isOver = true;
    await Promise.all([...visitors, ...staying.map((connection) => connection.settle())]);
    return null;
  });
  return { problem: result === null ? null : result.text, visits, echoes };
}

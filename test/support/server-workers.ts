// A server of several workers, as a test sees it: who they are, and who has which session.

import { eventually } from "./server-deadline.ts";
import { isAlive, processState } from "./server-processes.ts";
import { startServer, type ServerOptions, type TestServer } from "./server.ts";

export async function startWorkers(
  count: number,
  words: readonly string[],
  options: ServerOptions = {},
): Promise<TestServer> {
  return startServer([`--workers=${count}`, ...words], options);
}

/** The process ids of the workers by their numbers, less one, as the log has told of them by now. */
export function workerPids(server: Pick<TestServer, "matching">): number[] {
  const pids: number[] = [];
  for (const line of server.matching(/a worker accepts"? /)) {
    pids[Number(/ worker=(\d+)/.exec(line)![1]) - 1] = Number(/ pid=(\d+)/.exec(line)![1]);
  }
  return pids;
}

/** Of each session by now, which process its program's parent is. */
export function parentsOf(server: TestServer): number[] {
  return server.services.flatMap((pid) => processState(pid)?.parent ?? []);
}

/** The session lines of one worker. */
export function connectsOf(server: TestServer, worker: number): string[] {
  return server.matching(new RegExp(` CONNECT .* worker=${worker}$`));
}

export async function workersGone(pids: readonly number[]): Promise<void> {
  await eventually("the end of all workers", () => !pids.some(isAlive));
}

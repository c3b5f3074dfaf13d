// Workers that are killed while they start programs, again and again: nothing is left, and every place is free again.

import { readFileSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { DEADLINE_MS, eventually } from "../support/server-deadline.ts";
import { childrenOf, descriptorsOf, processes } from "../support/server-processes.ts";
import { TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { startWorkers, workerPids } from "../support/server-workers.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const DEATHS = 8;
const CLIENTS = 30;
/** By which its processes are known: no other has this number for its argument. */
const MARK = `1000.${process.pid}`;
/** Leaves behind what heeds nothing but SIGKILL. */
const PROGRAM = ["sh", "-c", `(trap '' INT TERM; sleep ${MARK}) & echo ready; exec cat`];

function marked(): number[] {
  return processes()
    .map(({ pid }) => pid)
    .filter((pid) => commandOf(pid) === `sleep\0${MARK}\0`);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return ""; // it is gone
  }
}

async function ask(server: TestServer, count = CLIENTS): Promise<RawClient[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const client = await RawClient.connect(server.port);
      client.write(requestHead());
      return client;
    }),
  );
}

/** A place is free when its worker has seen the end, not when the processes are gone: who is refused asks again. */
async function fill(server: TestServer): Promise<RawClient[]> {
  const admitted: RawClient[] = [];
  const end = performance.now() + DEADLINE_MS;
  while (admitted.length < CLIENTS && performance.now() < end) {
    const clients = await ask(server, CLIENTS - admitted.length);
    for (const client of clients) {
      if ((await client.head()).startsWith("HTTP/1.1 101 ")) admitted.push(client);
      else client.reset();
    }
  }
  return admitted;
}

test("no process, no place, no descriptor", async () => {
  const stop = "--stop=eof:20ms,TERM:20ms,KILL";
  await using server = await startWorkers(2, [stop, `--maxforks=${CLIENTS}`, ...PROGRAM]);
  const descriptors = descriptorsOf(server.pid);
  for (let i = 0; i < DEATHS; i++) {
    const sessions = server.services.length;
    const clients = await ask(server);
    await eventually("a session", () => server.services.length > sessions);
    const worker = i % 2;
    const pid = workerPids(server)[worker]!;
    process.kill(pid, "SIGKILL"); // in the midst of its starts
    await eventually("the next", () => workerPids(server)[worker] !== pid);
    for (const client of clients) client.reset();
  }
  await eventually("the end of all programs", () => marked().length === 0);
  await eventually("the workers alone", () => childrenOf(server.pid).length === 2);
  expect(descriptorsOf(server.pid)).toBe(descriptors);
  const admitted = await fill(server);
  expect(admitted).toHaveLength(CLIENTS);
  const [tooMany] = await ask(server, 1);
  expect(await tooMany!.head()).toStartWith("HTTP/1.1 429 ");
  for (const client of admitted) client.reset();
});

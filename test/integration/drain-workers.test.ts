// --drain and its like with several workers: one plan for all of them, and their parent says when.

import { existsSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { adminUrl } from "../support/admin.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening } from "../support/server-processes.ts";
import { TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { parentsOf, startWorkers, workerPids, workersGone } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** So many that one worker of two has none of them once in 2^39 runs. */
const MANY = 40;
/** Far more than a test waits. */
const LONG = "10m";

async function echo(client: RawClient): Promise<void> {
  client.text("hello");
  expect(await client.line()).toBe("hello");
}

async function openMany(server: TestServer): Promise<RawClient[]> {
  const clients = await Promise.all(Array.from({ length: MANY }, () => RawClient.open(server)));
  await Promise.all(clients.map(echo));
  return clients;
}

test.concurrent("each spreads its own over the same time, with the same code", async () => {
  const overMs = 1500;
  const words = [`--drain-timeout=${overMs}ms`, "--drain-delay=200ms", "--drain-code=1012", "cat"];
  await using server = await startWorkers(2, ["--admin=127.0.0.1:0", ...words]);
  const clients = await openMany(server);
  const at = await adminUrl(server);
  const signalledAt = performance.now();
  server.signal("SIGTERM");
  await server.logged(/ stopping signal=SIGTERM$/);
  expect((await fetch(`${at}readyz`)).status).toBe(503);
  const closed: number[] = [];
  const farewells = await Promise.all(
    clients.map(async (client) => {
      const { code } = await client.settle();
      closed.push(performance.now() - signalledAt);
      return code;
    }),
  );
  expect(new Set(farewells)).toEqual(new Set([1012]));
  expect(closed[0]).toBeGreaterThan(195); // the delay, and what clocks may differ by
  // Whichever worker has how many of them: its last but one is not closed in the first quarter, if it has three.
  expect(closed.at(-2)! - 200).toBeGreaterThan(overMs / 4);
  expect(await server.exited()).toBe(0);
  expect(server.matching(/ a worker has ended: exit 0 /)).toHaveLength(2);
});

test.concurrent("one that dies in the delay is not replaced, and the other gets all", async () => {
  using directory = new TestDirectory();
  const path = directory.file("socket");
  const words = [`--unixsocket=${path}`, `--drain-delay=${LONG}`, "cat"];
  await using server = await startWorkers(2, words);
  const pids = workerPids(server);
  server.signal("SIGTERM");
  await eventually("both", () => server.matching(/ stopping reason="its parent /).length === 2);
  process.kill(pids[0]!, "SIGKILL");
  await server.logged(/ a worker has ended: signal SIGKILL worker=1 /);
  for (let i = 0; i < 12; i++) {
    using client = await RawClient.open(server);
    await echo(client);
  }
  await eventually("all of them in the log", () => server.services.length === 12);
  expect(parentsOf(server).every((parent) => parent === pids[1])).toBe(true);
  expect((await fetch("http://localhost/", { unix: path })).status).toBe(404);
  server.signal("SIGTERM"); // a second one ends everything at once
  expect(await server.exited()).toBe(143);
  await workersGone(pids);
});

test.concurrent("finish: sessions of both go on until they end", async () => {
  using directory = new TestDirectory();
  const path = directory.file("socket");
  await using server = await startWorkers(2, [`--unixsocket=${path}`, "--drain=finish", "cat"]);
  const clients = await openMany(server);
  server.signal("SIGTERM");
  await eventually("no listener", () => !isListening(server.port));
  await eventually("no path", () => !existsSync(path));
  await Promise.all(clients.map(echo));
  for (const client of clients) client.close(1000);
  const codes = await Promise.all(clients.map(async (client) => (await client.farewell()).code));
  expect(new Set(codes)).toEqual(new Set([1000]));
  expect(await server.exited()).toBe(0);
});

test.concurrent("when the parent dies, its workers wait for nobody: the port is free", async () => {
  await using server = await startWorkers(2, [`--drain-delay=${LONG}`, "--drain=finish", "cat"]);
  const pids = workerPids(server);
  using client = await RawClient.open(server);
  await echo(client);
  server.signal("SIGKILL");
  expect((await client.settle()).code).toBe(1001);
  await workersGone(pids);
  expect(isListening(server.port)).toBe(false);
  await server.crash();
});

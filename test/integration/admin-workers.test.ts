// --admin with --workers: the parent tells of all, ends the session of any, and its counts do not fall with a worker.

import { expect, setDefaultTimeout, test } from "bun:test";
import { adminUrl, growth, metrics } from "../support/admin.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { startWorkers, workerPids } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const ADMIN = "--admin=127.0.0.1:0";
/** So many that one worker of two has none of them once in 2^39 runs. */
const MANY = 40;

interface Seen {
  readonly sessions: readonly { readonly worker: number; readonly number: number }[];
}

async function openMany(server: TestServer): Promise<RawClient[]> {
  const clients = await Promise.all(Array.from({ length: MANY }, () => RawClient.open(server)));
  for (const client of clients) {
    client.text("hello");
    expect(await client.line()).toBe("hello");
  }
  return clients;
}

async function snapshot(server: TestServer): Promise<Seen> {
  const socket = new WebSocket(`${(await adminUrl(server)).replace("http", "ws")}live`);
  const heard = new Promise<string>((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
  const text = await within("a snapshot", heard);
  socket.close();
  return JSON.parse(text) as Seen;
}

test("figures are those of all workers, and a session is ended by its worker's number and its own", async () => {
  await using server = await startWorkers(2, [ADMIN, "cat"]);
  const before = await metrics(server);
  const clients = await openMany(server);
  const during = {
    websockd_sessions: MANY,
    'websockd_messages_total{direction="incoming"}': MANY,
    'websockd_messages_total{direction="outgoing"}': MANY,
    'websockd_bytes_total{direction="incoming"}': 6 * MANY,
    'websockd_bytes_total{direction="outgoing"}': 6 * MANY,
    websockd_spawn_duration_seconds_count: MANY,
  };
  expect(growth(before, await metrics(server))).toEqual(during);
  expect(before.get("websockd_buffer_memory_max_bytes")).toBe(256 * 1024 * 1024);
  const { sessions } = await snapshot(server);
  const names = sessions.map(({ worker, number }) => `${worker}-${number}`);
  expect(new Set(names).size).toBe(MANY);
  expect(new Set(sessions.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  const end = async (name: string) =>
    (await fetch(`${await adminUrl(server)}sessions/${name}/end`, { method: "POST" })).status;
  expect(await Promise.all(["3-1", "1-999", "1"].map(end))).toEqual([404, 404, 404]);
  expect(await Promise.all(names.map(end))).toEqual(names.map(() => 200));
  for (const client of clients) {
    expect((await client.farewell()).code).toBe(1001);
    client.close(1001);
  }
  await eventually("all accounts", () => server.matching(/ DISCONNECT /).length === MANY);
  const { websockd_sessions: _, ...lasting } = during;
  expect(growth(before, await metrics(server))).toEqual({
    ...lasting,
    'websockd_sessions_ended_total{cause="operator"}': MANY,
    'websockd_program_exits_total{kind="exit",of="0"}': MANY,
  });
});

test("a worker that dies takes none of the counts with it", async () => {
  await using server = await startWorkers(2, [ADMIN, "cat"]);
  const clients = await openMany(server);
  const before = await metrics(server);
  process.kill(workerPids(server)[0]!, "SIGKILL");
  await eventually("its successor", () => server.matching(/a worker accepts/).length === 3);
  const grown = growth(before, await metrics(server));
  const { websockd_sessions: lost = 0, ...rest } = grown;
  expect(lost).toBeLessThan(0);
  expect(rest).toEqual({});
  for (const client of clients) client.reset();
});

test("it is not ready while they drain", async () => {
  using directory = new TestDirectory();
  const go = directory.file("go");
  const script = 'echo ready; cat >&2; while [ ! -e "$1" ]; do sleep 0.02; done';
  const words = [ADMIN, "--stop=eof:20s,KILL", "sh", "-c", script, "sh", go];
  await using server = await startWorkers(2, words);
  const at = await adminUrl(server);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  expect((await fetch(`${at}readyz`)).status).toBe(200);
  process.kill(server.pid, "SIGTERM");
  await server.logged(/ stopping/);
  expect((await fetch(`${at}readyz`)).status).toBe(503);
  expect((await metrics(server)).get("websockd_sessions")).toBe(1);
  directory.write("go", "");
  expect(await server.exited()).toBe(0);
});

// What is limited with several workers is limited for all of them together.

import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { childrenOf } from "../support/server-processes.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { connectsOf, startWorkers, workerPids } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const MOST = 10;

interface Answered {
  readonly client: RawClient;
  readonly status: string;
}

async function ask(server: { port: number }, count: number): Promise<Answered[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const client = await RawClient.connect(server.port);
      client.write(requestHead());
      return { client, status: (await client.head()).slice(9, 12) };
    }),
  );
}

/** Asks until somebody more is let in. */
async function letIn(server: { port: number }): Promise<RawClient> {
  for (;;) {
    const [{ client, status }] = (await ask(server, 1)) as [Answered];
    if (status === "101") return client;
    client.reset();
  }
}

test.each([
  [`--maxforks=${MOST}`, `All ${MOST} sessions are in use (--maxforks).`],
  [
    `--maxforks-per-ip=${MOST}`,
    `All ${MOST} sessions of 127.0.0.1 are in use (--maxforks-per-ip).`,
  ],
])("%s holds in a burst, and each place can be had again", async (option, text) => {
  await using server = await startWorkers(2, [option, "cat"]);
  for (let round = 0; round < 3; round++) {
    const answered = await ask(server, 60);
    const inside = answered.filter(({ status }) => status === "101").map(({ client }) => client);
    const outside = answered.filter(({ status }) => status === "429").map(({ client }) => client);
    expect(inside.length + outside.length).toBe(60);
    expect(inside.length).toBeLessThanOrEqual(MOST);
    // Two that reach for the last place at once may both be sent away: it is there for who comes next.
    while (inside.length < MOST) inside.push(await letIn(server));
    const refused = Buffer.from(await outside[0]!.rest()).toString();
    expect(refused).toContain(text);
    expect((await ask(server, 5)).map(({ status }) => status)).toEqual(Array(5).fill("429"));
    for (const client of inside) client.close(1000);
    for (const client of [...inside, ...outside]) await client.ended();
    const accounts = (round + 1) * MOST;
    await eventually("all accounts", () => server.matching(/ DISCONNECT /).length === accounts);
  }
  for (const worker of [1, 2]) expect(connectsOf(server, worker).length).toBeGreaterThan(0);
});

test("the places of a worker that dies are free again", async () => {
  await using server = await startWorkers(2, [
    `--maxforks-per-ip=${MOST}`,
    `--maxforks=${MOST}`,
    "cat",
  ]);
  const clients: RawClient[] = [];
  while (clients.length < MOST) clients.push(await letIn(server));
  expect((await ask(server, 1))[0]!.status).toBe("429");
  await eventually("all of them in the log", () => server.services.length === MOST);
  const lost = connectsOf(server, 1).length;
  const [pid] = workerPids(server);
  process.kill(pid!, "SIGKILL");
  await eventually("the next", () => workerPids(server)[0] !== pid);
  for (let i = 0; i < lost; i++) clients.push(await letIn(server));
  expect((await ask(server, 3)).map(({ status }) => status)).toEqual(["429", "429", "429"]);
  for (const client of clients) client[Symbol.dispose]();
});

test("--prefork is divided", async () => {
  await using server = await startWorkers(2, ["--prefork=3", "cat"]);
  const spares = () => workerPids(server).map((pid) => childrenOf(pid).length);
  await eventually("the spares", () => String(spares()) === "2,1");
});

// --drain and its like: a server that is told to stop is left by new clients first, and its sessions end in the way that was asked for.

import { expect, setDefaultTimeout, test } from "bun:test";
import { adminUrl } from "../support/admin.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, isListening } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Far more than a test waits: what is said to come after it comes in none. */
const LONG = "10m";

async function echo(client: RawClient): Promise<void> {
  client.text("hello");
  expect(await client.line()).toBe("hello");
}

async function openMany(server: TestServer, count: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) clients.push(await RawClient.open(server));
  await Promise.all(clients.map(echo));
  return clients;
}

async function readiness(server: TestServer): Promise<number> {
  return (await fetch(`${await adminUrl(server)}readyz`)).status;
}

/** A second signal: the server ends, and so do its programs. */
async function endAtOnce(server: TestServer): Promise<void> {
  server.signal("SIGTERM");
  expect(await server.exited()).toBe(143);
  await eventually("the services' end", () => server.leftovers().length === 0);
}

test.concurrent("in the delay it is not ready, and serves those who come", async () => {
  const words = ["--admin=127.0.0.1:0", `--drain-delay=${LONG}`, "--prefork=1", "cat"];
  await using server = await startServer(words);
  using before = await RawClient.open(server);
  expect(await readiness(server)).toBe(200);
  server.signal("SIGTERM");
  await server.logged(/ stopping signal=SIGTERM/);
  expect(await readiness(server)).toBe(503);
  for (let i = 0; i < 3; i++) {
    using after = await RawClient.open(server);
    await echo(after);
    after.close(1000);
    expect((await after.farewell()).code).toBe(1000);
  }
  expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
  await echo(before);
  expect(await readiness(server)).toBe(503);
  await endAtOnce(server);
});

test.concurrent(
  "after the delay nobody is let in, and sessions are closed, not before",
  async () => {
    await using server = await startServer(["--drain-delay=400ms", "cat"]);
    using client = await RawClient.open(server);
    const signalledAt = performance.now();
    server.signal("SIGINT");
    expect((await client.settle()).code).toBe(1001);
    expect(performance.now() - signalledAt).toBeGreaterThan(390);
    expect(isListening(server.port)).toBe(false);
    expect(await server.exited()).toBe(0);
    expect(server.matching(/ DISCONNECT .* close=1001 .*reason="server stopping"/)).toHaveLength(1);
  },
);

test.concurrent(
  "closes are spread over --drain-timeout, in another order than they came",
  async () => {
    const [count, overMs] = [40, 2000];
    const words = [`--drain-timeout=${overMs}ms`, "--drain-code=1012", "cat"];
    await using server = await startServer(words);
    const clients = await openMany(server, count);
    const signalledAt = performance.now();
    server.signal("SIGTERM");
    const closed: { readonly client: number; readonly afterMs: number }[] = [];
    const farewells = await Promise.all(
      clients.map(async (client, i) => {
        const farewell = await client.settle();
        closed.push({ client: i, afterMs: performance.now() - signalledAt });
        return `${farewell.code} ${farewell.reason}`;
      }),
    );
    expect(new Set(farewells)).toEqual(new Set(["1012 the server is restarting"]));
    // Whatever holds us up makes it later: never is one closed before its time. 1 ms is what clocks may differ by.
    const early = closed.filter(({ afterMs }, i) => afterMs < (i * overMs) / count - 1);
    expect(early).toEqual([]);
    expect(closed.map(({ client }) => client)).not.toEqual(clients.map((_, i) => i));
    expect(await server.exited()).toBe(0);
    await eventually("all accounts", () => server.matching(/ close=1012 /).length === count);
  },
);

test.concurrent("the first is closed at once; those whose time has not come go on", async () => {
  await using server = await startServer([`--drain-timeout=${LONG}`, "cat"]);
  const clients = await openMany(server, 4);
  server.signal("SIGTERM");
  const first = await eventually("a Close", () => clients.find(({ unread }) => unread > 0));
  expect((await first.settle()).code).toBe(1001);
  expect(isListening(server.port)).toBe(false);
  for (const client of clients) if (client !== first) await echo(client);
  await endAtOnce(server);
});

test.concurrent("one that ends by itself has its time to itself: nobody waits for it", async () => {
  await using server = await startServer([`--drain-timeout=${LONG}`, "cat"]);
  const clients = await openMany(server, 4);
  server.signal("SIGTERM");
  await Promise.all(
    clients.map(async (client) => {
      client.close(1000);
      await client.farewell();
    }),
  );
  expect(await server.exited()).toBe(0);
});

test.concurrent("finish: a session goes on until it ends; its end is the server's", async () => {
  await using server = await startServer(["--drain=finish", "--prefork=2", "cat"]);
  using client = await RawClient.open(server);
  await eventually("spares", () => childrenOf(server.pid).length === 3);
  server.signal("SIGTERM");
  await eventually("no listener", () => !isListening(server.port));
  await eventually("no spare", () => childrenOf(server.pid).length === 1);
  await echo(client);
  client.close(1000);
  expect((await client.farewell()).code).toBe(1000);
  expect(await server.exited()).toBe(0);
  expect(server.matching(/ DISCONNECT .*closed by client/)).toHaveLength(1);
});

test.concurrent("finish with --drain-timeout: what has not ended by then is closed", async () => {
  const words = ["--drain=finish", "--drain-timeout=400ms", "--drain-code=1012", "cat"];
  await using server = await startServer(words);
  const clients = await openMany(server, 3);
  const signalledAt = performance.now();
  server.signal("SIGTERM");
  const farewells = await Promise.all(clients.map((client) => client.settle()));
  expect(performance.now() - signalledAt).toBeGreaterThan(390);
  expect(farewells.map(({ code }) => code)).toEqual([1012, 1012, 1012]);
  expect(await server.exited()).toBe(0);
});

test.concurrent("finish: a second signal ends everything at once", async () => {
  await using server = await startServer(["--drain=finish", "cat"]);
  using client = await RawClient.open(server);
  await echo(client);
  server.signal("SIGTERM");
  await eventually("no listener", () => !isListening(server.port));
  await echo(client);
  await endAtOnce(server);
  await client.ended();
});

test.concurrent("an exchange that is under way is finished", async () => {
  using directory = new TestDirectory();
  const go = directory.file("go");
  const wait = `while [ ! -e '${go}' ]; do sleep 0.02; done`;
  directory.write(
    "slow",
    `#!/bin/sh\n${wait}\nprintf 'Content-Type: text/plain\\n\\nwhole'`,
    0o755,
  );
  const words = [`--cgidir=${directory.path}`, `--drain-timeout=${LONG}`, "cat"];
  await using server = await startServer(words);
  const answering = fetch(`http://127.0.0.1:${server.port}/slow`);
  await server.logged(/ CGI /);
  server.signal("SIGTERM");
  await eventually("no listener", () => !isListening(server.port));
  directory.write("go", "");
  const answer = await answering;
  expect([answer.status, await answer.text()]).toEqual([200, "whole"]);
  expect(await server.exited()).toBe(0);
});

test.concurrent("SIGHUP reads the plan again, but not while the server stops", async () => {
  using directory = new TestDirectory();
  const file = directory.write("config.toml", 'drain-delay = "10m"\n');
  await using server = await startServer([`--config=${file}`, "--prefork=1", "cat"]);
  using client = await RawClient.open(server);
  directory.write("config.toml", 'drain = "finish"\n');
  server.signal("SIGHUP");
  await server.logged(/ the configuration is read /);
  server.signal("SIGTERM");
  await eventually("no listener", () => !isListening(server.port));
  server.signal("SIGHUP");
  await server.logged(/ nothing is read again: the server is stopping$/);
  await eventually("no spare", () => childrenOf(server.pid).length === 1);
  await echo(client);
  client.close(1000);
  expect((await client.farewell()).code).toBe(1000);
  expect(await server.exited()).toBe(0);
});

test.concurrent("there is no delay where nobody can come any more", async () => {
  await using server = await startServer(["--once", `--drain-delay=${LONG}`, "cat"]);
  using client = await RawClient.open(server);
  await echo(client);
  server.signal("SIGTERM");
  expect((await client.settle()).code).toBe(1001);
  expect(await server.exited()).toBe(0);
});

test.concurrent(
  "who waits to be accepted is served, refused or reset, and never left",
  async () => {
    await using server = await startServer(["cat"]);
    using session = await RawClient.open(server);
    await echo(session);
    const waiting: RawClient[] = [];
    server.signal("SIGSTOP");
    try {
      server.signal("SIGTERM"); // it is there when the server goes on, and so are they
      while (waiting.length < 8) waiting.push(await RawClient.connect(server.port));
      for (const client of waiting) client.write(requestHead());
    } finally {
      server.signal("SIGCONT");
    }
    const outcomes = await Promise.all(
      waiting.map(async (client) => {
        const head = await client.head().catch(() => "reset");
        if (!head.startsWith("HTTP/1.1 101")) return head.slice(0, 12);
        return (await client.settle()).code!;
      }),
    );
    const allowed = [1001, "HTTP/1.1 503", "reset"];
    expect(outcomes.filter((one) => !allowed.includes(one))).toEqual([]);
    expect((await session.settle()).code).toBe(1001);
    expect(await server.exited()).toBe(0);
  },
);

test.concurrent("a server that is over by itself waits for nobody", async () => {
  const words = ["--exit-idle=100ms", `--drain-delay=${LONG}`, "--drain=finish", "cat"];
  for (const workers of [1, 2]) {
    await using server = await startServer([`--workers=${workers}`, ...words]);
    expect(await server.exited()).toBe(0);
  }
});

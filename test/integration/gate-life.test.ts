// A gate's client leaves, the server stops, and there are many at once: gates have their places, and nothing is left behind.

import { expect, setDefaultTimeout, test } from "bun:test";
import { admission, admissionWhenFree, gateOption, refusal } from "../support/gates.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, descriptorsOf, isAlive, isGroupAlive } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const SLOW = "--gate-timeout=60s";

/** A gate that waits until the file `go` is there; its number is a line of `pids`. */
function waitingGate(directory: TestDirectory, before = ""): string {
  const [pids, go] = [directory.file("pids"), directory.file("go")];
  const wait = `while [ ! -e "${go}" ]; do sleep 0.01; done`;
  return gateOption(directory, `${before}\necho $$ >> "${pids}"; ${wait}`);
}

async function gatesRun(directory: TestDirectory, count: number): Promise<number[]> {
  const numbers = () => directory.read("pids").split("\n").filter(Boolean).map(Number);
  await eventually(`${count} gates`, () => numbers().length === count);
  return numbers();
}

async function asking(server: TestServer): Promise<RawClient> {
  const client = await RawClient.connect(server.port);
  client.write(requestHead());
  return client;
}

const LEAVING: Readonly<Record<string, (client: RawClient) => unknown>> = {
  "by FIN": (client) => client.end(),
  "by reset": (client) => client.reset(),
  "by FIN behind bytes that nobody reads": (client) => {
    client.write(Buffer.alloc(1000));
    return client.end();
  },
};
for (const [name, leave] of Object.entries(LEAVING)) {
  test.concurrent(`the client leaves ${name}: its gate ends, and its place is free`, async () => {
    using directory = new TestDirectory();
    const words = ["--maxforks=1", SLOW, waitingGate(directory, 'trap "" TERM')];
    await using server = await startServer([...words, "echo", "in"]);
    using client = await asking(server);
    const [pid] = await gatesRun(directory, 1);
    expect((await refusal(server)).status).toBe(429);
    await leave(client);
    await eventually("its end", () => !isGroupAlive(pid!));
    await server.logged(/ (?:ABANDONED|REFUSED) .*the client left/);
    directory.write("go", "");
    expect(await admissionWhenFree(server)).toEqual(["in"]);
    await server.logged(/ DISCONNECT /);
    expect(server.services).toHaveLength(1);
  });
}

test.concurrent(
  "the client leaves just when the gate lets it in: its place comes free",
  async () => {
    using directory = new TestDirectory();
    const gate = waitingGate(directory);
    await using server = await startServer(["--maxforks=1", SLOW, gate, "echo", "in"]);
    using client = await asking(server);
    await gatesRun(directory, 1);
    directory.write("go", "");
    client.reset();
    expect(await admissionWhenFree(server)).toEqual(["in"]);
  },
);

test.concurrent("what the client sends while its gate runs is its program's", async () => {
  using directory = new TestDirectory();
  await using server = await startServer([SLOW, waitingGate(directory), "cat"]);
  using client = await asking(server);
  client.text("too early");
  await client.flushed();
  await gatesRun(directory, 1);
  directory.write("go", "");
  expect(await client.head()).toStartWith("HTTP/1.1 101 ");
  expect(await client.line()).toBe("too early");
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test.concurrent(`${signal} to the server: gates end, their clients are told 503`, async () => {
    using directory = new TestDirectory();
    const gate = waitingGate(directory, 'trap "" TERM INT');
    await using server = await startServer([SLOW, gate, "echo", "in"]);
    const clients = await Promise.all(Array.from({ length: 5 }, () => asking(server)));
    const pids = await gatesRun(directory, 5);
    server.signal(signal);
    for (const client of clients) {
      expect(await client.head()).toStartWith("HTTP/1.1 503 Service Unavailable\r\n");
    }
    expect(await server.exited()).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    for (const client of clients) client[Symbol.dispose]();
  });
}

test.concurrent("a second signal ends all at once", async () => {
  using directory = new TestDirectory();
  const gate = waitingGate(directory, 'trap "" TERM INT');
  await using server = await startServer([SLOW, gate, "sh", "-c", 'trap "" TERM INT; sleep 60']);
  using client = await asking(server);
  const pids = await gatesRun(directory, 1);
  server.signal("SIGTERM");
  await server.logged(/ stopping /);
  server.signal("SIGTERM");
  await server.exited();
  await eventually("its end", () => !pids.some(isAlive));
  client.reset();
});

test.concurrent("a session and a gate: both end with the server", async () => {
  using directory = new TestDirectory();
  await using server = await startServer([SLOW, waitingGate(directory), "cat"]);
  using first = await asking(server);
  await gatesRun(directory, 1);
  directory.write("go", "");
  expect(await first.head()).toStartWith("HTTP/1.1 101 ");
  Bun.spawnSync(["rm", directory.file("go")]);
  using second = await asking(server);
  const pids = await gatesRun(directory, 2);
  server.signal("SIGTERM");
  expect(await second.head()).toStartWith("HTTP/1.1 503 ");
  expect((await first.settle()).code).toBe(1001);
  expect(await server.exited()).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

test.concurrent(
  "200 at once on 20 places: no more gates than places, and all come free",
  async () => {
    using directory = new TestDirectory();
    const gate = waitingGate(directory);
    await using server = await startServer(["--maxforks=20", SLOW, gate, "cat"]);
    const before = descriptorsOf(server.pid);
    const clients = await Promise.all(Array.from({ length: 200 }, () => asking(server)));
    await eventually("180 refusals", () => server.matching(/ status=429 /).length === 180);
    expect(await gatesRun(directory, 20)).toHaveLength(20);
    expect(server.services).toEqual([]);
    directory.write("go", "");
    await eventually("20 sessions", () => server.services.length === 20);
    for (const client of clients) client.reset();
    await eventually("their end", () => server.matching(/ DISCONNECT /).length === 20);
    await eventually("no child", () => childrenOf(server.pid).length === 0);
    await eventually("no descriptor", () => descriptorsOf(server.pid) <= before);
  },
);

test.concurrent(
  "200 at once on enough places: half are let in, each with its own answer",
  async () => {
    using directory = new TestDirectory();
    const script = 'case $QUERY_STRING in *[13579]) exit 1;; esac; echo "Env: N=$QUERY_STRING"';
    const gate = gateOption(directory, script);
    await using server = await startServer([gate, "--gate-timeout=60s", "sh", "-c", "echo $N"]);
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const target = `/?${i}`;
        if (i % 2 === 1) return (await refusal(server, { target })).status;
        return (await admission(server, { target })).lines[0];
      }),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => (i % 2 === 1 ? 403 : `${i}`)));
    await eventually("no child", () => childrenOf(server.pid).length === 0);
  },
);

test.concurrent("--maxforks-per-ip counts gates", async () => {
  using directory = new TestDirectory();
  const gate = waitingGate(directory);
  await using server = await startServer(["--maxforks-per-ip=1", SLOW, gate, "echo", "in"]);
  using client = await asking(server);
  await gatesRun(directory, 1);
  expect((await refusal(server)).status).toBe(429);
  directory.write("go", "");
  expect(await client.head()).toStartWith("HTTP/1.1 101 ");
});

test.concurrent(
  "--once: who is refused is not the one; who comes after the one is told 503",
  async () => {
    using directory = new TestDirectory();
    const gate = waitingGate(directory, '[ "$QUERY_STRING" = no ] && exit 1');
    await using server = await startServer(["--once", SLOW, gate, "cat"]);
    for (let i = 0; i < 3; i++)
      expect((await refusal(server, { target: "/?no" })).status).toBe(403);
    const clients = await Promise.all([asking(server), asking(server)]);
    await gatesRun(directory, 2);
    directory.write("go", "");
    const heads = await Promise.all(clients.map((client) => client.head()));
    const statuses = heads.map((head) => head.split(" ")[1]).toSorted();
    expect(statuses).toEqual(["101", "503"]);
    for (const client of clients) client.reset();
    expect(await server.exited()).toBe(0);
    expect(server.services).toHaveLength(1);
  },
);

test.concurrent("--exit-idle: who waits for a gate is somebody, and who left is not", async () => {
  using directory = new TestDirectory();
  const gate = waitingGate(directory, 'trap "" TERM');
  await using server = await startServer(["--exit-idle=4s", SLOW, gate, "cat"]);
  using client = await asking(server);
  const [pid] = await gatesRun(directory, 1);
  client.reset();
  expect(await server.exited()).toBe(0);
  expect(isAlive(pid!)).toBe(false);
});

test.concurrent("--reverselookup comes first", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, 'echo "Env: NAME=$REMOTE_HOST"');
  await using server = await startServer([
    "--reverselookup",
    gate,
    "sh",
    "-c",
    "echo $NAME $REMOTE_HOST",
  ]);
  const [line = ""] = (await admission(server)).lines;
  const [told, own] = line.split(" ");
  expect(told).toBe(own!);
  expect(told).not.toBe("");
});

// The client has left: the program is told by EOF, then by signals, and nobody of its group stays.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, descriptorsOf } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** The ways to leave. */
const WAYS: readonly (readonly [name: string, leave: (client: RawClient) => Promise<void>])[] = [
  [
    "a Close",
    async (client) => {
      client.close(1000);
      await client.farewell();
    },
  ],
  ["FIN without a Close", async (client) => client.end()],
  ["a reset", async (client) => client.reset()],
];

/** Everything of the session is gone, at the moment at which the log says so. */
async function gone(server: TestServer, count = 1): Promise<void> {
  await eventually("the session's end", () => server.matching(/ DISCONNECT /).length >= count);
  expect(server.leftovers()).toEqual([]);
}

describe.each(WAYS)("after %s", (_, leave) => {
  test.concurrent("the program sees EOF and has time to finish", async () => {
    using directory = new TestDirectory();
    const script = `trap 'echo signal >> "$1"' INT TERM; cat > /dev/null; echo EOF >> "$1"`;
    await using server = await startServer(["sh", "-c", script, "sh", directory.file("log")]);
    using client = await RawClient.open(server);
    client.text("begin");
    await leave(client);
    await gone(server);
    expect(directory.read("log")).toBe("EOF\n");
  });

  test.concurrent("a program that ignores EOF gets SIGINT, SIGTERM and SIGKILL", async () => {
    using directory = new TestDirectory();
    const script =
      `trap 'echo INT >> "$1"' INT; trap 'echo TERM >> "$1"' TERM; ` +
      "echo ready; while :; do sleep 0.02; done";
    await using server = await startServer(["sh", "-c", script, "sh", directory.file("log")]);
    using client = await RawClient.open(server);
    expect(await client.line()).toBe("ready");
    await leave(client);
    await gone(server);
    expect(directory.read("log")).toBe("INT\nTERM\n");
  });

  test.concurrent("grandchildren that ignore all but SIGKILL die too", async () => {
    const deaf = `trap '' INT TERM; while :; do sleep 0.5; done`;
    const script = `sh -c "$1" & sh -c "$1" & echo ready; exec cat`;
    await using server = await startServer(["sh", "-c", script, "sh", deaf]);
    using client = await RawClient.open(server);
    expect(await client.line()).toBe("ready");
    await eventually("the grandchildren", () => server.leftovers().length >= 3);
    await leave(client);
    await gone(server);
  });
});

test.concurrent(
  "SIGINT is enough for a program that obeys it, and SIGTERM never comes",
  async () => {
    using directory = new TestDirectory();
    const script =
      `trap 'echo INT >> "$1"; exit 5' INT; trap 'echo TERM >> "$1"' TERM; ` +
      "echo ready; while :; do sleep 0.02; done";
    await using server = await startServer(["sh", "-c", script, "sh", directory.file("log")]);
    using client = await RawClient.open(server);
    expect(await client.line()).toBe("ready");
    client.close(1000);
    await gone(server);
    expect(directory.read("log")).toBe("INT\n");
  },
);

test.concurrent("--closems gives it longer: no signal comes to who needs a second", async () => {
  using directory = new TestDirectory();
  const script = `trap 'echo INT >> "$1"' INT; cat > /dev/null; sleep 1; echo done >> "$1"`;
  const words = ["--closems=60000", "sh", "-c", script, "sh", directory.file("log")];
  await using server = await startServer(words);
  using client = await RawClient.open(server);
  client.text("begin");
  client.close(1000);
  await gone(server);
  expect(directory.read("log")).toBe("done\n");
});

test.concurrent("a program that floods and never reads is ended all the same", async () => {
  await using server = await startServer(["yes"]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("y");
  client.reset();
  await gone(server);
});

test.concurrent("a grandchild that holds stdout does not hold the session", async () => {
  await using server = await startServer(["sh", "-c", "sleep 1000 & echo done"]);
  using client = await RawClient.open(server);
  const { messages, code } = await client.settle();
  expect(messages.map((bytes) => Buffer.from(bytes).toString())).toEqual(["done"]);
  expect(code).toBe(1000);
  await gone(server);
});

test.concurrent("a stopped program (SIGSTOP) is ended all the same", async () => {
  await using server = await startServer(["cat"]);
  using client = await RawClient.open(server);
  client.text("begin");
  await client.line();
  await server.logged(/ CONNECT /);
  process.kill(server.services[0]!, "SIGSTOP");
  client.close(1000);
  await gone(server);
});

test.concurrent("no zombie and no descriptor stays while the server lives", async () => {
  await using server = await startServer(["sh", "-c", "sleep 1000 & read -r line; exit $line"]);
  using first = await RawClient.open(server);
  await eventually("the first session", () => server.services.length === 1);
  first.text("0");
  await first.settle();
  await gone(server);
  const descriptors = descriptorsOf(server.pid);
  const ends = Array.from({ length: 24 }, async (_, i) => {
    using client = await RawClient.open(server);
    if (i % 3 === 0) return client.end();
    if (i % 3 === 1) return client.reset();
    client.text("3");
    expect((await client.settle()).code).toBe(4003);
    await client.ended();
  });
  await Promise.all(ends);
  await gone(server, 25);
  expect(childrenOf(server.pid)).toEqual([]);
  await eventually("closed descriptors", () => descriptorsOf(server.pid) <= descriptors);
});

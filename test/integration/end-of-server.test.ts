// The server is told to stop, or is killed: clients hear of it, services end, nothing is left.

import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { FOREIGN_CLIENTS } from "../support/server-foreign-clients.ts";
import { isAlive, isListening, unreadFrom } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const DEAF = "trap '' INT TERM; echo ready; while :; do sleep 0.05; done";

test.concurrent.each(["SIGTERM", "SIGINT"] as const)(
  "%s: 1001, status 0, nothing left",
  async (signal) => {
    await using server = await startServer(["sh", "-c", "sleep 1000 & exec cat"]);
    const clients = await Promise.all(FOREIGN_CLIENTS.map(([, open]) => open(server.url)));
    using raw = await RawClient.open(server);
    for (const client of clients) client.send("begin");
    for (const client of clients) expect(await client.message()).toBe("begin");
    server.signal(signal);
    for (const client of clients) expect((await client.closed()).code).toBe(1001);
    expect((await raw.settle()).code).toBe(1001);
    expect(await server.exited()).toBe(0);
    expect(server.leftovers()).toEqual([]);
    expect(server.matching(/ DISCONNECT .*reason="server stopping"/)).toHaveLength(3);
  },
);

test.concurrent("an idle server stops at once", async () => {
  await using server = await startServer(["cat"]);
  server.signal("SIGTERM");
  expect(await server.exited()).toBe(0);
});

test.concurrent("a client that never answers the Close does not hold it for ever", async () => {
  await using server = await startServer(["cat"]);
  using client = await RawClient.open(server);
  server.signal("SIGTERM");
  expect((await client.farewell()).code).toBe(1001);
  expect(await server.exited()).toBe(0);
});

test.concurrent("a client that has not sent its head does not hold it", async () => {
  await using server = await startServer(["cat"]);
  using silent = await RawClient.connect(server.port);
  using halfway = await RawClient.connect(server.port);
  halfway.write("GET / HTTP/1.1\r\nHost: x\r\n");
  using session = await RawClient.open(server); // after which the other two have been accepted
  session.close(1000);
  await session.farewell();
  server.signal("SIGTERM");
  expect(await server.exited()).toBe(0);
  await silent.ended();
  await halfway.ended();
});

test.concurrent("a program that ignores EOF, SIGINT and SIGTERM is killed", async () => {
  await using server = await startServer(["sh", "-c", DEAF]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  server.signal("SIGTERM");
  expect((await client.settle()).code).toBe(1001);
  expect(await server.exited()).toBe(0);
  expect(server.leftovers()).toEqual([]);
});

test.concurrent("while it stops, nobody new is let in", async () => {
  await using server = await startServer(["--closems=60000", "sh", "-c", DEAF]);
  using client = await RawClient.open(server);
  using early = await RawClient.connect(server.port);
  expect(await client.line()).toBe("ready");
  early.write("GET / HTTP/1.1\r\n");
  // What is not accepted yet is reset with the listening socket.
  await eventually("that it is accepted", () => unreadFrom(early.port) === 0);
  server.signal("SIGTERM");
  expect((await client.settle()).code).toBe(1001);
  early.write("Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
  early.write("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  expect(await early.head()).toStartWith("HTTP/1.1 503 ");
  expect(isListening(server.port)).toBe(false);
  server.signal("SIGTERM");
  await server.exited();
});

test.concurrent("a second signal ends everything at once", async () => {
  // With these waits an orderly end would take minutes.
  await using server = await startServer([
    "--closems=600000",
    "sh",
    "-c",
    `sh -c "$1" & ${DEAF}`,
    "sh",
    DEAF,
  ]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  expect(await client.line()).toBe("ready");
  server.signal("SIGTERM");
  await server.logged(/ stopping signal=SIGTERM/);
  server.signal("SIGINT");
  expect(await server.exited()).toBe(130); // as a shell has it: 128 and the second signal
  await eventually("the services' end", () => server.leftovers().length === 0);
});

test.concurrent("SIGKILL of the server: services see EOF and end", async () => {
  using directory = new TestDirectory();
  const script = `cat > /dev/null; echo EOF >> "$1"`;
  await using server = await startServer(["sh", "-c", script, "sh", directory.file("log")]);
  using first = await RawClient.open(server);
  using second = await RawClient.open(server);
  first.text("begin");
  await eventually("both services", () => server.services.length === 2);
  await server.crash(); // throws when a service lives on
  expect(server.services.map(isAlive)).toEqual([false, false]);
  expect(directory.read("log")).toBe("EOF\nEOF\n");
  await first.ended();
  await second.ended();
});

test.concurrent("SIGKILL of the server: a service that writes gets SIGPIPE and ends", async () => {
  await using server = await startServer(["yes"]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("y");
  client.pause();
  await server.crash();
});

test.concurrent("what a client is owed at the stop arrives before the Close", async () => {
  await using server = await startServer(["seq", "1", "200000"]);
  using client = await RawClient.open(server);
  client.pause();
  await eventually("the program's end", () => server.services.length === 1);
  server.signal("SIGTERM");
  await server.logged(/ stopping /);
  client.resume();
  const { messages } = await client.settle();
  const wrong = messages.findIndex((bytes, i) => Buffer.from(bytes).toString() !== String(i + 1));
  expect(wrong).toBe(-1); // as far as it came, whole and in order
  expect(await server.exited()).toBe(0);
});

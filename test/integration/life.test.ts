// --session-timeout, --idle-timeout, --once, --exit-idle: sessions and servers that end by themselves.

import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { isListening } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

test.concurrent("--session-timeout ends a session that is in use", async () => {
  await using server = await startServer([
    "--session-timeout=300ms",
    "sh",
    "-c",
    "while :; do echo x; sleep 0.02; done",
  ]);
  using client = await RawClient.open(server);
  const reason = "the session has lasted as long as it may";
  expect(await client.farewell()).toMatchObject({ code: 1001, reason });
  expect(await server.logged(/ DISCONNECT /)).toContain("--session-timeout");
});

test.concurrent("--idle-timeout ends a session in which nothing is said", async () => {
  await using server = await startServer(["--idle-timeout=200ms", "cat"]);
  using client = await RawClient.open(server);
  client.text("hello");
  expect(await client.line()).toBe("hello");
  const reason = "nothing was said for as long as may be";
  expect(await client.farewell()).toMatchObject({ code: 1001, reason });
  expect(await server.logged(/ DISCONNECT /)).toContain("--idle-timeout");
});

test.concurrent("a program that ends before leaves no time running", async () => {
  await using server = await startServer([
    "--session-timeout=1h",
    "--idle-timeout=1h",
    "sh",
    "-c",
    "echo x",
  ]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("x");
  expect(await client.farewell()).toMatchObject({ code: 1000, reason: "exit 0" });
  await server.stop();
});

test.concurrent("--once serves one WebSocket; what is refused is none", async () => {
  await using server = await startServer(["--once", "cat"]);
  const refused = await fetch(server.url.replace("ws:", "http:"));
  expect(refused.status).toBe(404);
  using client = await RawClient.open(server);
  await eventually("the end of listening", () => !isListening(server.port));
  client.text("hello");
  expect(await client.line()).toBe("hello");
  expect(server.running).toBe(true);
  client.close(1000);
  expect(await client.farewell()).toMatchObject({ code: 1000, reason: "" });
  expect(await server.exited()).toBe(0);
  expect(server.leftovers()).toEqual([]);
});

test.concurrent("--once: a connection from before gets no second session", async () => {
  await using server = await startServer(["--once", "cat"]);
  using waiting = await RawClient.connect(server.port);
  using client = await RawClient.open(server);
  waiting.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
  waiting.write("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  expect(await waiting.head()).toStartWith("HTTP/1.1 503 ");
  client.close(1000);
  expect(await server.exited()).toBe(0);
});

test.concurrent("--exit-idle: a server that nobody comes to ends", async () => {
  await using server = await startServer(["--exit-idle=100ms", "cat"]);
  expect(await server.exited()).toBe(0);
  expect(server.lines.join("\n")).toContain("--exit-idle");
});

test.concurrent("--exit-idle counts from the last to leave", async () => {
  await using server = await startServer(["--exit-idle=6s", "cat"]);
  using client = await RawClient.open(server);
  client.text("hello");
  expect(await client.line()).toBe("hello");
  client.close(1000);
  expect(await server.exited()).toBe(0);
});

// --readonly: what clients type reaches no program, whatever they are; sizes do, and signals are refused.

import { expect, setDefaultTimeout, test } from "bun:test";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { TerminalClient } from "../support/terminal-client.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Says each size it hears of, and what it reads, if it reads anything. */
const PROGRAM = `trap 'stty size' WINCH; echo ready
while :; do read -r -t 0.05 line && echo "read $line"; done`;

test("keys are dropped, also more of them than any queue holds; the size is taken", async () => {
  await using server = await startServer(["--pty", "--readonly", "bash", "-c", PROGRAM]);
  using client = await TerminalClient.open(server);
  await client.shows("ready");
  client.type("typed\r\x03\x04");
  for (let i = 0; i < 40; i++) client.type("x".repeat(100_000));
  client.resize(100, 40);
  await client.shows("40 100");
  client.resize(90, 30);
  const screen = await client.shows("30 90\r\n");
  expect(screen).toBe("ready\r\n40 100\r\n30 90\r\n");
});

test("a signal is refused, and the reason says why", async () => {
  await using server = await startServer(["--pty", "--readonly", "bash", "-c", PROGRAM]);
  using client = await TerminalClient.open(server);
  await client.shows("ready");
  client.signal("INT");
  const { code, reason } = await client.closed;
  expect(code).toBe(1008);
  expect(reason).toContain("--readonly");
});

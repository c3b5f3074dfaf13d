// Both pipes full at once: websocketd 0.4.1 stops for ever after ten such messages, this must not.

import { expect, setDefaultTimeout, test } from "bun:test";
import { frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Sends `count` messages of `size` bytes, at most `window` of them unanswered, and checks each echo. */
async function echo(client: RawClient, load: { size: number; count: number; window: number }) {
  const { size, count, window } = load;
  const payload = (i: number) => `${i} `.padEnd(size, "abcdefghijklmnopqrstuvwxyz");
  let sent = 0;
  for (let received = 0; received < count; received++) {
    while (sent < count && sent < received + window) {
      client.write(frame({ opcode: 1, payload: payload(sent++) }));
    }
    const back = Buffer.from(await client.message()).toString();
    if (back !== payload(received)) throw new Error(`echo ${received} is ${back.slice(0, 40)}...`);
  }
}

test("60,000 bytes, 64 in flight, on one connection and on four", async () => {
  await using server = await startServer(["cat"]);
  for (const connections of [1, 4]) {
    const clients = await Promise.all(
      Array.from({ length: connections }, () => RawClient.open(server)),
    );
    try {
      const load = { size: 60_000, count: 600 / connections, window: 64 };
      await Promise.all(clients.map((client) => echo(client, load)));
    } finally {
      for (const client of clients) client.reset();
    }
  }
});

test("1 MiB messages, 8 in flight, through the smallest queue", async () => {
  await using server = await startServer(["--queue=4096", "cat"]);
  using client = await RawClient.open(server);
  await echo(client, { size: 1_048_576, count: 24, window: 8 });
});

test("small messages, 10,000 in flight", async () => {
  await using server = await startServer(["cat"]);
  using client = await RawClient.open(server);
  await echo(client, { size: 64, count: 50_000, window: 10_000 });
});

test("a program that writes much more than it reads, and never stops to do either", async () => {
  // Each line comes back eight times: the way out is full while the way in still fills.
  await using server = await startServer(["sed", "p;p;p;p;p;p;p"]);
  using client = await RawClient.open(server);
  const count = 400;
  const payload = "x".repeat(20_000);
  for (let i = 0; i < count; i++) client.text(payload);
  for (let i = 0; i < 8 * (count - 10); i++) {
    const { length } = await client.message(); // sed holds the last few back until its input ends
    if (length !== payload.length) expect(length).toBe(payload.length);
  }
  expect(client.unsent).toBe(0);
});

test("with little buffer memory for all, four floods still come through", async () => {
  await using server = await startServer(["--buffer-memory=1M", "cat"]);
  const clients = await Promise.all(Array.from({ length: 4 }, () => RawClient.open(server)));
  try {
    const load = { size: 60_000, count: 100, window: 32 };
    await Promise.all(clients.map((client) => echo(client, load)));
    expect(server.matching(/ DISCONNECT /)).toEqual([]);
  } finally {
    for (const client of clients) client.reset();
  }
});

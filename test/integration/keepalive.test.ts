// --pingms: who is silent is pinged, who stays so is dead, and neither depends on how slow the program is.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { concat, frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { atRest } from "../support/server-stall.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const OPCODE_PING = 9;
const OPCODE_PONG = 10;
/** An answer may be late by this much on a busy machine. */
const INTERVAL = "--pingms=1000";
/** More intervals than a client can be silent for. */
const PINGS = 4;

async function pinged(client: RawClient): Promise<void> {
  const { opcode, payload } = await client.frame();
  expect([opcode, payload.length]).toEqual([OPCODE_PING, 0]);
}

describe("a client that sends nothing", () => {
  test.concurrent("5.5.3 and pongs lives, and its program hears nothing of it", async () => {
    await using server = await startServer([INTERVAL, "cat"]);
    using client = await RawClient.open(server);
    for (let i = 0; i < PINGS; i++) {
      await pinged(client);
      client.write(frame({ opcode: OPCODE_PONG, payload: "" }));
    }
    client.text("still here");
    expect(await client.line()).toBe("still here");
    client.close(1000);
    expect((await client.farewell()).messages).toEqual([]);
  });

  test.concurrent(
    "and does not pong is dead after two intervals, and the log says why",
    async () => {
      await using server = await startServer([INTERVAL, "cat"]);
      using client = await RawClient.open(server);
      await pinged(client);
      expect((await client.rest()).length).toBe(0); // no Close: nobody is there to read it
      expect(await server.logged(/ DISCONNECT /)).toContain("--pingms");
      expect(server.leftovers()).toEqual([]);
    },
  );
});

test.concurrent("5.5.2 a client whose messages nobody reads is pinged, and lives", async () => {
  using directory = new TestDirectory();
  const script = `until [ -e "$1" ]; do sleep 0.02; done; exec wc -c`;
  const words = [INTERVAL, "sh", "-c", script, "sh", directory.file("go")];
  await using server = await startServer(words);
  using client = await RawClient.open(server);
  const count = 400;
  const message = frame({ opcode: 1, payload: "x".repeat(59_999) });
  client.write(concat(Array<Uint8Array>(count).fill(message)));
  client.close(1000);
  await atRest("the flood", () => client.unsent);
  // It answers none of them: its Pongs would wait behind its messages.
  for (let i = 0; i < PINGS; i++) await pinged(client);
  expect(client.unsent).toBeGreaterThan(0);
  directory.write("go", "");
  const { code } = await client.farewell();
  expect(code).toBe(1000);
  expect(client.unsent).toBe(0);
});

test.concurrent("who says nothing, and slowly takes what its program writes, lives", async () => {
  // Long lines: this process must not be so long at taking them apart that it cannot answer the other tests' Pings.
  const yes = 'yes "$(printf %01000d 0)"';
  const script = `case $PATH_INFO in /yes) exec ${yes};; *) exec cat;; esac`;
  await using server = await startServer([INTERVAL, "sh", "-c", script]);
  using clock = await RawClient.open(server);
  using client = await RawClient.open(server, { target: "/yes" });
  for (let i = 0; i < PINGS; i++) {
    client.pause();
    await pinged(clock);
    clock.write(frame({ opcode: OPCODE_PONG, payload: "" }));
    client.resume();
    const { unread } = client;
    await eventually("more of it", () => client.unread > unread);
  }
  client.close(1000);
  expect((await client.farewell()).code).toBe(1000);
});

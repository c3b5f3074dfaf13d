// Clients that make their programs write and do not read: what waits for all of them together is bounded, others are served.

import { expect, setDefaultTimeout, test } from "bun:test";
import { Bystander } from "../support/raw-bystander.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { residentMemory } from "../support/server-processes.ts";
import { atRest, bytesWrittenBy } from "../support/server-stall.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const MIB = 1024 * 1024;
const CLIENTS = 40;
/** Of the JavaScript heap, its compiled code and its garbage. */
const ALLOWANCE = 48 * MIB;
const BY_PATH = "case $PATH_INFO in /yes) exec yes;; *) exec cat;; esac";

test("40 slow readers of `yes`, --buffer-memory=4M: all together hold no more than that", async () => {
  await using server = await startServer(["--buffer-memory=4M", "sh", "-c", BY_PATH]);
  const bystander = await Bystander.start(server);
  await bystander.echoes(500);
  const before = residentMemory(server.pid);
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => RawClient.open(server, { target: "/yes" })),
  );
  try {
    for (const client of clients) client.pause();
    const written = () => server.services.reduce((sum, pid) => sum + bytesWrittenBy(pid), 0);
    // The bystander's program writes, too: what is at rest are the others.
    const others = server.services.slice(1);
    await atRest("40 times `yes`", () => others.reduce((sum, pid) => sum + bytesWrittenBy(pid), 0));
    await bystander.echoes(500);
    expect(residentMemory(server.pid) - before).toBeLessThan(4 * MIB + ALLOWANCE);
    const atStall = written();
    // A sip now and then makes nobody's queue grow, and is answered by more of the same.
    for (const client of clients) {
      client.resume();
      const { unread } = client;
      await eventually("a sip", () => client.unread > unread);
      client.pause();
    }
    await bystander.echoes(100);
    await atRest("40 times `yes`", () => others.reduce((sum, pid) => sum + bytesWrittenBy(pid), 0));
    expect(written()).toBeGreaterThan(atStall);
    expect(residentMemory(server.pid) - before).toBeLessThan(4 * MIB + ALLOWANCE);
  } finally {
    for (const client of clients) client.reset();
  }
  await eventually("their ends", () => server.matching(/ DISCONNECT /).length === CLIENTS);
  await bystander.stop();
});

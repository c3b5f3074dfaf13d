// SIGUSR2: another process serves on the same sockets, and nobody notices.

import { expect, setDefaultTimeout, test } from "bun:test";
import { Generations } from "../support/generations.ts";
import { loadDuring } from "../support/load-during.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { isAlive, processState } from "../support/server-processes.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

test("under load no connection fails and no message is lost", async () => {
  await using all = await Generations.start(["cat"]);
  const { server } = all;
  const load = await loadDuring([server.url], async () => {
    for (let i = 0; i < 3; i++) await all.upgrade();
  });
  expect(load.problem).toBe(null);
  expect(load.visits).toBeGreaterThan(10);
  expect(load.echoes).toBeGreaterThan(1000);
  for (const pid of all.pids.slice(0, -1)) await all.gone(pid);
});

test("who is with the old one stays with it, and it ends with the last", async () => {
  await using all = await Generations.start(["cat"]);
  using client = await RawClient.open(all.server);
  await all.upgrade();
  client.text("as ever");
  expect(await client.line()).toBe("as ever");
  expect(all.server.running).toBe(true);
  client.close(1000);
  expect((await client.settle()).code).toBe(1000);
  await all.gone(all.server.pid);
  using next = await RawClient.open(all.server);
  next.text("from the next");
  expect(await next.line()).toBe("from the next");
});

test("the third is no orphan of the first, to which it comes when the second has ended", async () => {
  for (const words of [["cat"], ["--workers=2", "cat"]]) {
    await using all = await Generations.start(words);
    const { server } = all;
    const clients = await Promise.all([RawClient.open(server), RawClient.open(server)]);
    await all.upgrade();
    await all.upgrade();
    await all.gone(all.pids[1]!);
    const isAdopted = () => processState(all.pid)?.parent === server.pid;
    await eventually("its being adopted", isAdopted);
    for (const client of clients) {
      client.close(1000);
      await client.settle();
    }
    await all.gone(server.pid);
    expect(server.matching(/left a process behind/)).toEqual([]);
    using client = await RawClient.open(server);
    client.text("and serves");
    expect(await client.line()).toBe("and serves");
  }
});

test("--exit-idle counts the sessions of those before", async () => {
  for (const words of [["cat"], ["--workers=2", "cat"]]) {
    await using all = await Generations.start(["--exit-idle=100ms", ...words]);
    using client = await RawClient.open(all.server);
    await all.upgrade();
    for (let i = 0; i < 10; i++) {
      client.text(String(i));
      expect(await client.line()).toBe(String(i));
      await Bun.sleep(50); // time in which the next one would end
    }
    expect(isAlive(all.pid)).toBe(true);
    client.close(1000);
    for (const pid of all.pids) await all.gone(pid);
    await all.server.logged(/nobody was connected/);
  }
});

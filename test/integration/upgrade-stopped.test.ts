// SIGTERM while SIGUSR2 is under way: whoever gets it, whenever it comes, nobody is left behind.

import { existsSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { Generations } from "../support/generations.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isAlive, isListening } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

/** The process that an upgrade has begun with. */
async function beginning({ server }: Generations): Promise<number> {
  server.signal("SIGUSR2");
  return Number(/ pid=(\d+)/.exec(await server.logged(/an upgrade begins/))![1]);
}

test.each([1, 2])("both signals as soon as it listens (%d workers)", async (workers) => {
  using directory = new TestDirectory();
  const words = [`--workers=${workers}`, `--pidfile=${directory.file("pid")}`, "cat"];
  // What SIGUSR2 leads to may be loading yet: that comes to its end before the server does.
  await using server = await startServer(["--drain-delay=300ms", ...words]);
  server.signal("SIGUSR2");
  await Bun.sleep(1);
  server.signal("SIGTERM");
  expect(await server.exited()).toBe(0);
  expect(isListening(server.port)).toBe(false);
  expect(existsSync(directory.file("pid"))).toBe(false);
});

test.each([1, 2])(
  "to the new one before it serves: the old one goes on (%d workers)",
  async (workers) => {
    using directory = new TestDirectory();
    const words = [`--workers=${workers}`, `--pidfile=${directory.file("pid")}`, "cat"];
    await using all = await Generations.start(words);
    const { server } = all;
    process.kill(await beginning(all), "SIGTERM");
    await server.logged(/the upgrade has failed, .* reason="signal SIGTERM"/);
    expect(directory.read("pid")).toBe(`${server.pid}\n`);
    using client = await RawClient.open(server);
    client.text("as ever");
    expect(await client.line()).toBe("as ever");
  },
);

test.each([1, 2])(
  "to the new one before the old one has noticed that it serves (%d workers)",
  async (workers) => {
    using directory = new TestDirectory();
    const words = [`--workers=${workers}`, `--pidfile=${directory.file("pid")}`, "cat"];
    await using all = await Generations.start(words);
    const { server } = all;
    using client = await RawClient.open(server);
    const pid = await beginning(all);
    server.signal("SIGSTOP");
    await eventually("its number", () => directory.read("pid") === `${pid}\n`);
    process.kill(pid, "SIGTERM");
    server.signal("SIGCONT");
    expect((await client.settle()).code).toBe(1001);
    expect(await server.exited()).toBe(0);
    await eventually("the end of both", () => !isAlive(pid));
    expect(existsSync(directory.file("pid"))).toBe(false);
  },
);

// SIGHUP again and again, with another file each time, while the load generator runs.

import { expect, setDefaultTimeout, test } from "bun:test";
import { loadDuring } from "../support/load-during.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const RELOADS = 8;

test.each([1, 2])("no connection fails and no message is lost (%d workers)", async (workers) => {
  using directory = new TestDirectory();
  const path = directory.write("c.toml", "");
  const words = [`--config=${path}`, `--workers=${workers}`, "cat"];
  await using server = await startServer(words);
  const said = () => server.matching(/the configuration (?:is read|stays as it was)/).length;
  const load = await loadDuring([server.url], async () => {
    for (let i = 0; i < RELOADS; i++) {
      const before = said();
      // Every third is bad.
      directory.write("c.toml", i % 3 === 2 ? "maxfork = 1" : `maxforks = ${100 + i}`);
      server.signal("SIGHUP");
      await eventually("what became of it", () => said() > before);
    }
  });
  expect(load.problem).toBe(null);
  expect(load.visits).toBeGreaterThan(0);
  expect(load.echoes).toBeGreaterThan(100);
});

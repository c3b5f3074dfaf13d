// SIGUSR2 with --workers: the next parent's workers accept on the sockets of the old one's.

import { expect, setDefaultTimeout, test } from "bun:test";
import { partOf } from "../../src/start/held-sockets.ts";
import { Generations } from "../support/generations.ts";
import { loadDuring } from "../support/load-during.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { TestDirectory } from "../support/server-directory.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

test("under load no connection fails and no message is lost, however many workers there are", async () => {
  using directory = new TestDirectory();
  const config = directory.write("config.toml", "workers = 2");
  await using all = await Generations.start([`--config=${config}`, "cat"]);
  const { server } = all;
  const load = await loadDuring([server.url], async () => {
    for (const workers of [2, 4, 1, 3]) {
      directory.write("config.toml", `workers = ${workers}`);
      await all.upgrade();
    }
  });
  expect(load.problem).toBe(null);
  expect(load.visits).toBeGreaterThan(10);
  for (const pid of all.pids.slice(0, -1)) await all.gone(pid);
});

test("each socket has its worker, and each worker a socket", () => {
  for (let count = 1; count <= 9; count++) {
    for (let workers = 2; workers <= 9; workers++) {
      const owners = Array.from({ length: count }, () => 0);
      const parts = Array.from({ length: workers }, (_, i) => {
        return partOf(count, { worker: i + 1, workers });
      });
      for (const part of parts) {
        expect(part.length).toBeGreaterThan(0);
        for (const { i } of part) owners[i]!++;
      }
      expect(owners.every((owned) => owned > 0)).toBe(true);
      const shared = parts.flat().every(({ i, isShared }) => isShared === owners[i]! > 1);
      expect(shared).toBe(true);
    }
  }
});

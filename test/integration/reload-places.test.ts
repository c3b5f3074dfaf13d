// SIGHUP, and where the file is: one that comes, one that goes, one that was named by a relative path.

import { mkdirSync, rmSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** What the log says of it. */
async function reload(server: TestServer): Promise<string> {
  const heard = /the configuration (is read|stays)|certificates/;
  const before = server.matching(heard).length;
  server.signal("SIGHUP");
  return eventually("what came of it", () => server.matching(heard)[before] ?? null);
}

async function said(server: TestServer): Promise<string> {
  using client = await RawClient.open(server);
  return await client.line();
}

test("one that is found where none was counts from then on, and must be there", async () => {
  using directory = new TestDirectory();
  mkdirSync(directory.file("websockd"));
  const environment = { XDG_CONFIG_HOME: directory.path };
  await using server = await startServer(["sh", "-c", "echo $A words"], { environment });
  expect(await said(server)).toBe("words");
  const path = directory.write("websockd/config.toml", 'env = ["A=file"]\ncommand = ["cat"]\n');
  expect(await reload(server)).toContain(`is read file=${path}`);
  expect(await said(server)).toBe("file words");
  rmSync(path);
  expect(await reload(server)).toContain(`${path}: cannot be read: ENOENT`);
  expect(await said(server)).toBe("file words");
});

test("a relative path is where it was", async () => {
  using directory = new TestDirectory();
  directory.write("a.toml", 'command = ["echo", "old"]\n');
  await using server = await startServer(["--config=a.toml"], { directory: directory.path });
  directory.write("a.toml", 'command = ["echo", "new"]\n');
  expect(await reload(server)).toContain("is read file=a.toml");
  expect(await said(server)).toBe("new");
});

// SIGHUP, and the death of a worker whose sessions began under a configuration that is none any more.

import { readdirSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { TestCgroup } from "../support/cgroup.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isAlive } from "../support/server-processes.ts";
import { startWorkers, workerPids, workersGone } from "../support/server-workers.ts";
import { TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { TerminalClient } from "../support/terminal-client.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const QUICK = 'stop = "eof:50ms,TERM:50ms,KILL"\n';
const OTHER = `${QUICK}command = ["cat"]\n`;

async function reloaded(server: TestServer, directory: TestDirectory, text: string): Promise<void> {
  directory.write("a.toml", text);
  server.signal("SIGHUP");
  await server.logged(/the configuration is read/);
}

async function killWorkers(server: TestServer): Promise<void> {
  const pids = workerPids(server);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await workersGone(pids);
}

test("a shell's jobs are ended though no program has a terminal now", async () => {
  using directory = new TestDirectory();
  const shell = 'command = ["bash", "--norc", "--noprofile", "--noediting"]\n';
  const path = directory.write("a.toml", `${QUICK}env = ["PS1=ready> "]\npty = true\n${shell}`);
  await using server = await startWorkers(2, [`--config=${path}`]);
  using client = await TerminalClient.open(server);
  await client.shows("ready> ");
  client.type("(trap '' HUP TERM; sleep 1003) &\r");
  await eventually("a job", () => server.leftovers().length >= 2);
  await reloaded(server, directory, OTHER);
  await killWorkers(server);
  await eventually("its end", () => server.leftovers().length === 0);
});

test("a cgroup's daemons are ended though no program has a cgroup now", async () => {
  using cgroup = TestCgroup.make("no daemon can be caught");
  if (cgroup === null) return;
  using directory = new TestDirectory();
  const daemon = "trap '' INT TERM; echo $$; exec > /dev/null 2>&1; while :; do sleep 1; done";
  const program = directory.write("daemon", `#!/bin/sh\n${daemon}\n`, 0o755);
  const command = `command = ["sh", "-c", "setsid ${program} & exec cat"]\n`;
  const path = directory.write("a.toml", `${QUICK}cgroup = "${cgroup.path}"\n${command}`);
  await using server = await startWorkers(2, [`--config=${path}`]);
  using client = await RawClient.open(server);
  const pid = Number(await client.line());
  await reloaded(server, directory, OTHER);
  await killWorkers(server);
  await eventually("its end", () => !isAlive(pid));
  await eventually("no leaf", () => {
    return !readdirSync(cgroup.path).some((name) => name.startsWith("websockd-"));
  });
  expect(server.running).toBe(true);
});

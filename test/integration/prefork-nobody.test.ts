// --prefork where nobody else can come: no program is started in vain.

import { existsSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { called, inetd, INETD } from "../support/inetd.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Says in a file that it was started; its session takes longer than the start of another would wait. */
function program(directory: TestDirectory): string {
  const script = `#!/bin/sh\necho up >> ${directory.file("up")}\nread -r line\nsleep 0.2\necho $line\n`;
  return directory.write("program", script, 0o755);
}

async function serve(client: RawClient): Promise<void> {
  client.text("hello");
  expect(await client.line()).toBe("hello");
  await client.farewell();
}

test("--once: none takes the place of the one that was taken", async () => {
  using directory = new TestDirectory();
  const server = await startServer(["--once", "--prefork=1", program(directory)]);
  await eventually("it waits", () => directory.read("up") === "up\n");
  const client = await RawClient.open(server);
  await serve(client);
  client[Symbol.dispose]();
  expect(await server.exited()).toBe(0);
  expect(directory.read("up")).toBe("up\n");
});

test("inetd's one connection has a program, and no other waits", async () => {
  if (missing("inetd", existsSync(INETD))) return;
  using directory = new TestDirectory();
  const log = directory.file("log");
  const words = ["--inetd", `--log-file=${log}`, "--prefork=2", program(directory)];
  const { port, process } = inetd(directory, "nowait", [...called("websockd"), ...words]);
  await using running = process;
  await eventually("inetd", () => isListening(port));
  using client = await RawClient.open({ port });
  await serve(client);
  client[Symbol.dispose]();
  await eventually("the end", () => directory.read("log").includes(" msg=stopping "));
  expect(directory.read("up")).toBe("up\n");
  expect(running.child.exitCode).toBe(null);
});

// SIGHUP while requests wait for something: they go on by the rules they came under, and the server's end knows of them.

import { existsSync, readFileSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { basic, secretFile } from "../support/credential-files.ts";
import { refusal } from "../support/gates.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isAlive } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** As a power of two: half a second of bcrypt and more, which is longer than a reload. */
const COST = 13;

test("a gate that is asked when its edition is none any more ends with the server", async () => {
  using directory = new TestDirectory();
  const told = directory.file("pid");
  const script = `#!/bin/sh\ntrap '' TERM INT\necho $$ > ${told}.new\nmv ${told}.new ${told}\nsleep 1000\n`;
  const gate = directory.write("gate", script, 0o755);
  const hash = await Bun.password.hash("secret", { algorithm: "bcrypt", cost: COST });
  const users = secretFile(directory, "users", `alice:${hash}\n`);
  const rest = `command = ["cat"]\nbasic-auth-file = "${users}"\n`;
  const path = directory.write("a.toml", `${rest}gate = "${gate}"\n`);
  await using server = await startServer([`--config=${path}`]);
  using client = await RawClient.connect(server.port);
  client.write(requestHead({ fields: [`Authorization: ${basic("alice", "secret")}`] }));
  await client.flushed();
  expect((await refusal(server)).status).toBe(401); // who came before has been heard
  directory.write("a.toml", rest);
  server.signal("SIGHUP");
  await server.logged(/the configuration is read/);
  await eventually("the gate", () => existsSync(told));
  const pid = Number(readFileSync(told, "utf8"));
  server.signal("SIGTERM");
  expect(await client.head()).toStartWith("HTTP/1.1 503 ");
  expect(await server.exited()).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

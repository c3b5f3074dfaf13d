// --prefork beside passwords: a program that was there before its client is told of nobody, and the log knows who has it.

import { expect, setDefaultTimeout, test } from "bun:test";
import { basic, passwordLine, secretFile } from "../support/credential-files.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

test("the program is told of nobody, the log of who it is", async () => {
  using directory = new TestDirectory();
  const file = secretFile(directory, "passwords", await passwordLine("alice", "hunter2"));
  const program = ["sh", "-c", "read -r x; env"];
  await using server = await startServer([`--basic-auth-file=${file}`, "--prefork=1", ...program]);
  const fields = [`Authorization: ${basic("alice", "hunter2")}`];
  using client = await RawClient.open(server, { fields });
  client.text("go");
  const { messages } = await client.settle();
  const environment = messages.map((message) => Buffer.from(message).toString()).join("\n");
  expect(environment).toContain("PATH=");
  expect(environment).not.toContain("alice");
  await server.logged(/ CONNECT .* user=alice /);
  await server.logged(/ DISCONNECT .* user=alice /);
});

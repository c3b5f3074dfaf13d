// A server that stops waits for its clients, but not for ever.

import { expect, test } from "bun:test";
import { parseArguments } from "../../src/cli/arguments.ts";
import { createLog } from "../../src/log.ts";
import { findResources } from "../../src/server/resources.ts";
import { startServer } from "../../src/server/server.ts";
import { RawClient } from "../support/raw-client.ts";

test("a client that does not answer our Close is cut at the server's deadline", async () => {
  const words = ["--port=0", "--address=127.0.0.1", "--loglevel=none", "cat"];
  const request = parseArguments(words);
  if (request.kind !== "run") throw new Error("a good command line was refused");
  const { resources } = findResources(request.config, process.env["PATH"] ?? "");
  const server = await startServer(request.config, resources, createLog("none"));
  const port = Number(new URL(server.urls[0]!.replace("ws", "http")).port);
  using client = await RawClient.open({ port });
  client.pause();
  // Without the deadline, the Close handshake's own 5 s would be waited for, and this test would be cut before.
  await expect(server.stop(20)).resolves.toBe(0);
});

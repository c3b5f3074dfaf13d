// A request that had to wait for the name of its client, and is then refused, is read to its end like any other.

import { chmodSync } from "node:fs";
import { connect } from "node:net";
import { expect, setDefaultTimeout, test } from "bun:test";
import { within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

test("--reverselookup: who still sends when the answer comes is not reset", async () => {
  using scripts = new TestDirectory();
  chmodSync(scripts.write("broken", "#!/no/such/interpreter\n"), 0o755);
  await using server = await startServer(["--reverselookup", `--cgidir=${scripts.path}`]);
  const body = Buffer.alloc(8_000_000, "x");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  socket.on("error", reject);
  socket.on("close", () => resolve(text));
  socket.write(`POST /broken HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.end(body);
  expect(await within("the end", promise)).toStartWith("HTTP/1.1 404 ");
});

// Who gets no session, and why: all are taken, or the program cannot be started any more.

import { chmodSync, copyFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** The whole answer to a request for a WebSocket that is refused. */
async function refusal(server: TestServer): Promise<string> {
  using client = await RawClient.connect(server.port);
  client.write(requestHead());
  const answer = Buffer.from(await client.rest()).toString("latin1");
  expect(answer).toContain("\r\nConnection: close\r\n");
  return answer;
}

test("--maxforks=1: the second is told 429 and when to come again; after the first it is let in", async () => {
  await using server = await startServer(["--maxforks=1", "cat"]);
  using first = await RawClient.open(server);
  for (let i = 0; i < 3; i++) {
    const answer = await refusal(server);
    expect(answer).toStartWith("HTTP/1.1 429 ");
    expect(answer).toMatch(/\r\nRetry-After: [1-9]\d*\r\n/);
    expect(answer).toContain("--maxforks");
  }
  expect(await server.logged(/ REFUSED /)).toContain(" status=429 ");
  first.text("still here");
  expect(await first.line()).toBe("still here");
  first.close(1000);
  await first.settle();
  await server.logged(/ DISCONNECT /);
  using second = await RawClient.open(server);
  second.text("now me");
  expect(await second.line()).toBe("now me");
});

test("a hundred at once on ten places: ten get one, ninety a 429, and all ten come free", async () => {
  await using server = await startServer(["--maxforks=10", "cat"]);
  for (let round = 1; round <= 2; round++) {
    const clients = await Promise.all(
      Array.from({ length: 100 }, () => RawClient.connect(server.port)),
    );
    for (const client of clients) client.write(requestHead());
    const heads = await Promise.all(clients.map((client) => client.head()));
    const statuses = heads.map((head) => head.split(" ")[1]);
    expect(statuses.filter((status) => status === "101")).toHaveLength(10);
    expect(statuses.filter((status) => status === "429")).toHaveLength(90);
    for (const client of clients) client.reset();
    await server.logged(new RegExp(` DISCONNECT session=${round * 10} `));
    for (let id = 1; id <= round * 10; id++) {
      await server.logged(new RegExp(` DISCONNECT session=${id} `));
    }
  }
});

test.each([
  ["without a first line", "echo 1\n", "ENOEXEC: it has no first line such as #!/bin/sh"],
  [
    "with the line ends of Windows",
    "#!/bin/sh\r\necho 1\r\n",
    "(a \\r before the line's end counts)",
  ],
])("a script %s: 502, and the log says what would help", async (_, text, remedy) => {
  using directory = new TestDirectory();
  await using server = await startServer([directory.write("script", text, 0o755)]);
  expect(await refusal(server)).toStartWith("HTTP/1.1 502 ");
  expect(await server.logged(/ Cannot start /)).toContain(remedy);
});

test("a program that was removed after the start: 502, and the log says why", async () => {
  using directory = new TestDirectory();
  const path = directory.file("program");
  copyFileSync(Bun.which("cat")!, path);
  chmodSync(path, 0o755);
  await using server = await startServer([path]);
  using first = await RawClient.open(server);
  rmSync(path);
  expect(await refusal(server)).toStartWith("HTTP/1.1 502 ");
  const line = await server.logged(/ Cannot start /);
  expect(line).toContain(path);
  expect(line).toContain("ENOENT");
  first.text("still here");
  expect(await first.line()).toBe("still here");
});

test("a program that may not be executed any more: 502, and again a session when it may", async () => {
  using directory = new TestDirectory();
  const path = directory.write("program", "#!/bin/sh\nexec cat\n", 0o755);
  await using server = await startServer([path]);
  renameSync(path, directory.file("away"));
  expect(await refusal(server)).toStartWith("HTTP/1.1 502 ");
  renameSync(directory.file("away"), path);
  using client = await RawClient.open(server);
  client.text("back");
  expect(await client.line()).toBe("back");
});

test("a script whose interpreter is missing: 502", async () => {
  using directory = new TestDirectory();
  const path = directory.write("program", "#!/nowhere/interpreter\n", 0o755);
  await using server = await startServer([path]);
  expect(await refusal(server)).toStartWith("HTTP/1.1 502 ");
});

test("out of descriptors: 503 with Retry-After, and no session is disturbed", async () => {
  await using server = await startServer(["cat"]);
  using first = await RawClient.open(server);
  const prlimit = Bun.which("prlimit");
  if (prlimit === null) return console.log("skipped: out of descriptors (prlimit is missing)");
  // So few descriptors that the pipes of one more service do not fit, on top of the new connection's own.
  const highest = Math.max(...readdirSync(`/proc/${server.pid}/fd`).map(Number));
  const limited = Bun.spawnSync([prlimit, `--pid=${server.pid}`, `--nofile=${highest + 3}`]);
  expect(limited.exitCode).toBe(0);
  const answer = await refusal(server);
  expect(answer).toStartWith("HTTP/1.1 503 ");
  expect(answer).toMatch(/\r\nRetry-After: [1-9]\d*\r\n/);
  first.text("still here");
  expect(await first.line()).toBe("still here");
});

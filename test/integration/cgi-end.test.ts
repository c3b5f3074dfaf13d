// --cgidir with the real program: clients that leave, send rubbish or read nothing, and the end of the server.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { residentMemory } from "../support/server-processes.ts";
import {
  groupGone,
  requestFor,
  scriptStarted,
  TEXT_HEAD,
  writeScript,
} from "../support/server-scripts.ts";
import { atRest, bytesWrittenBy } from "../support/server-stall.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const MIB = 1024 * 1024;
const directory = new TestDirectory();
let server: TestServer;
beforeAll(async () => {
  server = await startServer([`--cgidir=${directory.path}`]);
});
afterAll(async () => {
  await server.stop();
  directory[Symbol.dispose]();
});

describe("a client that leaves", () => {
  test.each([
    ["in its body", "left-body.sh", `${requestFor("left-body.sh", "Content-Length: 9")}half`],
    ["before the answer", "left-early.sh", requestFor("left-early.sh")],
    ["in the answer", "left-late.sh", requestFor("left-late.sh")],
  ])("%s: the script and its children are ended", async (_, name, request) => {
    const isLate = name === "left-late.sh";
    writeScript(directory, name, `sleep 1000 & ${isLate ? TEXT_HEAD : "true"}; wait; sleep 1000`);
    const client = await RawClient.connect(server.port);
    client.write(request);
    const pid = await scriptStarted(server, name);
    if (isLate) await client.head();
    client.reset();
    await groupGone(pid);
    await server.logged(new RegExp(`\\bDISCONNECT\\b.*${name}.*connection lost`));
  });
});

test("a bad chunk: 400, and the script is ended", async () => {
  writeScript(directory, "bad.sh", "trap '' INT TERM; cat > /dev/null; sleep 1000");
  using client = await RawClient.connect(server.port);
  client.write(`${requestFor("bad.sh", "Transfer-Encoding: chunked")}1\r\nx\r\n`);
  const pid = await scriptStarted(server, "bad.sh");
  client.write("oops\r\n");
  expect(await client.head()).toStartWith("HTTP/1.1 400 ");
  await groupGone(pid);
});

test("a script that floods a client that does not read: bounded memory, and it ends with the client", async () => {
  writeScript(directory, "flood.sh", `${TEXT_HEAD}; exec yes`);
  const before = residentMemory(server.pid);
  const client = await RawClient.connect(server.port);
  client.write(requestFor("flood.sh"));
  await client.head();
  client.pause();
  const pid = await scriptStarted(server, "flood.sh");
  await atRest("what the script writes", () => bytesWrittenBy(pid));
  expect(residentMemory(server.pid) - before).toBeLessThan(48 * MIB);
  client.reset();
  await groupGone(pid);
});

test("the server's end: 503 for who has no answer yet, and the script is ended", async () => {
  await using other = await startServer([`--cgidir=${directory.path}`]);
  writeScript(directory, "last.sh", "trap '' INT TERM; sleep 1000");
  using client = await RawClient.connect(other.port);
  client.write(requestFor("last.sh"));
  const pid = await scriptStarted(other, "last.sh");
  const stopped = other.stop();
  expect(await client.head()).toStartWith("HTTP/1.1 503 ");
  await client.end();
  await stopped;
  await groupGone(pid);
});

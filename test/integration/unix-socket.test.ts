// --unixsocket: its file, who may use it, what its clients are called, and what was left behind by another.

import { existsSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { expect, setDefaultTimeout, test } from "bun:test";
import { requestHead } from "../support/raw-handshake.ts";
import { within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { PROGRAM, runProgram, TEST_TIMEOUT_MS, TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

async function start(...words: string[]): Promise<TestServer> {
  const server = new TestServer(["--log-format=text", ...words], { program: PROGRAM });
  await server.logged(/^websockd listens on /);
  return server;
}

/** What comes until the server's end. */
function request(path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ path });
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    if (text.endsWith("exit 0")) socket.end(); // the Close has come
  });
  socket.on("end", () => resolve(text));
  socket.on("error", reject);
  socket.write(requestHead());
  return within("the server's end", promise);
}

test("a client by it is called unix-socket; there is no TCP; the file goes with the server", async () => {
  using directory = new TestDirectory();
  const path = directory.file("s");
  const server = await start(`--unixsocket=${path}`, "env");
  expect(server.lines[0]).toBe(`websockd listens on unix:${path}`);
  const text = await request(path);
  for (const line of ["REMOTE_ADDR=unix-socket", "REMOTE_HOST=unix-socket"]) {
    expect(text).toContain(line);
  }
  expect(text).toMatch(/REMOTE_PORT=(?![0-9])/);
  expect(await server.logged(/ CONNECT /)).toContain(" peer=unix-socket ");
  await server.stop();
  expect(existsSync(path)).toBe(false);
});

test("with --port both are listened on", async () => {
  using directory = new TestDirectory();
  const path = directory.file("s");
  const words = [`--unixsocket=${path}`, "--port=0", "--address=127.0.0.1", "echo", "hello"];
  const server = await start(...words);
  expect(server.urls).toEqual([
    expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/$/),
    `unix:${path}`,
  ]);
  expect(await request(path)).toContain("hello");
  await server.stop();
});

test("its mode is --unixsocket-mode, or the umask's", async () => {
  using directory = new TestDirectory();
  for (const [words, mode] of [
    [["--unixsocket-mode=0660"], 0o660],
    [["--unixsocket-mode=600"], 0o600],
    [[], 0o777 & ~process.umask()],
  ] as const) {
    const path = directory.file("s");
    const server = await start(`--unixsocket=${path}`, ...words, "cat");
    expect(statSync(path).mode & 0o7777).toBe(mode);
    await server.stop();
  }
});

test.skipIf(process.getuid?.() !== 0)("its owner is --unixsocket-owner", async () => {
  using directory = new TestDirectory();
  const path = directory.file("s");
  const server = await start(`--unixsocket=${path}`, "--unixsocket-owner=nobody:1", "cat");
  expect(statSync(path)).toMatchObject({ uid: 65534, gid: 1 });
  await server.stop();
  const words = [`--unixsocket=${path}`, "--unixsocket-owner=nobody-at-all", "cat"];
  expect(await runProgram(words)).toMatchObject({
    status: 69,
    stderr: expect.stringContaining('no "nobody-at-all"'),
  });
  expect(existsSync(path)).toBe(false);
});

test("a file that a dead server left is removed, a living one's is not, nor what is no socket", async () => {
  using directory = new TestDirectory();
  const path = directory.file("s");
  const dead = await start(`--unixsocket=${path}`, "cat");
  await dead.crash();
  expect(existsSync(path)).toBe(true);
  const server = await start(`--unixsocket=${path}`, "echo", "hello");
  expect(await request(path)).toContain("hello");
  const second = await runProgram([`--unixsocket=${path}`, "cat"]);
  expect(second.status).toBe(69);
  expect(second.stderr).toContain("another program listens there");
  expect(await request(path)).toContain("hello");
  await server.stop();
  writeFileSync(path, "mine");
  const third = await runProgram([`--unixsocket=${path}`, "cat"]);
  expect(third.status).toBe(69);
  expect(third.stderr).toContain("no socket");
  expect(directory.read("s")).toBe("mine");
});

test("a file that another has put in its place is not removed at the end", async () => {
  using directory = new TestDirectory();
  const path = directory.file("s");
  const server = await start(`--unixsocket=${path}`, "cat");
  await Bun.file(path).unlink();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(path, resolve));
  await server.stop();
  expect(existsSync(path)).toBe(true);
  await new Promise((resolve) => other.close(resolve));
});

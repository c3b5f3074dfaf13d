// `bun run example`: what it lists, what it refuses, and that nothing outlives it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { logFile } from "../../examples/log-file.ts";
import { EXAMPLES } from "../../examples/table.ts";
import { missing } from "../support/missing-peer.ts";
import { EXAMPLES_DIRECTORY, RUNNER, startExample } from "../support/running-example.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, isAlive } from "../support/server-processes.ts";
import { runProgram, TEST_TIMEOUT_MS, TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const run = (...words: string[]) => runProgram(words, { program: RUNNER });

describe("what it says", () => {
  test("without a name: the examples", async () => {
    const { status, stdout } = await run();
    expect(status).toBe(0);
    for (const [name, { about }] of Object.entries(EXAMPLES)) {
      expect(stdout).toMatch(new RegExp(`^  ${name} +`, "m"));
      expect(stdout).toContain(about);
    }
  });

  for (const [words, says] of [
    [["lief"], 'There is no example "lief". Did you mean life?'],
    [["grahp"], "Did you mean graph?"],
    [["chat"], "Did you mean chat-with-a-program?"],
    [["pyton"], "Did you mean python?"],
    [["constructor"], 'There is no example "constructor".\n'],
    [["life", "--port=http"], '"http" is no port'],
    [["life", "--port=65536"], '"65536" is no port'],
    [["life", "--port"], '"" is no port'],
    [["--port=0"], "Which example?"],
    [["life", "--prot=1"], "There is no option --prot=1, only --port=PORT."],
    [["life", "file"], 'The example life takes nothing behind its name: "file".'],
    [["tail", "a", "b"], 'One file is enough: "b" is too much.'],
  ] as const) {
    test(`${words.join(" ")}: the remedy, and the list`, async () => {
      const { status, stderr } = await run(...words);
      expect(status).toBe(2);
      expect(stderr).toContain(says);
      expect(stderr).toContain("Conway's game of life");
    });
  }

  test("what is not installed, and how to get it", async () => {
    using empty = new TestDirectory();
    const environment = { PATH: empty.path };
    for (const [name, says] of [
      ["life", "The example life needs Python 3 (apt-get install python3).\n"],
      ["graph", "The example graph needs awk (apt-get install gawk).\n"],
      ["c", "The example c needs a C compiler (apt-get install gcc libc6-dev).\n"],
    ] as const) {
      const { status, stderr } = await runProgram([name], { program: RUNNER, environment });
      expect([status, stderr]).toEqual([1, says]);
    }
  });

  test("a compiler that cannot", async () => {
    using directory = new TestDirectory();
    directory.write("cc", "#!/bin/sh\nexit 1\n", 0o755);
    const environment = { PATH: directory.path };
    const { status, stderr } = await runProgram(["c"], { program: RUNNER, environment });
    expect(status).toBe(1);
    expect(stderr).toContain("cc could not compile");
  });

  test("a file that cannot be read", async () => {
    const { status, stderr } = await run("tail", "/no/such/file");
    expect([status, stderr]).toEqual([
      1,
      'Cannot read "/no/such/file" (does it exist, and may you read it?)\n',
    ]);
  });

  test("where the page is; a port that is taken is websockd's to tell", async () => {
    const first = await startExample("sh");
    const { status, stderr } = await run("sh", `--port=${first.port}`);
    expect(status).toBe(69);
    expect(stderr).toContain("in use");
    const { port } = first;
    await first.stop();
    expect(await first.stdout()).toContain(`Open http://127.0.0.1:${port}/sh/`);
  });
});

/** One whose own directory is made in `directory`. */
async function startIn(directory: TestDirectory): Promise<TestServer> {
  const environment = { TMPDIR: directory.path };
  const server = new TestServer(["sh", "--port=0"], { program: RUNNER, environment });
  await server.logged(/^websockd listens on/);
  return server;
}

test("an end by a signal takes websockd, the program and the directory along", async () => {
  using directory = new TestDirectory();
  const server = await startIn(directory);
  const socket = new WebSocket(`${server.url}sh/`);
  await new Promise((opened) => (socket.onopen = opened));
  await server.logged(/ CONNECT /);
  const [websockd] = childrenOf(server.pid);
  expect(isAlive(websockd!.pid)).toBe(true);
  expect(readdirSync(directory.path).length).toBe(1);
  await server.stop(); // Throws when a service is left.
  expect(isAlive(websockd!.pid)).toBe(false);
  expect(readdirSync(directory.path)).toEqual([]);
});

test.skipIf(missing("setpriv", Bun.which("setpriv") !== null))(
  "its end by SIGKILL takes websockd along",
  async () => {
    using directory = new TestDirectory();
    const server = await startIn(directory);
    const [websockd] = childrenOf(server.pid);
    await server.crash();
    await eventually("websockd's end", () => !isAlive(websockd!.pid));
  },
);

test("tail follows the file that it is given, by a path from here", async () => {
  using directory = new TestDirectory();
  directory.write("my log", "the first line\n");
  const server = new TestServer(["tail", "my log", "--port=0"], {
    program: RUNNER,
    directory: directory.path,
  });
  await server.logged(/^websockd listens on/);
  const socket = new WebSocket(`${server.url}tail/`);
  const heard = await new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
  expect(heard).toBe("the first line");
  socket.close();
  await server.stop();
});

test("the log that tail follows begins anew when it is full", () => {
  using directory = new TestDirectory();
  const write = logFile(directory.file("log"), 10);
  for (const line of ["one", "two", "three"]) write(line);
  expect(directory.read("log")).toBe("three\n");
  write("four");
  expect(directory.read("log")).toBe("four\n");
});

test("no other host name, and no other page, gets in", async () => {
  await using server = await startExample("sh");
  const address = `http://127.0.0.1:${server.port}/sh/`;
  const ask = async (headers: Record<string, string>) => (await fetch(address, { headers })).status;
  expect(await ask({})).toBe(200);
  expect(await ask({ Host: "rebound.example.com" })).toBe(421);
  const upgrade = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  expect(await ask({ ...upgrade, Origin: "https://example.com" })).toBe(403);
});

test("package.json calls it", () => {
  const text = readFileSync(join(EXAMPLES_DIRECTORY, "../package.json"), "utf8");
  expect(text).toContain('"example": "bun examples/run.ts"');
});

// The words on the command line, and the statuses that the program exits with when it cannot start.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** It must fail before it listens: no port is named, so none is taken. */
async function fails(words: readonly string[], status: number, ...texts: readonly string[]) {
  const finished = await runProgram(words);
  expect(finished.stderr).not.toContain("listens on");
  for (const text of texts) expect(finished.stderr).toContain(text);
  expect(finished.stdout).toBe("");
  expect(finished.status).toBe(status);
}

describe("what is printed", () => {
  test.each<[words: string[]]>([[["--help"]], [["-help"]], [["--port=1", "--help", "cat"]]])(
    "%p",
    async (words) => {
      const { status, stdout, stderr } = await runProgram(words);
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toStartWith("Usage: websockd [options] COMMAND [ARG...]\n");
      for (const name of ["port", "address", "maxforks", "maxframesize", "closems", "queue"]) {
        expect(stdout).toContain(`\n  --${name}=`);
      }
      for (const name of ["buffer-memory", "loglevel", "close-codes", "help", "version"]) {
        expect(stdout).toContain(`\n  --${name}`);
      }
    },
  );

  test("--version", async () => {
    const { status, stdout, stderr } = await runProgram(["--version"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^websockd \d+\.\d+\.\d+\n$/);
  });
});

describe("status 2: the words are wrong", () => {
  test.each<[words: string[], text: string]>([
    [[], "COMMAND is missing"],
    [["--port=0"], "COMMAND is missing"],
    [["--"], "COMMAND is missing"],
    [["--prot=80", "cat"], "--prot. Did you mean --port?"],
    [["--maxfork=80", "cat"], "Did you mean --maxforks?"],
    [["--nothing-like-it", "cat"], "--nothing-like-it"],
    [["-x", "cat"], "-x"],
    [["--port"], "--port needs a value"],
    [["--port=eighty", "cat"], "--port=eighty"],
    [["--port=65536", "cat"], "65535 or less"],
    [["--port=-1", "cat"], "0 or more"],
    [["--queue=1", "cat"], "4096 or more"],
    [["--loglevel=loud", "cat"], "debug, trace, access"],
    [["--close-codes=x", "cat"], "status, plain"],
    [["--help=maybe", "cat"], "true or false"],
  ])("%p", async (words, text) => {
    await fails(words, 2, text, "Try websockd --help.");
  });
});

test("status 127: COMMAND is nowhere, and every place tried is named", async () => {
  using directory = new TestDirectory();
  const environment = { PATH: `${directory.path}:/nowhere/bin` };
  const name = "no-such-program";
  const { status, stderr } = await runProgram(["--port=0", name], { environment });
  expect(status).toBe(127);
  expect(stderr).toContain(`"${name}"`);
  expect(stderr).toContain(`${directory.path}/${name}, /nowhere/bin/${name}`);
  await fails(["--port=0", "/nowhere/program"], 127, "/nowhere/program");
});

test("status 126: COMMAND cannot be executed, and the remedy is named", async () => {
  using directory = new TestDirectory();
  const path = directory.write("count.sh", "#!/bin/sh\necho 1\n");
  await fails(["--port=0", path], 126, path, "chmod +x");
  await fails(["--port=0", directory.path], 127, directory.path);
});

test("status 69: the port is in use, and it is named", async () => {
  await using server = await startServer(["cat"]);
  const words = [`--port=${server.port}`, "--address=127.0.0.1", "cat"];
  await fails(words, 69, `127.0.0.1:${server.port}`, "in use", "--port");
});

test("status 69: the address is not this machine's", async () => {
  await fails(["--port=0", "--address=192.0.2.1", "cat"], 69, "192.0.2.1", "no such address"); // RFC 5737: nobody's
});

test("status 69: what is no address", async () => {
  await fails(["--port=0", "--address=127.0.0.1:80", "cat"], 69, "127.0.0.1:80", "into --port");
  await fails(["--port=0", "--address=[::1]:80", "cat"], 69, "[::1]:80", "into --port");
});

test("status 69: a Unix socket where no file can be made", async () => {
  await fails(["--unixsocket=/none/s", "cat"], 69, "/none/s", "ENOENT", "make it");
});

test("status 69: one address is taken, so none is kept", async () => {
  await using server = await startServer(["cat"]);
  const words = ["--address=127.0.0.2", "--address=127.0.0.1", `--port=${server.port}`, "cat"];
  await fails(words, 69, `127.0.0.1:${server.port}`);
});

async function hasIPv6(): Promise<boolean> {
  try {
    Bun.listen({ hostname: "::1", port: 0, socket: { data() {} } }).stop(true);
    return true;
  } catch {
    console.log("skipped: --address=[::1] (no IPv6 on this machine)");
    return false;
  }
}

test.skipIf(!(await hasIPv6()))("several addresses, IPv6 too, are all announced", async () => {
  const addresses = ["--address=127.0.0.1", "--address=[::1]"];
  await using server = await startServer(["env"], { addresses });
  const [first = "", second = ""] = server.urls;
  expect(first).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/$/);
  expect(second).toMatch(/^ws:\/\/\[::1\]:\d+\/$/);
  for (const url of [first, second]) {
    const socket = new WebSocket(url);
    const lines: string[] = [];
    const closed = Promise.withResolvers<void>();
    socket.onmessage = ({ data }) => lines.push(String(data));
    socket.onclose = () => closed.resolve();
    await closed.promise;
    const { hostname, port } = new URL(url);
    expect(lines).toContain(`REMOTE_ADDR=${hostname.replace(/[[\]]/g, "")}`);
    expect(lines).toContain(`SERVER_NAME=${hostname}`);
    expect(lines).toContain(`SERVER_PORT=${port}`);
  }
});

test("without --address it listens on all", async () => {
  await using server = await startServer(["cat"], { addresses: [] });
  using client = await RawClient.open(server); // at 127.0.0.1
  client.text("here too");
  expect(await client.line()).toBe("here too");
});

describe("where the options end", () => {
  test.each<[words: string[], lines: string[]]>([
    [["echo", "--port=1", "--help"], ["--port=1 --help"]],
    [["--", "echo", "--versions"], ["--versions"]],
    [["--loglevel", "access", "echo", "-n", "x"], ["x"]],
    [["echo", "--", "x"], ["-- x"]],
    [["-loglevel=access", "--closems", "0x0", "echo", "x"], ["x"]],
  ])("%p", async (words, lines) => {
    await using server = await startServer(words);
    using client = await RawClient.open(server);
    const { messages } = await client.settle();
    expect(messages.map((bytes) => Buffer.from(bytes).toString())).toEqual(lines);
  });

  test("a COMMAND with a slash is found from the directory at the start", async () => {
    using directory = new TestDirectory();
    directory.write("hello", "#!/bin/sh\necho hello from $0\n", 0o755);
    await using server = await startServer(["./hello"], { directory: directory.path });
    using client = await RawClient.open(server);
    expect(await client.line()).toStartWith("hello from ");
  });
});

test("--loglevel=none says nothing but the address", async () => {
  await using server = await startServer(["--loglevel=none", "sh", "-c", "echo x >&2"]);
  using client = await RawClient.open(server);
  expect((await client.settle()).code).toBe(1000);
  await client.ended();
  await server.stop();
  expect(server.lines).toHaveLength(1);
});

// --pty=pipe: programs that keep their output in buffers give each line at once, and the terminal leaves no trace in it.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const noMawk = missing("mawk", Bun.which("mawk") !== null);
const noGawk = missing("gawk", Bun.which("gawk") !== null);

/** A line comes back before the next is sent, and nothing else does. */
async function answersAtOnce(...command: readonly string[]): Promise<void> {
  await using server = await startServer(["--pty=pipe", "--", ...command]);
  using client = await RawClient.open(server);
  for (const line of ["one", "two and more", "äöü €"]) {
    client.text(line);
    expect(await client.line()).toBe(line);
  }
  client.close(1000);
  expect((await client.settle()).messages).toEqual([]);
  expect(await server.logged(/ DISCONNECT /)).toContain(" exit=0 "); // it saw the end of file
}

describe("gives each line at once:", () => {
  test("cat", () => answersAtOnce("cat"));
  test("grep", () => answersAtOnce("grep", ""));
  test("sed", () => answersAtOnce("sed", "s/x/y/"));
  test.skipIf(noMawk)("mawk", () => answersAtOnce("mawk", "{print}"));
  test.skipIf(noGawk)("gawk", () => answersAtOnce("gawk", "{print}"));
  test("tr", () => answersAtOnce("tr", "x", "y"));
  test("Python", () =>
    answersAtOnce("python3", "-c", "import sys\nfor line in sys.stdin: print(line, end='')"));
});

test("Python's print without a flush, of a program that goes on", async () => {
  const script = "import time\nfor i in range(3): print(i)\ntime.sleep(1000)";
  await using server = await startServer(["--pty=pipe", "python3", "-c", script]);
  using client = await RawClient.open(server);
  expect([await client.line(), await client.line(), await client.line()]).toEqual(["0", "1", "2"]);
  client.close(1000);
  await client.settle();
});

test("on pipes the same says nothing until its end", async () => {
  const script = "import sys\nfor line in sys.stdin: print(line, end='')";
  await using server = await startServer(["python3", "-c", script]);
  using client = await RawClient.open(server);
  client.text("one");
  client.close(1000);
  expect((await client.farewell()).messages).toEqual([]);
});

describe("lines that a terminal would make something of:", () => {
  test.each([
    ["control characters", "a\x03b\x04c\x1ad\x11e\x13f\x15g\x16h\x7fi\x17j\x1ck\x12l\x0fm"],
    ["CR and tab", "a\rb\tc"],
    ["NUL", "a\0b"],
    ["a line of 4,095", "x".repeat(4095)],
    ["a line of 4,096", "x".repeat(4096)],
    ["one of 2,048 and one byte", "x".repeat(2049)],
    ["a line of 1 MB", "0123456789".repeat(100_000)],
  ])("%s", async (_, line) => {
    await using server = await startServer(["--pty=pipe", "--maxframesize=4M", "cat"]);
    using client = await RawClient.open(server);
    client.text(line);
    client.text("next");
    expect(await client.line()).toBe(line);
    expect(await client.line()).toBe("next");
  });

  test.each([1, 7, 1024, 2048, 4096])("a program that reads %p bytes at once", async (size) => {
    const script = `import os\nwhile b := os.read(0, ${size}): os.write(1, b)\nos.write(1, b'end')`;
    await using server = await startServer(["--pty=pipe", "python3", "-c", script]);
    using client = await RawClient.open(server);
    const lines = [2047, 2048, 2049, 4096, 6000, 0, 1].map((length) => "y".repeat(length));
    for (const line of lines) client.text(line);
    for (const line of lines) expect(await client.line()).toBe(line);
  });

  test("every byte, in binary messages", async () => {
    const words = ["--pty=pipe", "--frame-type=binary", "cat"];
    await using server = await startServer(words);
    using client = await RawClient.open(server);
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i % 256 === 10 ? 255 : i % 256));
    for (const cut of [0, 1, 253, 254, 255, 256, 5000]) {
      client.binary(bytes.subarray(cut));
      client.binary(bytes.subarray(0, cut));
      expect(await client.message()).toEqual(bytes.subarray(cut));
      expect(await client.message()).toEqual(bytes.subarray(0, cut));
    }
  });
});

test("the end of file reaches it: what it says then is sent", async () => {
  await using server = await startServer(["--pty=pipe", "wc", "-l"]);
  using client = await RawClient.open(server);
  for (let i = 0; i < 3; i++) client.text("x");
  await client.flushed();
  client.cut();
  const { messages, code } = await client.settle();
  expect([messages.map(String), code]).toEqual([["51"], 1000]); // "3"
});

test("a flood into a program that reads late loses no line", async () => {
  const script = "sleep 0.5; exec cat";
  await using server = await startServer(["--pty=pipe", "sh", "-c", script]);
  using client = await RawClient.open(server);
  const count = 20_000;
  const line = (i: number) => `${i} `.padEnd((i * 37) % 300, "z");
  for (let i = 0; i < count; i++) client.text(line(i));
  for (let i = 0; i < count; i++) {
    const back = await client.line();
    if (back !== line(i)) expect(back).toBe(line(i));
  }
});

test("stderr goes where it is told to, and the terminal controls nobody", async () => {
  const script = "echo err >&2; tty; (: </dev/tty) 2>/dev/null || echo none; echo $TERM";
  await using server = await startServer(["--pty=pipe", "sh", "-c", script]);
  using client = await RawClient.open(server);
  const { messages } = await client.settle();
  const lines = messages.map((bytes) => Buffer.from(bytes).toString());
  expect(lines).toEqual([expect.stringMatching(/^\/dev\/pts\/\d+$/), "none", "dumb"]);
  expect(await server.logged(/stream=stderr$/)).toContain(" err ");
});

test("--framing=json and --passstderr", async () => {
  await using server = await startServer([
    "--pty=pipe",
    "--passstderr",
    "sh",
    "-c",
    "echo a; read x; echo $x >&2",
  ]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe('{"stream":"stdout","data":"a"}');
  client.text("b");
  expect(await client.line()).toBe('{"stream":"stderr","data":"b"}');
  await using other = await startServer(["--pty=pipe", "--framing=json", "cat"]);
  using second = await RawClient.open(other);
  second.text("b");
  expect(await second.line()).toBe("b");
});

test("--check says what there is", async () => {
  const { status, stdout } = await runProgram(["--check", "--pty=pipe", "cat"]);
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^terminal +for lines/m)]);
  const other = await runProgram(["--check", "--pty=90x20", "cat"]);
  expect(other.stdout).toMatch(/^terminal +90x20/m);
});

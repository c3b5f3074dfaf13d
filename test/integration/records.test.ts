// What programs print, as messages: the line is the record, and no byte before the exit is lost.

import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** All messages of a session with that program, as text, and its Close. */
async function run(command: readonly string[]) {
  await using server = await startServer(["--", ...command]);
  using client = await RawClient.open(server);
  const { messages, code, reason } = await client.settle();
  return { lines: messages.map((bytes) => Buffer.from(bytes).toString()), code, reason };
}

test.each<[name: string, output: string, lines: string[]]>([
  ["lines", "one\\ntwo\\n", ["one", "two"]],
  ["CR LF is stripped, a CR elsewhere is not", "a\\r\\nb\\rc\\r\\r\\n", ["a", "b\rc\r"]],
  ["an empty line is an empty message", "\\n\\r\\nx\\n\\n", ["", "", "x", ""]],
  ["the last line without a newline is sent too", "one\\ntwo", ["one", "two"]],
  ["a single line without a newline", "one", ["one"]],
  ["nothing", "", []],
])("printf: %s", async (_name, output, lines) => {
  expect(await run(["printf", output])).toEqual({ lines, code: 1000, reason: "exit 0" });
});

test("arguments with blanks, quotes and newlines reach the program as they are", async () => {
  const words = ["a b", "'\"$HOME\\", "x\ny", "", "--port=1"];
  const { lines } = await run(["printf", "%s|\\n", ...words]);
  expect(lines.join("\n")).toBe(words.join("|\n") + "|");
});

test("a line that comes in pieces is one message", async () => {
  using directory = new TestDirectory();
  const script = `printf abc; until [ -e "$1" ]; do sleep 0.02; done; printf 'def\\nghi\\n'`;
  await using server = await startServer(["sh", "-c", script, "sh", directory.file("go")]);
  using client = await RawClient.open(server);
  client.ping("alive?");
  expect((await client.frame()).opcode).toBe(10); // the session runs, and nothing has been sent
  directory.write("go", "");
  expect(await client.line()).toBe("abcdef");
  expect(await client.line()).toBe("ghi");
});

test("5 MB written just before the exit all arrive, then the Close", async () => {
  const { lines, code } = await run(["seq", "1", "800000"]);
  expect(code).toBe(1000);
  expect(lines.length).toBe(800_000);
  const wrong = lines.findIndex((line, i) => line !== String(i + 1));
  expect(wrong).toBe(-1);
});

test("a line of 5 MB without a newline, written just before the exit, is one message", async () => {
  const script = "head -c 5000000 /dev/zero | tr '\\0' x";
  const { lines, code } = await run(["sh", "-c", script]);
  expect(code).toBe(1000);
  expect(lines.map(({ length }) => length)).toEqual([5_000_000]);
  expect(/^x+$/.test(lines[0]!)).toBe(true);
});

test("a program that closes its stdin and lives on goes on being heard", async () => {
  using directory = new TestDirectory();
  const script = `exec <&-; echo closed; until [ -e "$1" ]; do sleep 0.02; done; echo alive`;
  await using server = await startServer(["sh", "-c", script, "sh", directory.file("go")]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("closed");
  for (let i = 0; i < 64; i++) client.text("x".repeat(50_000)); // for nobody: it must not stop the session
  client.ping("done");
  const pong = await client.frame();
  expect([pong.opcode, Buffer.from(pong.payload).toString()]).toEqual([10, "done"]);
  directory.write("go", "");
  expect(await client.line()).toBe("alive");
  expect((await client.settle()).code).toBe(1000);
});

test("a program that closes its stdout and lives on goes on reading", async () => {
  using directory = new TestDirectory();
  const script = `exec >&-; cat > "$1"`;
  await using server = await startServer(["sh", "-c", script, "sh", directory.file("out")]);
  using client = await RawClient.open(server);
  client.text("to the file");
  client.close(1000);
  await client.settle();
  await server.logged(/ DISCONNECT /);
  expect(directory.read("out")).toBe("to the file\n");
});

test("what the client sent before its Close reaches the program, whole", async () => {
  using directory = new TestDirectory();
  const script = `cat > "$1"`;
  await using server = await startServer(["sh", "-c", script, "sh", directory.file("out")]);
  using client = await RawClient.open(server);
  const line = "0123456789".repeat(5000);
  for (let i = 0; i < 40; i++) client.text(line);
  client.close(1000);
  await client.settle();
  await server.logged(/ DISCONNECT /);
  expect(directory.read("out") === (line + "\n").repeat(40)).toBe(true);
});

test("a program that exits in the middle of a flood", async () => {
  await using server = await startServer(["sh", "-c", "head -n 3; exit 6"]);
  using client = await RawClient.open(server);
  const payload = "x".repeat(10_000);
  for (let i = 0; i < 3000; i++) client.text(payload);
  const { messages, code } = await client.settle();
  expect(messages.map(({ length }) => length)).toEqual([10_000, 10_000, 10_000]);
  expect(code).toBe(4006);
  expect(await client.ended()).toBe("eof");
});

test("300 sessions at once, each with its own lines", async () => {
  await using server = await startServer(["--loglevel=info", "cat"]);
  const clients = await Promise.all(Array.from({ length: 300 }, () => RawClient.open(server)));
  try {
    for (let round = 0; round < 10; round++) {
      for (const [i, client] of clients.entries()) client.text(`${i}: ${round}`);
    }
    for (let round = 0; round < 10; round++) {
      const lines = await Promise.all(clients.map((client) => client.line()));
      expect(lines).toEqual(clients.map((_, i) => `${i}: ${round}`));
    }
    for (const client of clients) client.close(1000);
    const ends = await Promise.all(clients.map((client) => client.settle()));
    expect(ends.every(({ code }) => code === 1000)).toBe(true);
  } finally {
    for (const client of clients) client.reset();
  }
});

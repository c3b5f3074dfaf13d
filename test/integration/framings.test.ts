// Programs that tell their records apart in other ways than by lines, and clients that send and get both types.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** The next message, by its type. */
async function next(client: RawClient): Promise<string> {
  const { opcode, payload } = await client.frame();
  return `${opcode === 1 ? "text" : "binary"} ${Buffer.from(payload).toString("latin1")}`;
}

describe("--framing=nul", () => {
  test("xargs -0 reads what clients send, find -print0 is read as it writes", async () => {
    await using server = await startServer([
      "--framing=nul",
      "sh",
      "-c",
      "head -z -n 2 | xargs -0 printf '%s\\0'",
    ]);
    using client = await RawClient.open(server);
    client.text("a\nb\r\n");
    client.text("a 'b'");
    const { messages, code } = await client.settle();
    expect(messages.map((bytes) => Buffer.from(bytes).toString())).toEqual(["a\nb\r\n", "a 'b'"]);
    expect(code).toBe(1000);
  });

  test("--frame-type=auto and binary", async () => {
    for (const [type, wanted] of [
      ["auto", ["text a\n", "binary \xff", "text "]],
      ["binary", ["binary a\n", "binary \xff", "binary "]],
    ] as const) {
      const words = ["--framing=nul", `--frame-type=${type}`, "cat"];
      await using server = await startServer(words);
      using client = await RawClient.open(server);
      client.text("a\n");
      client.binary(Uint8Array.of(0xff));
      client.text("");
      for (const message of wanted) expect(await next(client)).toBe(message);
    }
  });
});

describe("--framing=netstring", () => {
  test("a program that knows nothing of types reads and writes netstrings", async () => {
    const script = "head -c 16 | tr a-z A-Z";
    await using server = await startServer([
      "--framing=netstring",
      "--frame-type=auto",
      "sh",
      "-c",
      script,
    ]);
    using client = await RawClient.open(server);
    client.text("hello");
    client.binary("a,b");
    client.text("");
    expect(await next(client)).toBe("text HELLO");
    expect(await next(client)).toBe("text A,B");
    expect((await client.settle()).code).toBe(1011); // the third is cut: 16 bytes end behind its "0:"
  });

  test("types are told both ways", async () => {
    await using server = await startServer(["--framing=netstring", "sh", "-c", "tee /dev/stderr"]);
    using client = await RawClient.open(server);
    client.text("a\n");
    client.binary("b");
    expect(await next(client)).toBe("text a\n");
    expect(await next(client)).toBe("binary b");
    client.close(1000);
    await client.settle();
    expect(await server.logged(/1;b,/)).toBeDefined();
  });
});

describe("--framing=json", () => {
  const JQ_LIKE = `while read -r line; do printf '%s\\n' "$line" | sed 's/"data":"/&>/'; done`;

  test("a shell changes the data of texts", async () => {
    await using server = await startServer(["--framing=json", "sh", "-c", JQ_LIKE]);
    using client = await RawClient.open(server);
    client.text('a "quoted"\nline\\');
    expect(await next(client)).toBe('text >a "quoted"\nline\\');
    client.text("");
    expect(await next(client)).toBe("text >");
  });

  test("a text of 1 MiB of what takes six bytes each, through cat and back", async () => {
    await using server = await startServer(["--framing=json", "cat"]);
    using client = await RawClient.open(server);
    const text = "\u0001".repeat(1024 * 1024);
    client.text(text);
    client.binary("last");
    expect((await client.line()) === text).toBe(true);
    expect(await next(client)).toBe("binary last");
  });
});

test("--framing=raw --frame-type=text: a character that comes in two writes is one", async () => {
  const script = "printf 'a\\342'; read -r go; printf '\\202\\254b'; read -r go";
  const words = ["--framing=raw", "--frame-type=text", "sh", "-c", script];
  await using server = await startServer(words);
  using client = await RawClient.open(server);
  expect(await next(client)).toBe("text a");
  client.text("\n");
  expect(Buffer.from((await client.frame()).payload).toString()).toBe("€b");
});

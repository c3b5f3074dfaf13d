// How a program's end becomes a close code (PARITY 2), and what it says on stderr lines of the log.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Bystander } from "../support/raw-bystander.ts";
import { RawClient } from "../support/raw-client.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const KILL_ITSELF = ["sh", "-c", "kill -9 $$"];

describe("close code", () => {
  test.each<[words: string[], code: number, reason: string]>([
    [["true"], 1000, "exit 0"],
    [["false"], 4001, "exit 1"],
    [["sh", "-c", "exit 3"], 4003, "exit 3"],
    [["sh", "-c", "exit 255"], 4255, "exit 255"],
    [KILL_ITSELF, 4309, "signal SIGKILL"],
    [["sh", "-c", "kill -TERM $$"], 4315, "signal SIGTERM"],
    [["--close-codes=plain", "true"], 1000, "exit 0"],
    [["--close-codes=plain", "sh", "-c", "exit 3"], 1011, "exit 3"],
    [["--close-codes=plain", ...KILL_ITSELF], 1011, "signal SIGKILL"],
  ])("%p", async (words, code, reason) => {
    await using server = await startServer(words);
    using client = await RawClient.open(server);
    client.text("for a program that may be gone");
    const farewell = await client.farewell();
    expect([farewell.code, farewell.reason]).toEqual([code, reason]);
    client.close(code);
    expect(await client.ended()).toBe("eof");
    expect(await server.logged(/ DISCONNECT /)).toContain(`reason="${reason}"`);
  });

  test("the last line goes before it", async () => {
    await using server = await startServer(["sh", "-c", "printf last; exit 7"]);
    using client = await RawClient.open(server);
    const { messages, code } = await client.settle();
    expect(messages.map((bytes) => Buffer.from(bytes).toString())).toEqual(["last"]);
    expect(code).toBe(4007);
  });
});

describe("stderr", () => {
  test("a line is a line of the log, with the session, and the session goes on", async () => {
    const script = `echo first >&2; printf 'red \\033[31m\\r\\n' >&2; printf 'no end' >&2; exec cat`;
    await using server = await startServer(["sh", "-c", script]);
    using client = await RawClient.open(server);
    expect(await server.logged(/ first /)).toMatch(/ ERROR {2}first session=1 .*stream=stderr$/);
    expect(await server.logged(/ red /)).toContain("red \\x1b[31m session=1");
    client.text("still here");
    expect(await client.line()).toBe("still here");
    client.close(1000);
    await client.settle();
    await server.logged(/ no end session=1 .*stream=stderr$/);
  });

  test.each([
    ["10,000 bytes", 10_000, "; echo >&2"],
    ["1 MB without a newline", 1_000_000, ""],
  ])("a line of %s is logged whole, in pieces, and the session goes on", async (_, size, after) => {
    const script = `head -c ${size} /dev/zero | tr '\\0' x >&2${after}; exec cat`;
    await using server = await startServer(["sh", "-c", script]);
    using client = await RawClient.open(server);
    client.text("still here");
    expect(await client.line()).toBe("still here");
    client.close(1000);
    await client.settle();
    await server.logged(/ DISCONNECT /);
    const pieces = server.matching(/stream=stderr$/);
    const logged = pieces.map((line) => / (x*) session=1 /.exec(line)?.[1]?.length ?? NaN);
    expect(logged.reduce((sum, length) => sum + length, 0)).toBe(size);
  });

  test("10,000 lines just before the exit are all logged, in order", async () => {
    const script = "seq -f 'line %.0f.' 1 10000 >&2; exit 4";
    await using server = await startServer(["sh", "-c", script]);
    using client = await RawClient.open(server);
    expect((await client.settle()).code).toBe(4004);
    await server.logged(/ DISCONNECT /);
    const lines = server.matching(/stream=stderr$/);
    const numbers = lines.map((line) => Number(/ line (\d+)\. /.exec(line)?.[1]));
    expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 1));
  });

  test("a program that floods it does not stop the others, nor itself", async () => {
    const script = `[ "$PATH_INFO" = /noisy ] && yes noise >&2 & exec cat`;
    await using server = await startServer(["--loglevel=fatal", "sh", "-c", script]);
    const bystander = await Bystander.start(server);
    using client = await RawClient.open(server, { target: "/noisy" });
    for (let i = 0; i < 100; i++) {
      client.text(`line ${i}`);
      expect(await client.line()).toBe(`line ${i}`);
    }
    await bystander.echoes(100);
    client.close(1000);
    await client.settle();
    await bystander.stop();
  });

  test("nothing is written to stdout, which belongs to nobody", async () => {
    await using server = await startServer(["sh", "-c", "echo out; echo err >&2"]);
    using client = await RawClient.open(server);
    await client.settle();
    await server.logged(/ err /);
    await server.stop();
    expect(await server.stdout()).toBe("");
  });
});

// Options of websocketd that change what the program gets and gives: environment, streams, bytes, names; and --check.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

async function lines(words: readonly string[], environment = {}): Promise<string[]> {
  await using server = await startServer(words, { environment });
  using client = await RawClient.open(server);
  const { messages } = await client.settle();
  return messages.map((bytes) => Buffer.from(bytes).toString());
}

describe("--passenv and --env", () => {
  const own = { SECRET: "s", LC_ALL: "C", LC_TIME: " two\nlines ", EMPTY: "", HTTPS: "on" };

  test("a list replaces the default; patterns; one line, trimmed, no empty ones, no HTTPS", async () => {
    const found = await lines(["--passenv=LC_*,EMPTY,HTTPS,NONE", "/usr/bin/env"], own);
    const names = found.map((line) => line.split("=")[0]);
    expect(found).toContain("LC_ALL=C");
    expect(found).toContain("LC_TIME=two lines");
    for (const name of ["PATH", "SECRET", "EMPTY", "HTTPS", "NONE"]) {
      expect(names).not.toContain(name);
    }
  });

  test("+ adds, --env sets, and goes before all else", async () => {
    const words = [
      "--passenv=+SECRET",
      "--env=A=b=c",
      "--env=SECRET=mine",
      "--env=REMOTE_USER=me",
      "--env=WEBSOCKET_PROTOCOL=x",
    ];
    const found = await lines([...words, "env"], own);
    expect(found).toContain("A=b=c");
    expect(found).toContain("SECRET=mine");
    expect(found).toContain("REMOTE_USER=me");
    expect(found).toContain("WEBSOCKET_PROTOCOL=x");
    expect(found).toContain(`PATH=${process.env["PATH"]}`);
  });
});

describe("--passstderr", () => {
  test("each line says which stream it is from, as Go writes it", async () => {
    const script = `printf 'a<b>&"\\\\\\t\\n'; printf 'err\\r\\n' >&2; sleep 0.1; printf 'last'`;
    expect((await lines(["--passstderr", "sh", "-c", script])).toSorted()).toEqual([
      String.raw`{"stream":"stderr","data":"err"}`,
      String.raw`{"stream":"stdout","data":"a\u003cb\u003e\u0026\"\\\t"}`,
      String.raw`{"stream":"stdout","data":"last"}`,
    ]);
  });

  test("a long line comes in pieces, and both streams whole, for a client that reads late", async () => {
    const script = "head -c 300000 /dev/zero | tr '\\0' x; echo; seq 1 200000 >&2; seq 1 200000";
    await using server = await startServer([
      "--passstderr",
      "--loglevel=fatal",
      "sh",
      "-c",
      script,
    ]);
    using client = await RawClient.open(server);
    client.pause();
    await Bun.sleep(300); // so long that everything is full: the outcome does not depend on it
    client.resume();
    const { messages } = await client.settle();
    const records = messages.map(
      (bytes) =>
        JSON.parse(Buffer.from(bytes).toString()) as { stream: string; data: string; more?: true },
    );
    const stdout = records.filter(({ stream }) => stream === "stdout");
    expect(records.length - stdout.length).toBe(200_000);
    const long = stdout.slice(0, 5);
    expect(long.map(({ more }) => more)).toEqual([true, true, true, true, undefined]);
    expect(long.map(({ data }) => data).join("")).toBe("x".repeat(300_000));
    expect(stdout.slice(5).map(({ data }) => data)).toEqual(
      Array.from({ length: 200_000 }, (_, i) => String(i + 1)),
    );
  });
});

describe("--binary", () => {
  test("bytes in as they come, text and binary, without a delimiter; out as binary messages", async () => {
    await using server = await startServer(["--binary", "sh", "-c", "head -c 9"]);
    using client = await RawClient.open(server);
    client.write(frame({ opcode: 1, payload: "ab\n" }));
    client.write(frame({ opcode: 2, payload: Uint8Array.of(0, 255, 10, 13) }));
    client.write(frame({ opcode: 2, payload: Uint8Array.of(1, 2) }));
    const { messages } = await client.settle();
    expect(Buffer.concat(messages).toString("hex")).toBe("61620a00ff0a0d0102");
  });

  test("10 MB out arrive whole, compressed or not, in messages of 64 KiB at most", async () => {
    for (const option of ["--compress=off", "--compress"]) {
      const words = ["--binary", option, "sh", "-c", "seq 1 1500000"];
      await using server = await startServer(words);
      using client = await RawClient.open(server);
      const { messages } = await client.settle();
      expect(Math.max(...messages.map(({ length }) => length))).toBeLessThanOrEqual(65_535);
      const text = Buffer.concat(messages).toString();
      expect(text).toBe(Array.from({ length: 1_500_000 }, (_, i) => `${i + 1}\n`).join(""));
    }
  });
});

describe("--invalid-utf8", () => {
  const program = ["printf", "good\\nb\\377d\\nlast"];

  test("replace, binary and close", async () => {
    expect(await lines(program)).toEqual(["good", "b\ufffdd", "last"]);
    await using binary = await startServer(["--invalid-utf8=binary", ...program]);
    using client = await RawClient.open(binary);
    const { messages } = await client.settle();
    expect(messages.map((bytes) => Buffer.from(bytes).toString("latin1"))).toEqual([
      "good",
      "b\xffd",
      "last",
    ]);
    await using closing = await startServer(["--invalid-utf8=close", ...program]);
    using last = await RawClient.open(closing);
    const end = await last.settle();
    expect(end.messages).toHaveLength(1);
    expect(end).toMatchObject({ code: 1011, reason: expect.stringContaining("not UTF-8") });
    expect(await closing.logged(/ DISCONNECT /)).toContain("output-invalid-utf8");
  });
});

test("--reverselookup: REMOTE_HOST is a name, or the address; what the client sent meanwhile is not lost", async () => {
  await using server = await startServer(["--reverselookup", "sh", "-c", "echo $REMOTE_HOST; cat"]);
  using client = await RawClient.connect(server.port);
  const { requestHead } = await import("../support/raw-handshake.ts");
  client.write(Buffer.concat([Buffer.from(requestHead()), frame({ opcode: 1, payload: "early" })]));
  expect(await client.head()).toStartWith("HTTP/1.1 101 ");
  expect(await client.line()).toMatch(/^(?:127\.0\.0\.1|[a-z].*)$/);
  expect(await client.line()).toBe("early");
});

describe("--check", () => {
  test("what is right: each value with its source, exit 0, and nothing is left listening", async () => {
    using directory = new TestDirectory();
    const path = directory.file("socket");
    const words = ["--check", `--unixsocket=${path}`, "--maxforks=7", "--header=A: b", "cat"];
    const { status, stdout, stderr } = await runProgram(words);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^--maxforks +7 +\(command line\)$/m);
    expect(stdout).toMatch(/^--pingms +25000 +\(default\)$/m);
    expect(stdout).toMatch(/^program +\/.*\/cat +\(found here\)$/m);
    expect(stdout).toMatch(/^sessions at once +7 +\(found here\)$/m);
    expect(stdout).toEndWith("\nok\n");
    expect(directory.read("socket")).toBe("");
  });

  test("all that is wrong, not the first thing alone: exit 78", async () => {
    const words = [
      "--check",
      "--port=0",
      "--address=192.0.2.1",
      "--staticdir=/none",
      "--cgidir=/etc/passwd",
    ];
    const tls = ["--ssl", "--sslcert=/none.crt", "--sslkey=/none.key"];
    const { status, stdout } = await runProgram([...words, ...tls, "no-such-program"]);
    expect(status).toBe(78);
    expect(stdout.match(/^wrong: .*$/gm)).toEqual([
      expect.stringContaining('Cannot find the program "no-such-program"'),
      expect.stringContaining("--staticdir=/none: there is no such directory"),
      expect.stringContaining("--cgidir=/etc/passwd: this is no directory"),
      expect.stringContaining("--sslcert=/none.crt: there is no such file"),
      expect.stringContaining("192.0.2.1"),
    ]);
  });

  test("an address in use is not wrong: it may be this very server's", async () => {
    await using server = await startServer(["cat"]);
    const words = ["--check", `--port=${server.port}`, "--address=127.0.0.1", "cat"];
    expect((await runProgram(words)).status).toBe(0);
  });
});

test("--license is the file LICENSE", async () => {
  const text = await Bun.file(`${import.meta.dir}/../../LICENSE`).text();
  expect(await runProgram(["--license"])).toMatchObject({ status: 0, stdout: text });
});

// docs/troubleshooting.md: what it quotes is what the program says, with the status that it gives.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const PAGE = readFileSync(join(import.meta.dir, "../../docs/troubleshooting.md"), "utf8");
const ROWS = [...PAGE.matchAll(/^\| `(.+?)` +\| (\d+) +\|/gm)].map(
  ([, text, status]) => [text!, Number(status)] as const,
);

/** In the order of the page. */
const STARTS: readonly (readonly string[])[] = [
  ["--prot=80", "cat"],
  [],
  ["--ssl", "cat"],
  ["--staticdir=./none", "cat"],
  ["./none"],
  ["./plain"],
];

function prepared(): TestDirectory {
  const directory = new TestDirectory();
  directory.write("plain", "");
  directory.write("no-first-line", "echo hello\n", 0o755);
  return directory;
}

test("the page has a row for each case below", () => {
  expect(ROWS.length).toBe(STARTS.length + 4);
});

for (const [i, words] of STARTS.entries()) {
  test(`it does not start: ${words.join(" ")}`, async () => {
    using directory = prepared();
    const { status, stderr } = await runProgram(words, { directory: directory.path });
    expect(stderr).toContain(ROWS[i]![0]);
    expect(status).toBe(ROWS[i]![1]);
  });
}

const HOST = "Host: localhost\r\n";
const REFUSED: readonly (readonly [head: string, ...words: string[]])[] = [
  [`GET / HTTP/1.1\r\n${HOST}\r\n`, "cat"],
  [requestHead().replace("\r\n\r\n", "\r\nOrigin: https://example.com\r\n\r\n"), "cat"],
  ["GET / HTTP/1.1\r\nHost: other\r\n\r\n", "--host=localhost", "cat"],
  [requestHead(), "./no-first-line"],
];

for (const [i, [head, ...words]] of REFUSED.entries()) {
  const [text, status] = ROWS[STARTS.length + i]!;
  test(`a client is not let in: ${text}`, async () => {
    using directory = prepared();
    await using server = await startServer(words, { directory: directory.path });
    using client = await RawClient.connect(server.port);
    client.write(head);
    const answer = Buffer.from(await client.rest()).toString();
    expect(answer).toStartWith(`HTTP/1.1 ${status} `);
    expect(answer).toContain(text);
    expect(await server.logged(/ REFUSED /)).toContain(` status=${status} `);
  });
}

/** Says a line that stays in a buffer, and the variable HOME, and waits for stdin. */
const SCRIPT = "import os, sys; print(os.environ.get('HOME')); sys.stdin.readline()";

test.skipIf(missing("python3", Bun.which("python3") !== null))(
  "a line comes at once with --pty=pipe, and HOME with --passenv=+HOME",
  async () => {
    const words = ["--pty=pipe", "--passenv=+HOME", "python3", "-c", SCRIPT];
    await using server = await startServer(words, { environment: { HOME: "/somewhere" } });
    using client = await RawClient.open(server);
    expect(await client.line()).toBe("/somewhere");
  },
);

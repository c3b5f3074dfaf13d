// docs/troubleshooting.md: what it quotes is what the program says, with the status that it gives.

import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { PROGRAM, runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

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
  ["--address=127.0.0.1", "--port=TAKEN", "cat"],
  ["--config=./open.toml"],
];

function prepared(): TestDirectory {
  const directory = new TestDirectory();
  directory.write("plain", "");
  directory.write("open.toml", 'command = ["cat"]\n');
  chmodSync(directory.file("open.toml"), 0o666); // whatever the umask is
  directory.write("no-first-line", "echo hello\n", 0o755);
  return directory;
}

test("the page has a row for each case below", () => {
  expect(ROWS.length).toBe(STARTS.length + REFUSED.length + FULL.length + ENDS.length);
});

for (const [i, words] of STARTS.entries()) {
  test(`it does not start: ${words.join(" ")}`, async () => {
    using directory = prepared();
    await using other = await startServer(["cat"]);
    const all = words.map((word) => word.replace("TAKEN", String(other.port)));
    const { status, stderr } = await runProgram(all, { directory: directory.path });
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

/** How many are there already: one session, or connections that ask nothing. */
const FULL: readonly (readonly [there: number, ...words: string[]])[] = [
  [1, "--maxforks=1", "cat"],
  [1, "--maxforks-per-ip=1", "cat"],
  [48, "cat"],
];
/** Of 64 descriptors 16 are kept free. */
const program = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh", ...PROGRAM];

for (const [i, [there, ...words]] of FULL.entries()) {
  const [text, status] = ROWS[STARTS.length + REFUSED.length + i]!;
  test(`there is no room: ${text}`, async () => {
    const isSession = there === 1;
    await using server = await startServer(words, isSession ? {} : { program });
    const others: RawClient[] = [];
    while (others.length < there) {
      others.push(await (isSession ? RawClient.open(server) : RawClient.connect(server.port)));
    }
    using client = await RawClient.connect(server.port);
    client.write(requestHead());
    const answer = Buffer.from(await client.rest()).toString();
    expect(answer).toStartWith(`HTTP/1.1 ${status} `);
    expect(answer).toContain(`\r\n\r\n${text}\n`);
    expect(answer).toMatch(/\r\nRetry-After: \d+\r\n/);
    for (const one of others) one[Symbol.dispose]();
  });
}

/** What a client sends, if anything, and how the server is called. */
const ENDS: readonly (readonly [sent: string, ...words: string[]])[] = [
  ["x".repeat(2000), "--maxframesize=1K", "cat"],
  ["", "--framing=netstring", "echo", "Hello"],
  ["", "--invalid-utf8=close", "printf", "\\377\\n"],
  ["", "--close-codes=plain", "sh", "-c", "exit 3"],
];

for (const [i, [sent, ...words]] of ENDS.entries()) {
  const [text, code] = ROWS[STARTS.length + REFUSED.length + FULL.length + i]!;
  test(`the connection ends: ${text}`, async () => {
    await using server = await startServer(words);
    using client = await RawClient.open(server);
    if (sent !== "") client.text(sent);
    expect(await client.settle()).toMatchObject({ code, reason: text });
    await server.logged(/ DISCONNECT /);
  });
}

test("a client that does not answer is cut, and the log says so", async () => {
  const reason = "the client was silent for two intervals (--pingms)";
  expect(PAGE).toContain(`\`${reason}\``);
  await using server = await startServer(["--pingms=200", "cat"]);
  using client = await RawClient.open(server);
  expect(await client.ended()).toBe("reset");
  expect(await server.logged(/ DISCONNECT /)).toEndWith(` reason="${reason}"`);
});

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

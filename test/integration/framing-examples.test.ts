// The services that docs/services.md shows for each framing, as they stand there, in sh, in Python and in C.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { frame } from "../support/frames.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const FRAMINGS = ["lines", "nul", "raw", "length", "netstring", "json"] as const;
const PYTHON = "/usr/bin/python3";
const directory = new TestDirectory();
afterAll(() => directory[Symbol.dispose]());

/** How a block becomes a command, by the language that its fence names. */
const LANGUAGES: Readonly<Record<string, (file: string) => string[]>> = {
  sh: (file) => ["sh", file],
  python: (file) => [PYTHON, file],
  c(file) {
    const program = file.replace(/\.c$/, "");
    const flags = ["-Wall", "-Wextra", "-Werror", "-O1"];
    const compiler = Bun.spawnSync(["cc", ...flags, "-o", program, file]);
    expect(compiler.stderr.toString()).toBe("");
    return [program];
  },
};

const document = await Bun.file(`${import.meta.dir}/../../docs/services.md`).text();

function blockOf(framing: string, language: string): string {
  const [, section] = document.split(`\n### ${framing}\n`);
  const blocks = [...section!.split(/\n###? /)[0]!.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
  const found = blocks.filter(([, name]) => name === language);
  expect(found.length, `${framing}, ${language}`).toBe(1);
  return found[0]![2]!;
}

interface Message {
  readonly opcode: number;
  readonly payload: Buffer;
}

const text = (content: string): Message => ({ opcode: 1, payload: Buffer.from(content) });
const binary = (...bytes: number[]): Message => ({ opcode: 2, payload: Buffer.from(bytes) });
const MESSAGES: readonly Message[] = [
  text("Hello é"),
  text(""),
  text("0123456789".repeat(10_000)),
  text(" blanks, \\backslashes, %s and 'quotes' \"stay\"\t"),
];
const LINES = text("two\nlines\r\n, and a last one\n");
const BINARY = binary(0, 255, 10, 13, 44, 58, 34, 92, 0);

/** What comes back of what is sent. */
const SENT: Readonly<Record<(typeof FRAMINGS)[number], readonly Message[]>> = {
  lines: MESSAGES,
  nul: [...MESSAGES, LINES],
  raw: [],
  length: [...MESSAGES, LINES, BINARY, binary()],
  netstring: [...MESSAGES, LINES, BINARY, binary()],
  json: [...MESSAGES, LINES, BINARY, binary()],
};

/** The next message, its fragments joined. */
async function next(client: RawClient): Promise<Message> {
  const parts: Uint8Array[] = [];
  for (let opcode = 0; ;) {
    const { fin, opcode: type, payload } = await client.frame();
    if (type >= 8) throw new Error(`a control frame: ${type} ${Buffer.from(payload)}`);
    opcode ||= type;
    parts.push(payload);
    if (fin) return { opcode, payload: Buffer.concat(parts) };
  }
}

async function expectEchoes(client: RawClient, messages: readonly Message[]): Promise<void> {
  for (const message of messages) client.write(frame(message));
  for (const { opcode, payload } of messages) {
    const echo = await next(client);
    expect(echo.opcode).toBe(opcode);
    expect(Buffer.compare(echo.payload, payload), payload.toString().slice(0, 40)).toBe(0);
  }
}

/** Bytes in as they come, out in whatever pieces. */
async function expectBytes(client: RawClient): Promise<void> {
  const messages = [...MESSAGES, LINES, BINARY, binary(...Buffer.alloc(100_000, "\xff\0"))];
  const wanted = Buffer.concat(messages.map(({ payload }) => payload));
  for (const message of messages) client.write(frame(message));
  let got = Buffer.alloc(0);
  while (got.length < wanted.length) {
    const { opcode, payload } = await next(client);
    expect(opcode).toBe(2);
    got = Buffer.concat([got, payload]);
  }
  expect(Buffer.compare(got, wanted)).toBe(0);
}

test("the document has the three of each, and of no more than about ten lines", () => {
  for (const framing of FRAMINGS) {
    for (const language of Object.keys(LANGUAGES)) {
      const lines = blockOf(framing, language).trim().split("\n");
      expect(lines.length, `${framing}, ${language}`).toBeLessThanOrEqual(17);
    }
  }
});

const PEERS: readonly (readonly [language: string, isMissing: boolean])[] = [
  ["sh", false],
  ["python", missing("python3", existsSync(PYTHON))],
  ["c", missing("cc", Bun.which("cc") !== null)],
];

for (const [language, isMissing] of PEERS) {
  describe.skipIf(isMissing)(`in ${language}`, () => {
    for (const framing of FRAMINGS) {
      test(framing, async () => {
        const file = directory.file(`${framing}.${language}`);
        await Bun.write(file, blockOf(framing, language));
        const command = LANGUAGES[language]!(file);
        await using server = await startServer([`--framing=${framing}`, ...command]);
        using client = await RawClient.open(server);
        if (framing === "raw") await expectBytes(client);
        else await expectEchoes(client, SENT[framing]);
        client.close(1000);
        expect((await client.settle()).code).toBe(1000);
        expect(await server.logged(/ DISCONNECT /)).toContain("exit=0");
        expect(server.matching(/framing|stderr/)).toEqual([]);
      });
    }
  });
}

// Programs that break their framing: the client is told by 1011, the log what was found and where, the program is stopped.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Prints the words by printf(1), and then lives on whatever it is told. */
const STUBBORN = 'trap "" INT TERM; printf "$1"; while :; do sleep 1; done';

type Row = readonly [
  name: string,
  framing: string,
  output: string,
  messages: string[],
  told: RegExp,
];

const ROWS: readonly Row[] = [
  [
    "Hello",
    "length",
    "Hello\\n",
    [],
    /byte 0 .* wanted a length of at most 16777216 \(--max-record\), found "Hello\\n"/,
  ],
  [
    "a text that is not UTF-8",
    "length",
    "\\0\\0\\0\\1a\\0\\0\\0\\2b\\377",
    ["a"],
    /byte 10 .* wanted UTF-8, as the record is a text, found "\\xff"/,
  ],
  ["a line", "netstring", "1:a,Hello\\n", ["a"], /byte 4 .* wanted a digit, .* found "Hello\\n"/],
  [
    "a leading zero",
    "netstring",
    "00:",
    [],
    /byte 1 .* wanted a ":" behind the length 0, found "0:"/,
  ],
  [
    "no colon",
    "netstring",
    "3 abc,",
    [],
    /byte 1 .* wanted a ":" behind the length 3, found " abc,"/,
  ],
  [
    "no comma",
    "netstring",
    "3:abcd",
    [],
    /byte 5 .* wanted a "," behind a record of 3 bytes, found "d"/,
  ],
  [
    "digits for ever",
    "netstring",
    "123456789012",
    [],
    /byte 0 .* wanted a length of at most 16777216 \(--max-record\), found "123456789012"/,
  ],
  [
    "a text that is not UTF-8",
    "netstring",
    "1:a,2:\\303(,",
    ["a"],
    /byte 7 .* wanted UTF-8, as the record is a text, found "\(,"/,
  ],
  [
    "a line that is no JSON",
    "json",
    '{"type":"text","data":"a"}\\nHello\\n',
    ["a"],
    /byte 27 .* wanted an object such as .*, found "Hello\\n"/,
  ],
  [
    "a key that comes twice",
    "json",
    '{"type":"text","data":"a","data":"b"}\\n',
    [],
    /byte 0 .* wanted the keys "type" and "data" of an object, once each and no other, found /,
  ],
  [
    "bytes that are no base64",
    "json",
    '{"type":"binary","data":"a"}\\n',
    [],
    /byte 0 .* wanted base64, with its padding, as the data, found /,
  ],
  [
    "a line that is not UTF-8, and has not ended",
    "json",
    '{"type":"text","data":"\\377',
    [],
    /byte 23 .* wanted UTF-8, found "\\xff"/,
  ],
];

/** A line of the log with the quotes of its form taken off. */
function messageOf(line: string): string {
  const quoted = /(?:^|\s)msg=("(?:[^"\\]|\\.)*")/.exec(line);
  return quoted === null ? line : (JSON.parse(quoted[1]!) as string);
}

describe("what cannot be told apart", () => {
  for (const [name, framing, output, wanted, told] of ROWS) {
    test.concurrent(`${framing}: ${name}`, async () => {
      const words = [
        `--framing=${framing}`,
        "--stop=eof:20ms,TERM:20ms,KILL",
        "sh",
        "-c",
        STUBBORN,
      ];
      await using server = await startServer([...words, "sh", output]);
      using client = await RawClient.open(server);
      const { messages, code, reason } = await client.settle();
      expect(messages.map((bytes) => Buffer.from(bytes).toString())).toEqual(wanted);
      expect({ code, reason }).toEqual({ code: 1011, reason: "the program broke its framing" });
      expect(messageOf(await server.logged(/broke its framing at/))).toMatch(told);
      const end = await server.logged(/ DISCONNECT /);
      expect(end).toContain("output-broken: the program broke its framing");
      expect(end).toContain("signal=SIGKILL");
      expect(server.matching(/broke its framing at/)).toHaveLength(1);
    });
  }
});

describe("the end of stdout inside of a record", () => {
  for (const [framing, output, told] of [
    ["length", "\\0\\0\\0\\5He", /byte 6 .* wanted 3 more bytes of a record, found the end/],
    ["length", "\\0\\0", /byte 2 .* wanted the rest of a length, found the end/],
    ["json", '{"type":"text","da', /byte 0 .* wanted an object such as /],
    ["netstring", "5:Hello", /byte 7 .* wanted 1 more bytes of a record, found the end/],
  ] as const) {
    test(`${framing}: ${output}`, async () => {
      await using server = await startServer([`--framing=${framing}`, "printf", output]);
      using client = await RawClient.open(server);
      expect(await client.settle()).toMatchObject({
        messages: [],
        code: 1011,
        reason: "the program ended inside of a record",
      });
      expect(messageOf(await server.logged(/broke its framing at/))).toMatch(told);
      expect(await server.logged(/ DISCONNECT /)).toContain("exit=0");
    });
  }
});

test("a fault behind fragments that are out: the Close comes between them", async () => {
  const script = "printf '200000:'; head -c 190000 /dev/zero; printf '\\377'; exec sleep 60";
  await using server = await startServer(["--framing=netstring", "sh", "-c", script]);
  using client = await RawClient.open(server);
  const frames = [];
  do frames.push(await client.frame());
  while (frames.at(-1)!.opcode !== 8);
  expect(frames.length).toBeGreaterThan(1);
  expect(frames.slice(0, -1).every(({ fin }) => !fin)).toBe(true);
  expect(await server.logged(/broke its framing at byte 190007 /)).toContain("UTF-8");
});

test("--max-record: at the limit it goes, above it not; --on-client-close=finish lets none live on", async () => {
  const words = ["--framing=netstring", "--max-record=4K", "--on-client-close=finish"];
  const script = "printf '4096:%04096d,4097:' 0; exec sleep 600";
  await using server = await startServer([...words, "sh", "-c", script]);
  using client = await RawClient.open(server);
  const { messages, code } = await client.settle();
  expect(messages.map(({ length }) => length)).toEqual([4096]);
  expect(code).toBe(1011);
  expect(await server.logged(/broke its framing at byte 4102 /)).toContain("at most 4096");
  expect(await server.logged(/ DISCONNECT /)).toContain("signal=");
});

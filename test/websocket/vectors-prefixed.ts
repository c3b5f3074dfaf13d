// Records with their length before them, whole and broken, with what comes of them.

import { FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import { fromHex } from "../support/frames.ts";
import type { RecordOptions } from "../support/plain-records.ts";

const OPTIONS = { recordSizeMax: 100_000, fragmentSize: FRAGMENT_SIZE };
export const LENGTH: RecordOptions = { ...OPTIONS, framing: "length", frameType: null };
export const NETSTRING: RecordOptions = { ...OPTIONS, framing: "netstring", frameType: null };
export const TEXT: RecordOptions = { ...NETSTRING, frameType: "text" };
export const BINARY: RecordOptions = { ...NETSTRING, frameType: "binary" };
export const AUTO: RecordOptions = { ...NETSTRING, frameType: "auto" };

/** What a program writes, the messages of it, and what the log is told. */
export type PrefixedVector = readonly [
  name: string,
  options: RecordOptions,
  stream: string | Uint8Array,
  messages: string[],
  fault: string | null,
];

const at = (offset: number, wanted: string, found: string) =>
  `the program broke its framing at byte ${offset} of its stdout: wanted ${wanted}, found ${found}`;

export const PREFIXED_VECTORS: readonly PrefixedVector[] = [
  ["a text, a binary", NETSTRING, "5:Hello,3;a\0b,", ['text "Hello"', "binary 610062"], null],
  ["nothing, of both types", NETSTRING, "0:,0;,1:a,", ['text ""', "binary ", 'text "a"'], null],
  ["all that could be marks is content", NETSTRING, "5:,:;1\n,", ['text ",:;1\\n"'], null],
  ["plain: text", TEXT, "2:é,", ['text "é"'], null],
  ["plain: binary", BINARY, "2:é,", ["binary c3a9"], null],
  [
    "plain: whatever it is",
    AUTO,
    Buffer.from("2:\xc3\xa9,1:\xc3,1:a,0:,", "latin1"),
    ['text "é"', "binary c3", 'text "a"', 'text ""'],
    null,
  ],
  [
    "a line in the place of a length",
    NETSTRING,
    "1:a,Hello\n",
    ['text "a"'],
    at(4, "a digit, which begins a length", '"Hello\\n"'),
  ],
  [
    "a line feed behind the record",
    NETSTRING,
    "1:a,\n1:b,",
    ['text "a"'],
    at(4, "a digit, which begins a length", '"\\n1:b,"'),
  ],
  ["a sign", NETSTRING, "-1:a,", [], at(0, "a digit, which begins a length", '"-1:a,"')],
  ["a leading zero", NETSTRING, "05:Hello,", [], at(1, 'a ":" behind the length 0', '"5:Hello,"')],
  ["no separator", NETSTRING, "12 a", [], at(2, 'a ":" behind the length 12', '" a"')],
  [
    "a type that plain ones have not",
    TEXT,
    "1;a,",
    [],
    at(1, 'a ":" behind the length 1', '";a,"'),
  ],
  [
    "a record that is longer than its length",
    NETSTRING,
    "1:a,2:bcd,",
    ['text "a"'],
    at(8, 'a "," behind a record of 2 bytes', '"d,"'),
  ],
  [
    "a length over the limit",
    NETSTRING,
    "1:a,100001:",
    ['text "a"'],
    at(4, "a length of at most 100000 (--max-record)", '"100001:"'),
  ],
  [
    "digits without end",
    NETSTRING,
    "99999999999999999999",
    [],
    at(0, "a length of at most 100000 (--max-record)", '"99999999999999999999"'),
  ],
  [
    "a text that is not UTF-8",
    NETSTRING,
    Buffer.from("1:a,4:b\xffcd,", "latin1"),
    ['text "a"'],
    at(7, "UTF-8, as the record is a text", '"\\xffcd,"'),
  ],
  [
    "a text that ends inside of a character",
    NETSTRING,
    Buffer.from("1:\xc3,", "latin1"),
    [],
    at(2, "the rest of a character, as the record is a text", '"\\xc3,"'),
  ],
  [
    "a record that is cut",
    NETSTRING,
    "1:a,5:He",
    ['text "a"'],
    at(8, "4 more bytes of a record", "the end"),
  ],
  [
    "a record without its comma",
    NETSTRING,
    "1:a,1:b",
    ['text "a"'],
    at(7, "1 more bytes of a record", "the end"),
  ],
  [
    "a length that is cut",
    NETSTRING,
    "1:a,12",
    ['text "a"'],
    at(6, "the rest of a length", "the end"),
  ],
  [
    "Hello",
    LENGTH,
    "Hello\n",
    [],
    at(0, "a length of at most 100000 (--max-record)", '"Hello\\n"'),
  ],
  [
    "a length over the limit, after a record",
    LENGTH,
    fromHex("00000001 61 800186a1 62"),
    ['text "a"'],
    at(5, "a length of at most 100000 (--max-record)", '"\\x80\\x01\\x86\\xa1b"'),
  ],
  [
    "a text that is not UTF-8",
    LENGTH,
    fromHex("00000003 61ff62 00000001 61"),
    [],
    at(5, "UTF-8, as the record is a text", '"\\xffb\\0\\0\\0\\x01a"'),
  ],
  [
    "a text that ends inside of a character",
    LENGTH,
    fromHex("00000002 61c3 00000001 61"),
    [],
    at(5, "the rest of a character, as the record is a text", '"\\xc3\\0\\0\\0\\x01a"'),
  ],
  [
    "the same bytes as binary",
    LENGTH,
    fromHex("80000002 61c3 00000001 61"),
    ["binary 61c3", 'text "a"'],
    null,
  ],
  [
    "a length that is cut",
    LENGTH,
    fromHex("00000001 61 0000"),
    ['text "a"'],
    at(7, "the rest of a length", "the end"),
  ],
  [
    "a record that is cut",
    LENGTH,
    fromHex("00000003 61"),
    [],
    at(5, "2 more bytes of a record", "the end"),
  ],
];

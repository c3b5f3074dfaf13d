// Inputs that are worth keeping: what they hold, in hex, what comes of them, and with what they are read.

import { VECTORS, VECTOR_OPTIONS } from "../kernel/vectors.ts";
import { fromHex } from "../support/frames.ts";
import type { DecoderOptions } from "../support/plain-decoder.ts";

export interface CorpusEntry {
  readonly name: string;
  readonly stream: Uint8Array;
  readonly options: DecoderOptions;
  /** Hex of the records of whole messages; not given where the vectors' own tests hold it. */
  readonly records?: string;
  /** Hex of the Close's body, its code alone; null for none. */
  readonly close?: string | null;
}

const DEFLATE = { ...VECTOR_OPTIONS, isDeflate: true };
const LENGTH = { ...VECTOR_OPTIONS, delimiter: 257 };
const BOTH = { ...DEFLATE, delimiter: 257 };
const NETSTRING = { ...VECTOR_OPTIONS, delimiter: 258 };
const NETSTRING_PLAIN = { ...VECTOR_OPTIONS, delimiter: 259 };
const NETSTRING_DEFLATE = { ...DEFLATE, delimiter: 258 };
const JSON_LINES = { ...VECTOR_OPTIONS, delimiter: 260 };
const JSON_DEFLATE = { ...DEFLATE, delimiter: 260 };
const PROTOCOL_ERROR = "03ea";
const INVALID = "03ef";
/** "Hello" as RFC 7692 7.2.3.1 deflates it, under a key of zeros. */
const HELLO = "f248cdc9c90700";

type Row = readonly [name: string, hex: string, records: string, close: string | null];

/** RFC 7692. */
const DEFLATED: readonly Row[] = [
  ["7.2.3.1 Hello", `c187 00000000 ${HELLO}`, "48656c6c6f0a", null],
  ["7.2.3.1 in two fragments", `4183 00000000 f248cd 8084 00000000 c9c90700`, "48656c6c6f0a", null],
  [
    "a Ping between the fragments",
    `4183 00000000 f248cd 8980 00000000 8084 00000000 c9c90700`,
    "48656c6c6f0a",
    null,
  ],
  [
    "7.2.3.3 a block that is not compressed",
    "c18b 00000000 000500faff48656c6c6f00",
    "48656c6c6f0a",
    null,
  ],
  ["7.2.3.4 a last block", "c188 00000000 f348cdc9c9070000", "48656c6c6f0a", null],
  ["7.2.3.5 two blocks", "c18d 00000000 f248050000 00ffff cac9c90700", "48656c6c6f0a", null],
  ["7.2.3.6 an empty message", "c181 00000000 00", "0a", null],
  ["6.1 a message that is not compressed", "8185 00000000 48656c6c6f", "48656c6c6f0a", null],
  ["6.1 RSV1 on a continuation", `4183 00000000 f248cd c084 00000000 c9c90700`, "", PROTOCOL_ERROR],
  ["6.1 RSV1 on a Ping", "c980 00000000", "", PROTOCOL_ERROR],
  ["5.2 RSV2", `a187 00000000 ${HELLO}`, "", PROTOCOL_ERROR],
  ["5.2 RSV1 and RSV3", `d187 00000000 ${HELLO}`, "", PROTOCOL_ERROR],
  ["what is not deflate", "c183 00000000 ffffff", "", INVALID],
  ["a message that is cut", "c184 00000000 f248cdc9", "", INVALID],
  ["7.2.1 no byte at all is no empty message", "c180 00000000", "", INVALID],
  ["8.1 text that is not UTF-8", "c186 00000000 000100feffff", "", INVALID],
  ["8.1 text that ends inside a code point", "c187 00000000 000100feffc300", "", INVALID],
  ["the same bytes as binary", "c287 00000000 000100feffc300", "c30a", null],
  ["5.5.1 a Close inside a message", "4183 00000000 f248cd 8882 00000000 03e8", "", "03e8"],
];

/** --framing=length. */
const PREFIXED: readonly Row[] = [
  ["text", "8185 00000000 48656c6c6f", "0000000548656c6c6f", null],
  ["binary", "8282 00000000 c3ff", "80000002c3ff", null],
  ["nothing", "8180 00000000 8280 00000000", "0000000080000000", null],
  ["not ASCII", "8182 00000000 c3a9", "00000002c3a9", null],
  ["fragments", "0181 00000000 61 0080 00000000 8082 00000000 6263", "00000003616263", null],
  [
    "a Ping between fragments",
    "0281 00000000 61 8980 00000000 8081 00000000 62",
    "800000026162",
    null,
  ],
  [
    "whole, in fragments, whole",
    "8181 00000000 61 0181 00000000 62 8081 00000000 63 8181 00000000 64",
    "0000000161" + "000000026263" + "0000000164",
    null,
  ],
  ["text that is not UTF-8 in fragments", "0181 00000000 c3 8081 00000000 28", "", INVALID],
];

/** --framing=netstring. */
const NETSTRINGS: readonly Row[] = [
  ["text", "8185 00000000 48656c6c6f", hexOf("5:Hello,"), null],
  ["binary", "8282 00000000 6162", hexOf("2;ab,"), null],
  ["nothing", "8180 00000000 8280 00000000", hexOf("0:,0;,"), null],
  ["not ASCII", "8182 00000000 c3a9", hexOf("2:é,"), null],
  ["100 bytes", `82e4 00000000 ${"61".repeat(100)}`, hexOf(`100;${"a".repeat(100)},`), null],
  ["126 bytes", `82fe 007e 00000000 ${"61".repeat(126)}`, hexOf(`126;${"a".repeat(126)},`), null],
  ["fragments", "0181 00000000 61 0080 00000000 8082 00000000 6263", hexOf("3:abc,"), null],
  [
    "whole, in fragments, whole",
    "8181 00000000 61 0281 00000000 62 8081 00000000 63 8181 00000000 64",
    hexOf("1:a,2;bc,1:d,"),
    null,
  ],
  ["text that is not UTF-8", "8181 00000000 61 8182 00000000 c328", hexOf("1:a,"), INVALID],
];

/** --framing=json. */
const JSON_ROWS: readonly Row[] = [
  ["text", "8185 00000000 48656c6c6f", json("text", "Hello"), null],
  ["binary", "8284 00000000 00ff6162", json("binary", "AP9hYg=="), null],
  ["nothing", "8180 00000000 8280 00000000", json("text", "") + json("binary", ""), null],
  ["what must be escaped", "8187 00000000 0a 22 5c 00 c3a9 7f", json("text", '\n"\\\0é\x7f'), null],
  [
    "base64 over three fragments",
    "0281 00000000 61 0082 00000000 6263 8081 00000000 64",
    json("binary", "YWJjZA=="),
    null,
  ],
  ["a character over two", "0181 00000000 c3 8081 00000000 a9", json("text", "é"), null],
  ["a Ping between", "0181 00000000 61 8980 00000000 8080 00000000", json("text", "a"), null],
  ["text that is not UTF-8", "8181 00000000 61 8182 00000000 c328", json("text", "a"), INVALID],
  ["the same over fragments", "0181 00000000 61 8081 00000000 c3", "", INVALID],
  ["a Close inside of a message", "0181 00000000 61 8882 00000000 03e8", "", "03e8"],
];

function json(type: string, data: string): string {
  return hexOf(`${JSON.stringify({ type, data })}\n`);
}

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex");
}

const entries = (rows: readonly Row[], options: DecoderOptions, group: string): CorpusEntry[] =>
  rows.map(([name, hex, records, close]) => ({
    name: `${group}: ${name}`,
    stream: fromHex(hex),
    options,
    records,
    close,
  }));

export const CORPUS: readonly CorpusEntry[] = [
  ...VECTORS.map(({ name, hex, options }) => ({
    name: `plain: ${name}`,
    stream: fromHex(hex),
    options: { ...VECTOR_OPTIONS, ...options },
  })).filter(({ options }) => options.delimiter === VECTOR_OPTIONS.delimiter),
  ...entries(DEFLATED, DEFLATE, "RFC 7692"),
  ...entries(PREFIXED, LENGTH, "length"),
  ...entries(NETSTRINGS, NETSTRING, "netstring"),
  ...entries(
    [
      [
        "a type is not told",
        "8282 00000000 6162 0281 00000000 61 8080 00000000",
        hexOf("2:ab,1:a,"),
        null,
      ],
    ],
    NETSTRING_PLAIN,
    "netstring, plain",
  ),
  ...entries(
    [["Hello", `c287 00000000 ${HELLO} c187 00000000 ${HELLO}`, hexOf("5;Hello,5:Hello,"), null]],
    NETSTRING_DEFLATE,
    "netstring, deflated",
  ),
  ...entries(JSON_ROWS, JSON_LINES, "json"),
  ...entries(
    [["Hello", `c187 00000000 ${HELLO}`, json("text", "Hello"), null]],
    JSON_DEFLATE,
    "json, deflated",
  ),
  ...entries([["Hello", `c187 00000000 ${HELLO}`, "0000000548656c6c6f", null]], BOTH, "both"),
];

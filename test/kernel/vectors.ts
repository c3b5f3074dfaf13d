// Streams of client frames in hex with what they decode to, by the sections of RFC 6455.

import type { DecoderOptions } from "../support/plain-decoder.ts";
import { TEXT } from "./vectors-text.ts";
import { VIOLATIONS } from "./vectors-violations.ts";

export interface Vector {
  /** Begins with the section. */
  readonly name: string;
  /** What the client sends. The key is 37fa213d as in 5.7, or 00000000 where the payload is to be seen. */
  readonly hex: string;
  /** Hex of the payloads up to the byte that breaks a rule, 0a after each message. Default: none. */
  readonly output?: string;
  /** Each control frame: its opcode, a blank, its payload in hex. Default: none. */
  readonly controls?: readonly string[];
  /** Messages ended. Default: 0. */
  readonly messages?: number;
  /** Default: MORE. */
  readonly outcome?: number;
  readonly options?: Partial<DecoderOptions>;
}

/** What a vector without options is decoded with: limits small enough to be reached. */
export const VECTOR_OPTIONS: DecoderOptions = {
  messageSizeMax: 1024 * 1024,
  fragmentsMax: 4,
  fragmentsEmptyMax: 2,
  delimiter: 0x0a,
};

const HELLO = "8185 37fa213d 7f9f4d5158";
const HELLO_LINE = "48656c6c6f 0a";

/** 5.2, 5.4, 5.5, 5.7: what must be taken. */
const LEGAL: readonly Vector[] = [
  { name: "5.7 a single-frame masked text message", hex: HELLO, output: HELLO_LINE, messages: 1 },
  {
    name: "5.7 a fragmented text message, masked",
    hex: "0183 37fa213d 7f9f4d 8082 37fa213d 5b95",
    output: HELLO_LINE,
    messages: 1,
  },
  { name: "5.7 a masked Ping", hex: "8985 37fa213d 7f9f4d5158", controls: ["9 48656c6c6f"] },
  { name: "5.7 a masked Pong", hex: "8a85 37fa213d 7f9f4d5158", controls: ["10 48656c6c6f"] },
  {
    name: "5.7 256 bytes of binary, masked",
    hex: `82fe 0100 00000000 ${"c3".repeat(256)}`,
    output: `${"c3".repeat(256)} 0a`,
    messages: 1,
  },
  {
    name: "5.7 64 KiB of binary, masked",
    hex: `82ff 0000000000010000 00000000 ${"c3".repeat(65536)}`,
    output: `${"c3".repeat(65536)} 0a`,
    messages: 1,
  },
  { name: "5.2 a header in pieces decides nothing", hex: "82ff 00000000000100" },
  {
    name: "5.2 126 bytes, the least with 16 bits of length",
    hex: `82fe 007e 37fa213d ${"37fa213d".repeat(31)} 37fa`,
    output: `${"00".repeat(126)} 0a`,
    messages: 1,
  },
  {
    name: "5.2 the longest length there is, without a limit, begins",
    hex: "82ff 7fffffffffffffff 00000000 0102",
    output: "0102",
    options: { messageSizeMax: 0 },
  },
  { name: "5.4 an empty message", hex: "8180 37fa213d", output: "0a", messages: 1 },
  {
    name: "5.4 messages one after the other, empty ones between",
    hex: `${HELLO} 8280 00000000 8180 37fa213d ${HELLO} 8280 00000000`,
    output: `${HELLO_LINE} 0a 0a ${HELLO_LINE} 0a`,
    messages: 5,
  },
  {
    name: "5.4 an empty message in two empty fragments",
    hex: "0180 00000000 8080 00000000",
    output: "0a",
    messages: 1,
  },
  {
    name: "5.4 control frames between fragments",
    hex: "0183 37fa213d 7f9f4d 8980 37fa213d 8a81 00000000 70 8082 37fa213d 5b95",
    output: HELLO_LINE,
    controls: ["9 ", "10 70"],
    messages: 1,
  },
  {
    name: "5.4 as many fragments as are allowed, then again",
    hex: "0281 00000000 61 0081 00000000 62 0081 00000000 63 8081 00000000 64".repeat(2),
    output: "61626364 0a 61626364 0a",
    messages: 2,
  },
  {
    name: "5.5.1 Close with a code and a reason",
    hex: "8885 37fa213d 3412434452",
    controls: ["8 03e8627965"],
  },
  {
    name: "5.5 a control frame of 125 bytes, not judged as text",
    hex: `${HELLO} 89fd 00000000 ${"ff".repeat(125)} ${HELLO}`,
    output: `${HELLO_LINE} ${HELLO_LINE}`,
    controls: [`9 ${"ff".repeat(125)}`],
    messages: 2,
  },
  {
    name: "5.6 binary is not judged as text",
    hex: "8284 00000000 ff80c0f5",
    output: "ff80c0f5 0a",
    messages: 1,
  },
  {
    name: "5.6 a message without a delimiter",
    hex: `${HELLO} ${HELLO}`,
    output: "48656c6c6f 48656c6c6f",
    messages: 2,
    options: { delimiter: 256 },
  },
  {
    name: "5.6 messages with NUL as delimiter",
    hex: `${HELLO} 8180 00000000`,
    output: "48656c6c6f 00 00",
    messages: 2,
    options: { delimiter: 0 },
  },
  {
    name: "5.6 messages with FF as delimiter, one of them in fragments",
    hex: `${HELLO} 0180 00000000 8081 00000000 61`,
    output: "48656c6c6f ff 61 ff",
    messages: 2,
    options: { delimiter: 0xff },
  },
  {
    name: "10.4 as many empty fragments as are allowed, then again",
    hex: "0180 00000000 8080 00000000".repeat(3),
    output: "0a 0a 0a",
    messages: 3,
  },
  {
    name: "10.4 a message as big as is allowed",
    hex: "0282 00000000 6162 8082 00000000 6364",
    output: "61626364 0a",
    messages: 1,
    options: { messageSizeMax: 4 },
  },
];

export const VECTORS: readonly Vector[] = [...LEGAL, ...TEXT, ...VIOLATIONS];

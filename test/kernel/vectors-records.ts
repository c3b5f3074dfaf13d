// RFC 6455 5.2, 5.4: what a service writes, in hex, with the frames that it becomes.

import { FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import type { EncoderOptions } from "../support/plain-encoder.ts";

export const TEXT: EncoderOptions = { opcode: 1, delimiter: 0x0a, fragmentSize: FRAGMENT_SIZE };
export const NUL: EncoderOptions = { opcode: 2, delimiter: 0x00, fragmentSize: FRAGMENT_SIZE };

export interface RecordVector {
  readonly name: string;
  /** Hex of what the service writes, and of what the client is to get. */
  readonly stream: string;
  readonly frames: string;
  readonly options: EncoderOptions;
}

export const RECORD_VECTORS: readonly RecordVector[] = [
  {
    name: "5.7 a single-frame unmasked text message",
    stream: "48656c6c6f 0a",
    frames: "8105 48656c6c6f",
    options: TEXT,
  },
  {
    name: "5.7 a fragmented unmasked text message",
    stream: "48656c6c6f 0a",
    frames: "0103 48656c 8002 6c6f",
    options: { ...TEXT, fragmentSize: 3 },
  },
  {
    name: "5.7 256 bytes of binary",
    stream: `${"61".repeat(256)} 0a`,
    frames: `827e 0100 ${"61".repeat(256)}`,
    options: { ...TEXT, opcode: 2 },
  },
  {
    name: "5.7 64 KiB of binary",
    stream: `${"61".repeat(65536)} 0a`,
    frames: `827f 0000000000010000 ${"61".repeat(65536)}`,
    options: { ...TEXT, opcode: 2, fragmentSize: 65536 },
  },
  { name: "nothing", stream: "", frames: "", options: TEXT },
  { name: "empty lines", stream: "0a 0d0a 0a", frames: "8100 8100 8100", options: TEXT },
  {
    name: "of several CR the last goes",
    stream: "0d0d0a 610d0d0a",
    frames: "8101 0d 8102 610d",
    options: TEXT,
  },
  {
    name: "CR elsewhere stays",
    stream: "0d61 0a 61 0d62 0a",
    frames: "8102 0d61 8103 610d62",
    options: TEXT,
  },
  {
    name: "an unfinished last line",
    stream: "61 0a 6263",
    frames: "8101 61 8102 6263",
    options: TEXT,
  },
  {
    name: "an unfinished last line keeps its CR",
    stream: "61 0d",
    frames: "8102 610d",
    options: TEXT,
  },
  { name: "a last line of one CR", stream: "0d", frames: "8101 0d", options: TEXT },
  {
    name: "NUL ends records, CR LF are content",
    stream: "61 0d0a 00 0d 00",
    frames: "8203 610d0a 8201 0d",
    options: NUL,
  },
  {
    name: "FF ends records",
    stream: "61 ff 0d ff",
    frames: "8101 61 8101 0d",
    options: { ...TEXT, delimiter: 0xff },
  },
  {
    name: "exactly the fragment size, CR LF",
    stream: "616263 0d0a",
    frames: "8103 616263",
    options: { ...TEXT, fragmentSize: 3 },
  },
  {
    name: "one more than the fragment size",
    stream: "61626364 0d0a",
    frames: "0103 616263 8001 64",
    options: { ...TEXT, fragmentSize: 3 },
  },
  {
    name: "CR on the fragment's edge stays when no LF comes",
    stream: "616263 0d 64 0a",
    frames: "0103 616263 8002 0d64",
    options: { ...TEXT, fragmentSize: 3 },
  },
  {
    name: "two CR on the fragment's edge",
    stream: "616263 0d0d0a",
    frames: "0103 616263 8001 0d",
    options: { ...TEXT, fragmentSize: 3 },
  },
  {
    name: "twice the fragment size, then a line",
    stream: "616263646566 0a 67 0a",
    frames: "0103 616263 8003 646566 8101 67",
    options: { ...TEXT, fragmentSize: 3 },
  },
  {
    name: "unfinished, longer than the fragment size",
    stream: "616263 0d",
    frames: "0103 616263 8001 0d",
    options: { ...TEXT, fragmentSize: 3 },
  },
];

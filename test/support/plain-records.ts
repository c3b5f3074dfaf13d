// Reads what a program wrote as records with their length before them, or of JSON; the plain twin of the outputs.

import { readJsonLines } from "./plain-json-records.ts";
import { PlainUtf8 } from "./plain-utf8.ts";

export interface RecordOptions {
  readonly framing: "length" | "netstring" | "json";
  /** Of netstrings that do not say it; null: they do. */
  readonly frameType: "text" | "binary" | "auto" | null;
  readonly recordSizeMax: number;
  /** What a type that is not told is judged by, when the record is longer. */
  readonly fragmentSize: number;
}

export interface PlainRecord {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

export interface PlainRecords {
  readonly records: readonly PlainRecord[];
  /** Null: nothing is wrong. */
  readonly fault: PlainFault | null;
}

export interface PlainFault {
  /** Of what cannot be. */
  readonly offset: number;
  /** What would have been right, by a word of its text. */
  readonly wanted: string;
  /** It is the end of the stream that cannot be there. */
  readonly isEnd: boolean;
}

export type Fail = (offset: number, wanted: string, isEnd?: boolean) => never;

const LENGTH_SIZE = 4;

export function readRecords(stream: Uint8Array, options: RecordOptions): PlainRecords {
  const records: PlainRecord[] = [];
  let at = 0;
  const fail: Fail = (offset, wanted, isEnd = offset === stream.length) => {
    const fault: PlainFault = { offset, wanted, isEnd };
    throw fault;
  };
  try {
    if (options.framing === "json") {
      const take = (record: PlainRecord) => void records.push(record);
      readJsonLines(stream, options.recordSizeMax, { take, fail });
      return { records, fault: null };
    }
    while (at < stream.length) {
      const read = options.framing === "length" ? readLength : readNetstring;
      const { begin, size, type, behind } = read(stream, at, options, fail);
      const end = Math.min(stream.length, begin + size);
      const opcode = judge(stream, { begin, end, size }, { type, options, fail });
      if (end - begin < size) fail(stream.length, "more bytes");
      if (behind !== null && end === stream.length) fail(stream.length, "more bytes");
      if (behind !== null && stream[end] !== behind) fail(end, '","');
      records.push({ opcode, payload: stream.slice(begin, end) });
      at = end + (behind === null ? 0 : 1);
    }
  } catch (error) {
    return { records, fault: error as PlainFault };
  }
  return { records, fault: null };
}

interface Head {
  readonly begin: number;
  readonly size: number;
  readonly type: "text" | "binary" | "auto";
  readonly behind: number | null;
}

function readLength(stream: Uint8Array, at: number, options: RecordOptions, fail: Fail): Head {
  if (stream.length - at < LENGTH_SIZE) fail(stream.length, "rest of a length");
  const prefix = new DataView(stream.buffer, stream.byteOffset + at).getUint32(0);
  const size = prefix % 2 ** 31;
  if (size > options.recordSizeMax) fail(at, "--max-record");
  return {
    begin: at + LENGTH_SIZE,
    size,
    type: prefix < 2 ** 31 ? "text" : "binary",
    behind: null,
  };
}

function readNetstring(stream: Uint8Array, at: number, options: RecordOptions, fail: Fail): Head {
  const begin = at;
  let digits = "";
  for (; ; at++) {
    if (at === stream.length) fail(at, "rest of a length");
    const character = String.fromCharCode(stream[at]!);
    if (/[0-9]/.test(character)) {
      if (digits === "0") fail(at, "length 0");
      digits += character;
      if (Number(digits) > options.recordSizeMax) fail(begin, "--max-record");
      continue;
    }
    if (digits === "") fail(at, "a digit");
    const isTyped = options.frameType === null;
    if (character !== ":" && !(isTyped && character === ";")) fail(at, `length ${Number(digits)}`);
    const told = character === ":" ? "text" : "binary";
    return { begin: at + 1, size: Number(digits), type: options.frameType ?? told, behind: 0x2c };
  }
}

/** The opcode of a record of which [begin, end) is there. */
function judge(
  stream: Uint8Array,
  { begin, end, size }: { begin: number; end: number; size: number },
  of: { type: Head["type"]; options: RecordOptions; fail: Fail },
): number {
  if (of.type === "binary") return 2;
  const utf8 = new PlainUtf8();
  for (let at = begin; at < end; at++) {
    if (utf8.feed(stream[at]!)) continue;
    if (of.type === "auto" && at - begin < of.options.fragmentSize) return 2;
    of.fail(at, "UTF-8");
  }
  if (end - begin < size || utf8.whole) return 1;
  if (of.type === "auto" && size <= of.options.fragmentSize) return 2;
  let character = end - 1;
  while (stream[character]! < 0xc0) character--;
  return of.fail(character, "rest of a character");
}

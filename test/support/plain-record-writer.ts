// Writes a message as a record for a program, by the number of its framing.

import type { ByteList } from "./byte-list.ts";

const LENGTH_PREFIX = 257;
const NETSTRING = 258;
const NETSTRING_PLAIN = 259;
const JSON_LINE = 260;

/**
 * A delimiter below 256 is the byte behind the record; 257 puts 4 bytes before it, its length and in the top bit its
 * type; 258 makes a netstring of it, with a semicolon for the colon in a binary one; 259 has a colon in both; 260 makes a line of JSON of it.
 */
export function writeRecordPlainly(
  output: ByteList,
  payload: Uint8Array,
  { delimiter, isText }: { delimiter: number; isText: boolean },
): void {
  if (delimiter === JSON_LINE) {
    const bytes = Buffer.from(payload);
    const type = isText ? "text" : "binary";
    const data = isText ? bytes.toString() : bytes.toString("base64");
    output.append(Buffer.from(`${JSON.stringify({ type, data })}\n`));
    return;
  }
  if (delimiter === LENGTH_PREFIX) {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(payload.length + (isText ? 0 : 0x80000000));
    output.append(prefix);
  }
  const isNetstring = delimiter === NETSTRING || delimiter === NETSTRING_PLAIN;
  const separator = isText || delimiter === NETSTRING_PLAIN ? ":" : ";";
  if (isNetstring) output.append(Buffer.from(`${payload.length}${separator}`));
  output.append(payload);
  if (isNetstring) output.append(Buffer.from(","));
  if (delimiter <= 255) output.push(delimiter);
}

/** How many delimiters are inside; only control characters are looked for. */
export function countInside(payload: Uint8Array, { delimiter }: { delimiter: number }): number {
  return delimiter < 0x20 ? payload.filter((byte) => byte === delimiter).length : 0;
}

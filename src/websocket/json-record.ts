// --framing=json: what a line of a program says, or what it should have said.

import { OPCODE_BINARY, OPCODE_TEXT } from "./frame.ts";

export interface JsonRecord {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

const OBJECT = 'an object such as {"type":"text","data":"..."}';
const KEYS = 'the keys "type" and "data" of an object, once each and no other';
const ENCODER = new TextEncoder();

/**
 * Reads a line that is UTF-8. A string in the place of a record tells what was wanted there. Whatever could mean that
 * something is lost is refused: other keys, a key that comes twice, half a surrogate pair, base64 without its padding.
 */
export function readJsonRecord(line: Uint8Array): JsonRecord | string {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8");
  const value = parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return OBJECT;
  const { type, data } = value as { readonly type?: unknown; readonly data?: unknown };
  if (Object.keys(value).length !== 2 || type === undefined || data === undefined) return KEYS;
  if (type !== "text" && type !== "binary") return '"text" or "binary" as the type';
  if (typeof data !== "string") return "a string as the data";
  if (countStrings(text) !== 4) return KEYS;
  if (type === "text") {
    if (!data.isWellFormed()) return "whole surrogate pairs in the data";
    return { opcode: OPCODE_TEXT, payload: ENCODER.encode(data) };
  }
  try {
    const payload = Uint8Array.fromBase64(data, { lastChunkHandling: "strict" });
    return { opcode: OPCODE_BINARY, payload };
  } catch {
    return "base64, with its padding, as the data";
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Of JSON.parse's answer one cannot see that a key came twice, or before another value: its strings are then more. */
function countStrings(text: string): number {
  let count = 0;
  for (let quote = text.indexOf('"'); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) count++;
  }
  return count / 2;
}

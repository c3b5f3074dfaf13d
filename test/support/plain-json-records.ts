// Reads what a program wrote as lines of JSON, byte by byte; the plain twin of the output of --framing=json.

import type { Fail, PlainRecord } from "./plain-records.ts";
import { PlainUtf8 } from "./plain-utf8.ts";

const LINE_FEED = 0x0a;

/** Takes the records of `stream` one by one; `fail` is thrown at what is none. */
export function readJsonLines(
  stream: Uint8Array,
  sizeMax: number,
  { take, fail }: { take: (record: PlainRecord) => void; fail: Fail },
): void {
  const utf8 = new PlainUtf8();
  let line: number[] = [];
  let begin = 0;
  const end = (isLast: boolean) => {
    const record = readLine(Buffer.from(line).toString());
    if (record === null) fail(begin, "", isLast);
    else take(record);
  };
  for (const [at, byte] of stream.entries()) {
    if (!utf8.feed(byte)) fail(at, "UTF-8");
    if (byte === LINE_FEED) {
      end(false);
      line = [];
      begin = at + 1;
    } else if (line.push(byte) > sizeMax) {
      fail(begin, "--max-record");
    }
  }
  if (line.length > 0 && !utf8.whole) fail(begin, "whole characters", true);
  if (line.length > 0) end(true);
}

const BLANKS = "[ \\t\\r\\n]*";
const STRING = String.raw`"((?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*)"`;
const PAIR = [STRING, ":", STRING].join(BLANKS);
const OBJECT = new RegExp(`^${["", "\\{", PAIR, ",", PAIR, "\\}", ""].join(BLANKS)}$`);

/** By the grammar of RFC 8259 as far as a record uses it. */
function readLine(line: string): PlainRecord | null {
  const match = OBJECT.exec(line);
  if (match === null) return null;
  const [key, value, otherKey, otherValue] = match
    .slice(1)
    .map((text) => JSON.parse(`"${text}"`) as string);
  const [type, data] = key === "type" ? [value, otherValue!] : [otherValue, value!];
  if ([key, otherKey].toSorted().join() !== "data,type") return null;
  if (type === "text") {
    return /\p{Cs}/u.test(data) ? null : { opcode: 1, payload: Buffer.from(data) };
  }
  const payload = Buffer.from(data, "base64");
  const isWhole = payload.toString("base64") === data.replace(/[ \t\n\f\r]/g, "");
  return type === "binary" && isWhole ? { opcode: 2, payload } : null;
}

// Random streams of a program's records: legal ones, some with a few bytes changed, some cut.

import { FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import { concat } from "./frames.ts";
import type { RecordOptions } from "./plain-records.ts";
import type { Random } from "./random.ts";

const FORMS = [
  { framing: "length", frameType: null },
  { framing: "netstring", frameType: null },
  { framing: "netstring", frameType: "text" },
  { framing: "netstring", frameType: "binary" },
  { framing: "netstring", frameType: "auto" },
  { framing: "json", frameType: null },
] as const;

export function randomRecordOptions(random: Random): RecordOptions {
  const recordSizeMax = random.pick([16 * 1024 * 1024, 2 ** 31 - 1, 3000, 99, 0]);
  return { ...random.pick(FORMS), recordSizeMax, fragmentSize: FRAGMENT_SIZE };
}

export function randomRecords(random: Random, options: RecordOptions): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let count = random.pick([1, 3, 20]); count > 0; count--) {
    parts.push(randomRecord(random, options));
  }
  const stream = concat(parts);
  if (random.oneIn(6)) return stream.slice(0, random.below(stream.length + 1));
  if (random.oneIn(2)) return stream;
  for (let count = random.between(1, 3); count > 0 && stream.length > 0; count--) {
    const place = random.oneIn(2)
      ? random.below(Math.min(stream.length, 12))
      : random.below(stream.length);
    stream[place] = random.oneIn(2)
      ? random.below(256)
      : random.pick([...Buffer.from('09:;,\n"\\={}')]);
  }
  return stream;
}

function randomRecord(random: Random, options: RecordOptions): Uint8Array {
  const length = random.pick([
    0,
    1,
    2,
    9,
    10,
    99,
    100,
    125,
    126,
    random.below(3000),
    FRAGMENT_SIZE + random.below(5) - 2,
  ]);
  const isText = options.frameType === null ? random.oneIn(2) : options.frameType === "text";
  if (options.framing === "json") return randomJson(random, random.text(length));
  const payload = isText || random.oneIn(3) ? random.text(length) : random.bytes(length);
  if (options.framing === "length") {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(payload.length + (isText ? 0 : 2 ** 31));
    return concat([prefix, payload]);
  }
  const separator = isText || options.frameType !== null ? ":" : ";";
  return concat([Buffer.from(`${payload.length}${separator}`), payload, Buffer.from(",")]);
}

function randomJson(random: Random, content: Uint8Array): Uint8Array {
  const isText = random.oneIn(2);
  const bytes = Buffer.from(content);
  const data = isText ? bytes.toString() : bytes.toString("base64");
  const type = JSON.stringify(isText ? "text" : "binary");
  const blank = random.oneIn(4) ? random.pick([" ", "\t", "\r"]) : "";
  const pairs = [`"type"${blank}:${blank}${type}`, `"data":${JSON.stringify(data)}`];
  if (random.oneIn(3)) pairs.reverse();
  if (random.oneIn(30)) pairs.push(random.pick(pairs));
  return Buffer.from(`${blank}{${pairs.join(`,${blank}`)}}${blank}\n`);
}

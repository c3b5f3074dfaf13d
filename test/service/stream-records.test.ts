// --passstderr: both streams as JSON, as Go writes it, at every split, and bounded.

import { describe, expect, test } from "bun:test";
import { CHUNK_SIZE_MAX } from "../../src/kernel/kernel.ts";
import {
  SOURCE_SIZE_MAX,
  StreamRecords,
  type StreamName,
} from "../../src/service/stream-records.ts";
import { quotePlainly } from "../support/plain-json.ts";
import { Random, seedOfRun } from "../support/random.ts";
import { cutAt, everySplit, randomSplit } from "../support/splits.ts";

/** Bytes at which a line is cut in pieces. */
const PIECE = 64 * 1024;
const LINE_FEED = 0x0a;

/** What is emitted for a stream, as text. */
function recordsOf(
  stream: Uint8Array,
  cuts: readonly number[],
  name: StreamName = "stdout",
): string {
  const parts: Uint8Array[] = [];
  const records = new StreamRecords((bytes) => parts.push(new Uint8Array(bytes)));
  for (const piece of cutAt(stream, cuts)) {
    const chunk = new Uint8Array(piece); // not slice(): a Buffer gives a view
    records.receive(name, chunk);
    chunk.fill(LINE_FEED); // what is kept must be a copy
  }
  records.finish(name);
  records.finish(name); // nothing is said twice
  return Buffer.concat(parts).toString("utf8");
}

/** The plain twin, for lines shorter than a piece. */
function expected(stream: Uint8Array, name: StreamName = "stdout"): string {
  const lines = Buffer.from(stream).toString("latin1").split("\n");
  const last = lines.pop()!;
  const whole = lines.map((line) => line.replace(/\r$/, ""));
  if (last !== "") whole.push(last);
  const data = whole.map((line) => quotePlainly(Buffer.from(line, "latin1")));
  return data.map((text) => `{"stream":"${name}","data":"${text}"}\n`).join("");
}

const STREAMS: readonly (readonly [name: string, stream: string, records: string])[] = [
  ["nothing", "", ""],
  ["a line", "abc\n", '{"stream":"stdout","data":"abc"}\n'],
  ["an empty line", "\n", '{"stream":"stdout","data":""}\n'],
  [
    "the last line needs no end",
    "a\nb",
    '{"stream":"stdout","data":"a"}\n{"stream":"stdout","data":"b"}\n',
  ],
  ["of several CR the last goes", "a\r\r\n", '{"stream":"stdout","data":"a\\r"}\n'],
  ["a CR at the end of all stays", "a\r", '{"stream":"stdout","data":"a\\r"}\n'],
  ["quotes", '"\\/\n', '{"stream":"stdout","data":"\\"\\\\/"}\n'],
  ["HTML", "<a&b>\n", '{"stream":"stdout","data":"\\u003ca\\u0026b\\u003e"}\n'],
  [
    "control characters",
    "\x00\x01\b\t\f\x1b\x7f\n",
    '{"stream":"stdout","data":"\\u0000\\u0001\\b\\t\\f\\u001b\x7f"}\n',
  ],
  ["line separators", "\u2028\u2029\n", '{"stream":"stdout","data":"\\u2028\\u2029"}\n'],
  ["characters of every width", "aé€😀\n", '{"stream":"stdout","data":"aé€😀"}\n'],
  ["a real U+FFFD", "\ufffd\n", '{"stream":"stdout","data":"\ufffd"}\n'],
];

describe("records", () => {
  for (const [name, stream, wanted] of STREAMS) {
    test(name, () => {
      const bytes = Buffer.from(stream);
      expect(expected(bytes)).toBe(wanted);
      for (const cuts of everySplit(bytes.length)) expect(recordsOf(bytes, cuts)).toBe(wanted);
    });
  }

  test.each([
    ["ff", "\\ufffd"],
    ["61ff62", "a\\ufffdb"],
    ["e282", "\\ufffd\\ufffd"],
    ["e28241", "\\ufffd\\ufffdA"],
    ["f09f98c3a9", "\\ufffd\\ufffd\\ufffdé"],
    ["eda080", "\\ufffd\\ufffd\\ufffd"],
    ["c0af", "\\ufffd\\ufffd"],
    ["3cff3e", "\\u003c\\ufffd\\u003e"],
    ["efbfbdff", "\ufffd\\ufffd"],
  ])("%s is no UTF-8: \\ufffd for each byte", (hex, data) => {
    const bytes = Buffer.concat([Buffer.from(hex, "hex"), Buffer.from("\n")]);
    for (const cuts of everySplit(bytes.length)) {
      expect(recordsOf(bytes, cuts)).toBe(`{"stream":"stdout","data":"${data}"}\n`);
    }
  });

  test("random streams, cut at random, as the plain twin; JSON.parse reads them", () => {
    const seed = seedOfRun();
    const random = new Random(seed);
    for (let round = 0; round < 2000; round++) {
      const parts: Uint8Array[] = [];
      for (let i = random.between(1, 20); i > 0; i--) {
        const kind = random.below(6);
        if (kind === 0) parts.push(random.bytes(random.between(1, 4)));
        else if (kind === 1) parts.push(Buffer.from(random.pick(["\n", "\r\n", "\r"])));
        else
          parts.push(
            Buffer.from(random.pick(["a", "é", "€", "😀", '"', "\\", "<", "\u2028", "\0"])),
          );
      }
      const stream = Buffer.concat(parts);
      const cuts = randomSplit(random, stream.length);
      const about = `seed ${seed}, round ${round}: ${stream.toString("hex")} cut at ${cuts}`;
      const text = recordsOf(stream, cuts, "stderr");
      expect(text, about).toBe(expected(stream, "stderr"));
      for (const line of text.split("\n").slice(0, -1)) {
        expect((JSON.parse(line) as { stream: string }).stream).toBe("stderr");
      }
    }
  });

  test("each stream has lines of its own", () => {
    const texts: string[] = [];
    const records = new StreamRecords((bytes) => texts.push(Buffer.from(bytes).toString()));
    records.receive("stdout", Buffer.from("out"));
    records.receive("stderr", Buffer.from("err\nmore"));
    records.receive("stdout", Buffer.from("put\n"));
    records.finish("stdout");
    records.finish("stderr");
    expect(texts).toEqual([
      '{"stream":"stderr","data":"err"}\n',
      '{"stream":"stdout","data":"output"}\n',
      '{"stream":"stderr","data":"more"}\n',
    ]);
  });
});

describe("a line longer than 64 KiB", () => {
  interface Parsed {
    readonly data: string;
    readonly more?: boolean;
  }

  function parsed(stream: string, cuts: readonly number[]): Parsed[] {
    const text = recordsOf(Buffer.from(stream), cuts);
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Parsed);
  }

  const full = "x".repeat(PIECE);
  for (const [name, stream, wanted] of [
    ["exactly a piece", `${full}\nz\n`, [full, "z"]],
    ["a byte more", `${full}y\nz\n`, [full, "y", "z"]],
    ["CR LF behind a piece", `${full}\r\nz\n`, [full, "", "z"]],
    ["two pieces and no end", full + full, [full, full]],
    ["two pieces and a byte", `${full}${full}y`, [full, full, "y"]],
  ] as const) {
    test(`${name}: all but the last of it say that more comes`, () => {
      const splits: (readonly number[])[] = [[], [1], [100, 30_000]];
      for (let at = PIECE - 2; at <= PIECE + 3; at++) splits.push([at], [at, at + 1]);
      for (const cuts of splits) {
        const records = parsed(
          stream,
          cuts.filter((cut) => cut < stream.length),
        );
        expect(records.map(({ data }) => data.length)).toEqual(wanted.map((data) => data.length));
        expect(records.map(({ data }) => data)).toEqual([...wanted]);
        const ofLine = wanted.length - (wanted.at(-1) === "z" ? 1 : 0);
        expect(records.map(({ more }) => more ?? false)).toEqual(
          wanted.map((_, i) => i < ofLine - 1),
        );
      }
    });
  }

  for (const character of ["é", "€", "😀"]) {
    test(`no character is cut: ${character}`, () => {
      const size = Buffer.byteLength(character);
      for (let before = 0; before < size; before++) {
        const line = "a".repeat(before) + character.repeat(Math.ceil((2 * PIECE) / size));
        const records = parsed(`${line}\n`, []);
        expect(records.map(({ data }) => data).join("") === line).toBe(true);
        for (const { data } of records) expect(Buffer.byteLength(data)).toBeLessThanOrEqual(PIECE);
      }
    });
  }
});

describe("bounds", () => {
  /** Frames beside their records, in bytes: see FRAMES_SIZE. */
  const FRAMED_MAX = 2 * CHUNK_SIZE_MAX;
  const HEADER_SIZE = 4;

  test.each([
    ["empty lines", "\n"],
    ["lines of a byte", "\xff\n"],
    ["escapes", "\x00"],
    ["faults", "\xff"],
    ["empty lines with CR", "\r\n"],
  ])("what is made of a chunk and a line that was kept stays below 1 MiB: %s", (_, unit) => {
    for (const kept of ["\x00", "\xff", "a"]) {
      let size = 0;
      const records = new StreamRecords((bytes) => {
        const lines = Buffer.from(bytes).toString("latin1").split("\n").length - 1;
        size += bytes.length + lines * (HEADER_SIZE - 1);
      });
      for (let at = 0; at < PIECE; at += SOURCE_SIZE_MAX) {
        records.receive("stdout", Buffer.alloc(SOURCE_SIZE_MAX, kept, "latin1"));
      }
      expect(size).toBe(0);
      records.receive("stdout", Buffer.alloc(SOURCE_SIZE_MAX, unit, "latin1"));
      records.finish("stdout");
      expect(size).toBeLessThan(FRAMED_MAX);
      expect(size).toBeGreaterThan(PIECE);
    }
  });

  test("a megabyte without an end is not kept", () => {
    let count = 0;
    const records = new StreamRecords(() => count++);
    for (let i = 0; i < 64; i++) records.receive("stderr", Buffer.alloc(SOURCE_SIZE_MAX, "a"));
    expect(count).toBe(15);
    records.finish("stderr");
    expect(count).toBe(16);
  });
});

// --framing=json, out: what a line says goes out as it says, and what it cannot say breaks the framing.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { CHUNK_SIZE_MAX, FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import type { RecordOptions } from "../support/plain-records.ts";
import { Random, seedOfRun } from "../support/random.ts";
import { randomRecords } from "../support/random-records.ts";
import { recordsDifference, sendRecords } from "../support/same-records.ts";
import { everySplit, randomSplit } from "../support/splits.ts";
import { kernel } from "./peer.ts";

// A second or two each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

const JSON_LINES: RecordOptions = {
  framing: "json",
  frameType: null,
  recordSizeMax: 100_000,
  fragmentSize: FRAGMENT_SIZE,
};
const A = '{"type":"text","data":"a"}\n';

type Row = readonly [name: string, stream: string, messages: string[], fault: string | null];

const at = (offset: number, wanted: string, found: string) =>
  `the program broke its framing at byte ${offset} of its stdout: wanted ${wanted}, found ${found}`;
const OBJECT = 'an object such as {"type":"text","data":"..."}';
const KEYS = 'the keys "type" and "data" of an object, once each and no other';
const BASE64 = "base64, with its padding, as the data";
const PAIRS = "whole surrogate pairs in the data";

/** The fault of a line behind A, quoted from its begin: 32 bytes of it. */
function behind(line: string, wanted: string): Row {
  const quoted = `${line}\n`
    .slice(0, 32)
    .replace(/["\\]/g, (character) => `\\${character}`)
    .replaceAll("\n", "\\n");
  return [`refused: ${line}`, `${A}${line}\n${A}`, ['text "a"'], at(27, wanted, `"${quoted}"`)];
}

const ROWS: readonly Row[] = [
  ["text and binary", `${A}{"type":"binary","data":"AP8="}\n`, ['text "a"', "binary 00ff"], null],
  [
    "keys in another order, blanks, CR LF",
    ' {"data" : "a" ,\t"type":"text"} \r\n',
    ['text "a"'],
    null,
  ],
  [
    "nothing, of both types",
    '{"type":"text","data":""}\n{"type":"binary","data":""}\n',
    ['text ""', "binary "],
    null,
  ],
  [
    "escapes, in keys too",
    '{"\\u0074ype":"text","data":"\\n\\"\\\\\\ud83d\\ude00é\\u0000"}\n',
    [`text ${JSON.stringify('\n"\\😀é\0')}`],
    null,
  ],
  [
    "base64 with blanks in it",
    '{"type":"binary","data":"YW Jj\\nZA=="}\n',
    ["binary 61626364"],
    null,
  ],
  ["a last line without an end", A.trimEnd(), ['text "a"'], null],
  ["no line", "", [], null],
  behind("Hello", OBJECT),
  behind("", OBJECT),
  behind("null", OBJECT),
  behind('["text","a"]', OBJECT),
  behind('"text"', OBJECT),
  behind('{"type":"text","data":"a"', OBJECT),
  behind('{"type":"text","data":"a"}}', OBJECT),
  behind("{}", KEYS),
  behind('{"type":"text"}', KEYS),
  behind('{"data":"a"}', KEYS),
  behind('{"type":"text","data":"a","id":1}', KEYS),
  behind('{"type":"text","data":"a","data":"b"}', KEYS),
  behind('{"data":1,"type":"text","data":"b"}', KEYS),
  behind('{"type":"text","__proto__":"a"}', KEYS),
  behind('{"type":"close","data":"a"}', '"text" or "binary" as the type'),
  behind('{"type":1,"data":"a"}', '"text" or "binary" as the type'),
  behind('{"type":"text","data":1}', "a string as the data"),
  behind('{"type":"text","data":null}', "a string as the data"),
  behind('{"type":"text","data":["a"]}', "a string as the data"),
  behind('{"type":"text","data":"\\ud800"}', PAIRS),
  behind('{"type":"text","data":"\\udc00\\ud800"}', PAIRS),
  behind('{"type":"binary","data":"a"}', BASE64),
  behind('{"type":"binary","data":"YQ"}', BASE64),
  behind('{"type":"binary","data":"YR=="}', BASE64),
  behind('{"type":"binary","data":"_-=="}', BASE64),
  ["an end inside of a line", `${A}{"type"`, ['text "a"'], at(27, OBJECT, '"{\\"type\\""')],
];

describe("at every split, as the plain twin", () => {
  for (const [name, content, messages, fault] of ROWS) {
    test(name, () => {
      const stream = new Uint8Array(Buffer.from(content));
      const whole = sendRecords(stream, JSON_LINES, []);
      expect(whole.messages).toEqual(messages);
      expect(whole.text).toBe(fault);
      for (const cuts of everySplit(stream.length)) {
        expect(recordsDifference(stream, JSON_LINES, cuts), `cut at ${cuts}`).toBeNull();
      }
    });
  }

  test("what is not UTF-8 is told at its byte, before the line has ended", () => {
    const stream = Buffer.concat([
      Buffer.from(`${A}{"type":"text","data":"`),
      Buffer.of(0xff, 0x22),
    ]);
    expect(sendRecords(stream, JSON_LINES, []).text).toBe(at(50, "UTF-8", '"\\xff\\""'));
    for (const cuts of everySplit(stream.length)) {
      expect(recordsDifference(stream, JSON_LINES, cuts), `cut at ${cuts}`).toBeNull();
    }
    const cut = Buffer.concat([Buffer.from(A), Buffer.of(0xc3)]);
    const wanted = at(27, "whole characters", '"\\xc3"');
    expect(sendRecords(cut, JSON_LINES, []).text).toBe(wanted);
  });

  test("a line over --max-record is told before it has ended", () => {
    const options = { ...JSON_LINES, recordSizeMax: A.length - 1 };
    expect(sendRecords(Buffer.from(A), options, []).text).toBeNull();
    const stream = new Uint8Array(Buffer.from(`${A} ${A}`));
    const wanted = at(
      27,
      "a line of at most 26 bytes (--max-record)",
      '" {\\"type\\":\\"text\\",\\"data\\":\\"a\\"}"',
    );
    expect(sendRecords(stream.subarray(0, -1), options, []).text).toBe(wanted);
    for (const cuts of everySplit(stream.length)) {
      expect(recordsDifference(stream, options, cuts), `cut at ${cuts}`).toBeNull();
    }
  });
});

test("random streams, as the plain twin", () => {
  const seed = seedOfRun();
  for (let round = 0; round < 150; round++) {
    const random = new Random(seed + round);
    const stream = randomRecords(random, JSON_LINES);
    const cuts = randomSplit(random, stream.length);
    expect(recordsDifference(stream, JSON_LINES, cuts), `seed ${seed + round}`).toBeNull();
  }
});

test("large messages, of both types, in fragments as by any framing", () => {
  const options = { ...JSON_LINES, recordSizeMax: 2 ** 24 };
  for (const length of [FRAGMENT_SIZE, FRAGMENT_SIZE + 1, 300_000, 2_000_000]) {
    const data = "é".repeat(length / 2) + "x".repeat(length % 2);
    const binary = Buffer.alloc(length, "bytes");
    const lines = [
      { type: "text", data },
      { type: "binary", data: binary.toString("base64") },
    ].map((record) => `${JSON.stringify(record)}\n`);
    const stream = Buffer.from(lines.join(""));
    for (const cuts of [
      cutsEvery(CHUNK_SIZE_MAX, stream.length),
      cutsEvery(65_536, stream.length),
    ]) {
      const { messages, fault } = sendRecords(stream, options, cuts);
      expect(fault).toBeNull();
      expect(messages[0] === `text ${JSON.stringify(data)}`).toBe(true);
      expect(messages[1] === `binary ${binary.toString("hex")}`).toBe(true);
      expect(messages).toHaveLength(2);
    }
  }
});

function cutsEvery(step: number, length: number): number[] {
  return Array.from({ length: Math.ceil(length / step) - 1 }, (_, i) => (i + 1) * step);
}

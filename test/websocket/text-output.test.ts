// RFC 6455 5.6: what goes out as text is UTF-8, whatever the program wrote and however it was cut.

import { describe, expect, test } from "bun:test";
import { FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import type { InvalidUtf8 } from "../../src/websocket/record-output.ts";
import type { Violation } from "../../src/websocket/violation.ts";
import { ByteList } from "../support/byte-list.ts";
import { fromHex } from "../support/frames.ts";
import { messagesOf, shown } from "../support/sent-messages.ts";
import { seedOfRun, Random } from "../support/random.ts";
import { cutAt, everySplit, randomSplit } from "../support/splits.ts";
import { kernel, NEVER, OPTIONS } from "./peer.ts";

interface Output {
  /** `text "..."` and `binary HEX`, a message each; `close 1011 NAME` last when it was. */
  readonly messages: readonly string[];
  readonly invalidRecords: number;
  /** How often the handler was told of a line that was not UTF-8. */
  readonly told: number;
}

function outputOf(stream: Uint8Array, policy: InvalidUtf8, cuts: readonly number[]): Output {
  const frames = new ByteList();
  let told = 0;
  let end: string[] = [];
  const protocol = new Protocol(
    kernel,
    { ...OPTIONS, invalidUtf8: policy },
    {
      ...NEVER,
      payload: NEVER.closed,
      transmitFrames: (begin, until) => frames.append(kernel.bytes.subarray(begin, until)),
      transmit: () => {}, // the Close, told by `failed`
      failed: ({ closeCode, name }: Violation) => (end = [`close ${closeCode} ${name}`]),
      invalidOutput: () => told++,
    },
  );
  for (const piece of cutAt(stream, cuts)) {
    kernel.bytes.set(piece, kernel.outgoing);
    protocol.send(kernel.outgoing, kernel.outgoing + piece.length);
  }
  protocol.finish();
  const { invalidRecords } = protocol;
  protocol.release();
  expect(kernel.slabs.used).toBe(0);
  return { messages: [...messagesOf(frames.view()), ...end], invalidRecords, told };
}

test("a connection that is cut by a part of a chunk keeps nothing of the rest", () => {
  let frames = 0;
  const protocol = new Protocol(kernel, OPTIONS, {
    ...NEVER,
    payload: NEVER.closed,
    transmitFrames: () => {
      if (frames++ === 0) protocol.release();
    },
  });
  const chunk = Buffer.from("first\n\xff\nopen", "latin1");
  kernel.bytes.set(chunk, kernel.outgoing);
  protocol.send(kernel.outgoing, kernel.outgoing + chunk.length);
  expect(kernel.slabs.used).toBe(0);
});

/** The plain twin: record by record. */
function expected(stream: Uint8Array, policy: InvalidUtf8): Output {
  const messages: string[] = [];
  let invalidRecords = 0;
  const lines = Buffer.from(stream).toString("latin1").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const endsWhole = stream.at(-1) === 0x0a;
  for (const [i, line] of lines.entries()) {
    const isLast = i === lines.length - 1 && !endsWhole;
    const bytes = Buffer.from(isLast ? line : line.replace(/\r$/, ""), "latin1");
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    if (Buffer.from(text).equals(bytes)) {
      messages.push(shown(true, bytes));
      continue;
    }
    invalidRecords++;
    if (policy === "close") {
      return { messages: [...messages, "close 1011 output-invalid-utf8"], invalidRecords, told: 1 };
    }
    messages.push(policy === "binary" ? shown(false, bytes) : `text ${JSON.stringify(text)}`);
  }
  return { messages, invalidRecords, told: Math.min(1, invalidRecords) };
}

const STREAMS: readonly (readonly [name: string, hex: string])[] = [
  ["ASCII", "610a620d0a0a63"],
  ["characters of two, three and four bytes", "c3a90ae282ac0af09f98800ac3a9"],
  ["a byte that begins nothing", "61ff620a63"],
  ["a continuation alone", "800a61"],
  ["a character cut by the line's end", "61e2820a620a"],
  ["a character cut by the program's end", "610a62f09f98"],
  ["the same after a fault", "ff62f09f98"],
  ["a character cut by another", "e282c3a90a"],
  ["a surrogate", "eda0800a61"],
  ["an overlong slash", "c0af0a61"],
  ["above U+10FFFF", "f49080800a"],
  ["faults in each line", "ff0afe0a610afd"],
  ["two faults in a line, a good one behind it", "ff61fe0ac3a90a"],
  ["a byte order mark", "efbbbf610aff0a"],
  ["a fault before CR LF", "61ff0d0a62"],
  ["nothing but a fault", "ff"],
];

describe.each<InvalidUtf8>(["replace", "binary", "close"])("--invalid-utf8=%s", (policy) => {
  for (const [name, hex] of STREAMS) {
    test(name, () => {
      const stream = fromHex(hex);
      for (const cuts of everySplit(stream.length)) {
        expect(outputOf(stream, policy, cuts), `cut at ${cuts.join()}`).toEqual(
          expected(stream, policy),
        );
      }
    });
  }

  test("random streams, cut at random", () => {
    const seed = seedOfRun();
    const random = new Random(seed);
    for (let round = 0; round < 3000; round++) {
      const stream = randomStream(random);
      const cuts = randomSplit(random, stream.length);
      const about = `seed ${seed}, round ${round}, ${Buffer.from(stream).toString("hex")} cut at ${cuts}`;
      expect(outputOf(stream, policy, cuts), about).toEqual(expected(stream, policy));
    }
  });
});

/** Characters of every length, line ends, and now and then a byte that spoils them. */
function randomStream(random: Random): Uint8Array {
  const parts: Buffer[] = [];
  for (let i = random.between(1, 30); i > 0; i--) {
    const kind = random.below(12);
    if (kind === 0) parts.push(Buffer.from([random.between(0x80, 0xff)]));
    else if (kind < 3) parts.push(Buffer.from("\n"));
    else if (kind === 3) parts.push(Buffer.from("\r\n"));
    else parts.push(Buffer.from(["a", "é", "€", "😀", "\0"][random.below(5)]!));
  }
  return Buffer.concat(parts);
}

describe("a line longer than a fragment", () => {
  const begin = Buffer.from("x".repeat(FRAGMENT_SIZE + 100));
  const line = Buffer.concat([begin, Buffer.from("ff61ff0a", "hex"), Buffer.from("é\n")]);

  test("that began as text goes on as text, its faults replaced, with binary too", () => {
    for (const policy of ["replace", "binary"] as const) {
      const { messages } = outputOf(line, policy, [FRAGMENT_SIZE + 50]);
      expect(messages).toEqual([`text ${JSON.stringify(`${begin}\ufffda\ufffd`)}`, 'text "é"']);
    }
  });

  test("that has its fault in the first fragment is binary as a whole", () => {
    const stream = Buffer.concat([Buffer.from("ff", "hex"), begin, Buffer.from("\né\n")]);
    for (const cuts of [[], [10], [FRAGMENT_SIZE], [FRAGMENT_SIZE + 80]]) {
      expect(outputOf(stream, "binary", cuts).messages).toEqual([
        `binary ff${begin.toString("hex")}`,
        'text "é"',
      ]);
    }
  });
});

test("a replacement that is three times as long as a chunk is sent whole", () => {
  const size = 400_000;
  const { messages, invalidRecords } = outputOf(Buffer.alloc(size, 0xff), "replace", []);
  expect(invalidRecords).toBe(1);
  expect(messages).toEqual([`text ${JSON.stringify("\ufffd".repeat(size))}`]);
});

test("a character that is cut in a faulty line which goes on as text is not replaced", () => {
  const begin = Buffer.from("x".repeat(FRAGMENT_SIZE + 100));
  const stream = Buffer.concat([begin, Buffer.from("ffe282ac0a", "hex")]);
  for (const policy of ["replace", "binary"] as const) {
    const cuts = [FRAGMENT_SIZE + 50, begin.length + 2];
    expect(outputOf(stream, policy, cuts).messages).toEqual([
      `text ${JSON.stringify(`${begin}\ufffd€`)}`,
    ]);
  }
});

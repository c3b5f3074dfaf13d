// --frame-type: what goes out as text and what as binary, for each framing whose records do not say it themselves.

import { afterEach, describe, expect, test } from "bun:test";
import { CHUNK_SIZE_MAX, FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import type { Framing } from "../../src/websocket/framing.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import type { ProtocolOptions } from "../../src/websocket/protocol-handler.ts";
import { ByteList } from "../support/byte-list.ts";
import { fromHex } from "../support/frames.ts";
import { messagesOf } from "../support/sent-messages.ts";
import { cutAt, everySplit } from "../support/splits.ts";
import { kernel, NEVER, OPTIONS } from "./peer.ts";

type Options = Pick<ProtocolOptions, "framing" | "frameType" | "invalidUtf8">;

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

interface Sent {
  /** `text "..."` and `binary HEX`, a message each; `close NAME` last when it was. */
  readonly messages: readonly string[];
  readonly invalidRecords: number;
}

function sendAll(stream: Uint8Array, options: Options, cuts: readonly number[] = []): Sent {
  const frames = new ByteList();
  const end: string[] = [];
  const protocol = new Protocol(
    kernel,
    { ...OPTIONS, ...options },
    {
      ...NEVER,
      payload: NEVER.closed,
      transmitFrames: (begin, until) => frames.append(kernel.bytes.subarray(begin, until)),
      transmit: () => {}, // the Close, told by `failed`
      failed: ({ name }) => void end.push(`close ${name}`),
    },
  );
  for (const piece of cutAt(stream, cuts)) {
    kernel.bytes.set(piece, kernel.outgoing);
    protocol.send(kernel.outgoing, kernel.outgoing + piece.length);
  }
  expect(protocol.finish()).toBe(true);
  const { invalidRecords } = protocol;
  protocol.release();
  return { messages: [...messagesOf(frames.view()), ...end], invalidRecords };
}

describe("lines and nul, at every split", () => {
  type Row = readonly [
    name: string,
    options: Options,
    hex: string,
    messages: string[],
    invalid: number,
  ];
  const nul: Framing = "nul";
  const ROWS: readonly Row[] = [
    [
      "NUL is the end, CR and LF are content",
      { framing: nul },
      "61 0d0a 00 0d 00 62",
      ['text "a\\r\\n"', 'text "\\r"', 'text "b"'],
      0,
    ],
    ["empty records", { framing: nul }, "00 00 61 00", ['text ""', 'text ""', 'text "a"'], 0],
    [
      "no UTF-8 is replaced",
      { framing: nul },
      "61ff 00 c3a9 00",
      ['text "a\ufffd"', 'text "\u00e9"'],
      1,
    ],
    [
      "a character that NUL cuts",
      { framing: nul },
      "e282 00 61 00",
      ['text "\ufffd"', 'text "a"'],
      1,
    ],
    [
      "no UTF-8 is binary",
      { framing: nul, invalidUtf8: "binary" },
      "61ff 00 62 00",
      ["binary 61ff", 'text "b"'],
      1,
    ],
    [
      "no UTF-8 is the end",
      { framing: nul, invalidUtf8: "close" },
      "61 00 ff 00 62 00",
      ['text "a"', "close output-invalid-utf8"],
      1,
    ],
    [
      "binary: nothing is judged",
      { framing: nul, frameType: "binary" },
      "61 00 ff 0d 00 e282",
      ["binary 61", "binary ff0d", "binary e282"],
      0,
    ],
    [
      "auto: each by itself, and none is a fault",
      { framing: nul, frameType: "auto" },
      "61 00 ff 00 c3a9 00 e282",
      ['text "a"', "binary ff", 'text "\u00e9"', "binary e282"],
      0,
    ],
    [
      "lines, binary",
      { framing: "lines", frameType: "binary" },
      "61 0d0a ff 0a 0a e282",
      ["binary 61", "binary ff", "binary ", "binary e282"],
      0,
    ],
    [
      "lines, auto",
      { framing: "lines", frameType: "auto" },
      "61 0d0a ff0d0a 0a e2 0a",
      ['text "a"', "binary ff", 'text ""', "binary e2"],
      0,
    ],
  ];
  for (const [name, options, hex, messages, invalidRecords] of ROWS) {
    test(name, () => {
      const stream = fromHex(hex);
      for (const cuts of everySplit(stream.length)) {
        expect(sendAll(stream, options, cuts), `cut at ${cuts}`).toEqual({
          messages,
          invalidRecords,
        });
      }
    });
  }

  test("auto judges a record by its first fragment: what is wrong behind that is replaced, and told", () => {
    const first = Buffer.alloc(FRAGMENT_SIZE, "x");
    const stream = Buffer.concat([first, fromHex("ff 00 61 00")]);
    for (const cuts of [[], [5], [FRAGMENT_SIZE], [FRAGMENT_SIZE + 1]]) {
      const { messages, invalidRecords } = sendAll(
        stream,
        { framing: "nul", frameType: "auto" },
        cuts,
      );
      expect(messages).toEqual([`text "${first}\ufffd"`, 'text "a"']);
      expect(invalidRecords).toBe(1);
    }
  });
});

describe("raw", () => {
  const text: Options = { framing: "raw", frameType: "text" };
  const auto: Options = { framing: "raw", frameType: "auto" };
  const bytes = Buffer.from("a€😀é", "utf8");

  test("text: a character that a read has cut waits for its rest", () => {
    for (const cuts of everySplit(bytes.length)) {
      const { messages, invalidRecords } = sendAll(bytes, text, cuts);
      const joined = messages.map((message) => JSON.parse(message.slice(5)) as string).join("");
      expect(joined, `cut at ${cuts}`).toBe("a€😀é");
      expect(messages.every((message) => message !== 'text ""')).toBe(true);
      expect(invalidRecords).toBe(0);
    }
    expect(sendAll(bytes, text, [2, 5]).messages).toEqual(['text "a"', 'text "€"', 'text "😀é"']);
  });

  test("text: a read is a message, line ends and all", () => {
    expect(sendAll(Buffer.from("a\r\nb\n"), text, [3]).messages).toEqual([
      'text "a\\r\\n"',
      'text "b\\n"',
    ]);
  });

  test("text that is not UTF-8, by --invalid-utf8; a read that begins with a rest too", () => {
    const stream = fromHex("61 e2 ff 62 e2 82");
    const cases = [
      ["replace", ['text "a"', 'text "\ufffd\ufffdb"', 'text "\ufffd"'], 2],
      ["binary", ['text "a"', "binary e2ff62", "binary e282"], 2],
      ["close", ['text "a"', "close output-invalid-utf8"], 1],
    ] as const;
    for (const [invalidUtf8, messages, invalidRecords] of cases) {
      expect(sendAll(stream, { ...text, invalidUtf8 }, [2])).toEqual({
        messages: [...messages],
        invalidRecords,
      });
    }
  });

  test("auto: what was read is text as it stands, or binary; nothing waits", () => {
    expect(sendAll(bytes, auto, [1, 4, 6]).messages).toEqual([
      'text "a"',
      'text "€"',
      "binary f09f",
      "binary 9880c3a9",
    ]);
  });

  test("large reads of text: as few messages as can be, alike, each UTF-8", () => {
    for (const [letter, size] of [
      ["a", 1],
      ["é", 2],
      ["€", 3],
      ["😀", 4],
    ] as const) {
      for (const length of [65_530, 65_535, 65_536, 200_000, CHUNK_SIZE_MAX]) {
        const count = Math.floor(length / size);
        const stream = Buffer.alloc(count * size, letter);
        const { messages } = sendAll(stream, text);
        const sizes = messages.map((message) => Buffer.byteLength(JSON.parse(message.slice(5))));
        expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(stream.length);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(65_535);
        const least = stream.length <= 65_535 ? 1 : Math.ceil(stream.length / 65_532);
        expect(sizes.length).toBe(least);
      }
    }
  });

  test("a read full of faults goes out whole", () => {
    const stream = Buffer.alloc(CHUNK_SIZE_MAX, 0xff);
    const { messages, invalidRecords } = sendAll(stream, text);
    const joined = messages.map((message) => JSON.parse(message.slice(5)) as string).join("");
    expect(joined === "\ufffd".repeat(CHUNK_SIZE_MAX)).toBe(true);
    expect(invalidRecords).toBe(1);
  });
});

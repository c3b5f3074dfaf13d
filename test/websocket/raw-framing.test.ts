// --binary: bytes in as they come, of whatever messages; out as whole binary messages, nothing held back.

import { afterEach, describe, expect, test } from "bun:test";
import { CHUNK_SIZE_MAX } from "../../src/kernel/kernel.ts";
import { DeflatePool } from "../../src/websocket/deflate-pool.ts";
import type { Extension } from "../../src/websocket/extension.ts";
import { PermessageDeflate } from "../../src/websocket/permessage-deflate.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import { ByteList } from "../support/byte-list.ts";
import { deflated } from "../support/deflated.ts";
import { concat, frame, fromHex, toHex } from "../support/frames.ts";
import { inflatePlainly } from "../support/plain-inflate.ts";
import { cutAt, everySplit } from "../support/splits.ts";
import { kernel, NEVER, OPTIONS } from "./peer.ts";

/** The most that a frame takes whose length has 16 bits. */
const MESSAGE_SIZE_MAX = 65535;
const RSV1 = 0x40;

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

/** A protocol that writes down what it gave; disposing releases it. */
class Raw implements Disposable {
  readonly payload = new ByteList();
  readonly frames = new ByteList();
  /** How often frames were handed on. */
  writes = 0;
  failed = "";
  readonly protocol: Protocol;

  constructor(extension: Extension | null = null) {
    const options = { ...OPTIONS, framing: "raw", extension } as const;
    this.protocol = new Protocol(kernel, options, {
      ...NEVER,
      payload: (begin, end) => this.payload.append(kernel.bytes.subarray(begin, end)),
      transmit: () => {}, // Pongs, and the Close that `failed` tells of
      transmitFrames: (begin, end) => {
        this.writes++;
        this.frames.append(kernel.bytes.subarray(begin, end));
      },
      failed: ({ name }) => (this.failed = name),
    });
  }

  send(chunk: Uint8Array): void {
    kernel.bytes.set(chunk, kernel.outgoing);
    this.protocol.send(kernel.outgoing, kernel.outgoing + chunk.length);
  }

  [Symbol.dispose](): void {
    this.protocol.release();
  }
}

function deflate(): PermessageDeflate {
  const pool = new DeflatePool(kernel, { messageSizeMax: OPTIONS.limits.messageSizeMax });
  const parameters = {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 15,
    clientMaxWindowBits: 15,
  };
  return new PermessageDeflate(kernel, { parameters, pool, sizeMin: 0 });
}

/** Reads frames as a client does; each must be a whole binary message. */
function messagesOf(frames: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < frames.length;) {
    const first = frames[at]!;
    expect(first & ~RSV1).toBe(0x82);
    let length = frames[at + 1]!;
    expect(length).toBeLessThan(127);
    at += 2;
    if (length === 126) {
      length = (frames[at]! << 8) | frames[at + 1]!;
      expect(length).toBeGreaterThan(125);
      at += 2;
    }
    const payload = frames.subarray(at, at + length);
    messages.push(first & RSV1 ? inflatePlainly(payload)! : payload);
    at += length;
  }
  return messages;
}

/** Bytes that show where they stand, line ends and faults among them. */
function pattern(length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => (i * 31) ^ (i >> 8) ^ (i >> 16));
}

describe("in", () => {
  const [abc, empty, bytes] = ["ab\n", "", Uint8Array.of(0, 255, 10, 13)];
  const stream = concat([
    frame({ opcode: 1, payload: abc }),
    frame({ opcode: 2, payload: bytes }),
    frame({ opcode: 1, payload: empty }),
    frame({ opcode: 2, payload: Uint8Array.of(0xff), fin: false }),
    frame({ opcode: 9, payload: "ping" }),
    frame({ opcode: 0, payload: Uint8Array.of(0xfe) }),
    frame({ opcode: 1, payload: "é€" }),
  ]);

  test("payload alone, text and binary, whole and fragmented, at every split", () => {
    for (const cuts of everySplit(stream.length)) {
      using raw = new Raw();
      for (const piece of cutAt(stream, cuts)) raw.protocol.receive(piece);
      expect(toHex(raw.payload.view()), `cut at ${cuts}`).toBe(
        "61620a" + "00ff0a0d" + "fffe" + "c3a9e282ac",
      );
      expect(raw.protocol.counts.incoming).toBe(5);
      expect(raw.failed).toBe("");
    }
  });

  test("8.1 text is judged all the same, and binary is not", () => {
    using raw = new Raw();
    raw.protocol.receive(frame({ opcode: 2, payload: Uint8Array.of(0xff) }));
    expect(raw.failed).toBe("");
    raw.protocol.receive(frame({ opcode: 1, payload: Uint8Array.of(0xff) }));
    expect(raw.failed).toBe("invalid-utf8");
  });

  test("7692 compressed and fragmented messages, at every split", () => {
    const content = Buffer.from("bytes\n".repeat(40));
    const payload = deflated(content);
    const cut = payload.length >> 1;
    const compressed = concat([
      frame({ opcode: 2, reserved: 4, payload: payload.subarray(0, cut), fin: false }),
      frame({ opcode: 0, payload: payload.subarray(cut) }),
      frame({ opcode: 2, payload: "plain" }),
    ]);
    for (const cuts of everySplit(compressed.length)) {
      using raw = new Raw(deflate());
      for (const piece of cutAt(compressed, cuts)) raw.protocol.receive(piece);
      expect(Buffer.from(raw.payload.view()).toString()).toBe(`${content}plain`);
      expect(raw.protocol.counts.incoming).toBe(2);
    }
  });
});

describe("out", () => {
  test.each([
    ["", ""],
    ["0a", "8201 0a"],
    ["00ff0d0a", "8204 00ff0d0a"],
  ])("a read of %p as it is", (chunk, frames) => {
    using raw = new Raw();
    raw.send(fromHex(chunk));
    expect(toHex(raw.frames.view())).toBe(frames.replaceAll(" ", ""));
    expect(raw.protocol.finish()).toBe(true);
    expect(toHex(raw.frames.view())).toBe(frames.replaceAll(" ", ""));
  });

  const M = MESSAGE_SIZE_MAX;
  for (const length of [1, 125, 126, 127, M - 1, M, M + 1, 2 * M, 2 * M + 1, CHUNK_SIZE_MAX]) {
    test(`${length} bytes: as few messages as can be, alike, in one write, whatever they are`, () => {
      for (const extension of [null, deflate()]) {
        using raw = new Raw(extension);
        const chunk = pattern(length);
        raw.send(chunk);
        const messages = messagesOf(raw.frames.view());
        expect(Buffer.compare(Buffer.concat(messages), chunk)).toBe(0);
        expect(messages.length).toBe(Math.ceil(length / M));
        expect(raw.protocol.counts.outgoing).toBe(messages.length);
        const sizes = messages.map((message) => message.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(messages.length);
        if (extension === null) expect(raw.writes).toBe(1);
        raw.protocol.finish();
        expect(messagesOf(raw.frames.view()).length).toBe(messages.length);
      }
    });
  }

  test("reads are not joined, and what is counted adds up", () => {
    using raw = new Raw();
    const stream = pattern(1000);
    for (const piece of cutAt(stream, [1, 2, 300, 999])) raw.send(piece);
    const messages = messagesOf(raw.frames.view());
    expect(messages.map((message) => message.length)).toEqual([1, 1, 298, 699, 1]);
    expect(Buffer.compare(Buffer.concat(messages), stream)).toBe(0);
    expect(raw.protocol.counts.outgoing).toBe(5);
    expect(raw.protocol.invalidRecords).toBe(0);
  });
});

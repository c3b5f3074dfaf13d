// Messages that are made into records apart: a sink that has enough pauses them, in the middle too, and loses nothing.

import { afterEach, describe, expect, test } from "bun:test";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import type { Framing } from "../../src/websocket/framing.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import type { ProtocolHandler } from "../../src/websocket/protocol-handler.ts";
import { ByteList } from "../support/byte-list.ts";
import { concat, frame } from "../support/frames.ts";
import { writeRecordPlainly } from "../support/plain-record-writer.ts";
import { cutAt } from "../support/splits.ts";

const kernel = createKernel({ slabBytes: 512 * SLAB_SIZE, sessionsMax: 1 });
const LIMITS = { messageSizeMax: 0, fragmentsMax: 1000, fragmentsEmptyMax: 10 };
const DELIMITERS: readonly (readonly [Framing, number])[] = [
  ["length", 257],
  ["netstring", 258],
  ["json", 260],
];

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

/** Wants no more after each piece that it was given, until told otherwise. */
class SlowSink implements ProtocolHandler {
  readonly output = new ByteList();
  paused = false;
  pauses = 0;

  payload(begin: number, end: number): void {
    this.output.append(kernel.bytes.subarray(begin, end));
    this.paused = true;
    this.pauses++;
  }

  transmit(): void {
    throw new Error("nothing was to be sent");
  }

  transmitFrames(): void {
    throw new Error("nothing was to be framed");
  }

  outOfMemory(): void {
    throw new Error("out of memory");
  }

  closed(): void {}
  failed(): void {}
}

interface Message {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Frames of at most 100,000 bytes. */
function framesOf({ opcode, payload }: Message): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < payload.length; at += 100_000) {
    const fin = at + 100_000 >= payload.length;
    const piece = payload.subarray(at, at + 100_000);
    frames.push(frame({ opcode: at === 0 ? opcode : 0, payload: piece, fin }));
  }
  return frames;
}

describe.each(DELIMITERS)("--framing=%s", (framing, delimiter) => {
  test("messages of up to 1 MiB, in fragments, to a sink that pauses", () => {
    const messages: Message[] = [];
    for (const size of [5, 0, 130_000, 300_001, 3, 1_048_576, 1, 49_152, 49_153]) {
      messages.push({ opcode: 1, payload: Buffer.alloc(size, '\0é\n"') });
      messages.push({
        opcode: 2,
        payload: new Uint8Array(size).map((_, i) => (i * 31) ^ (i >> 8)),
      });
    }
    const wanted = new ByteList();
    for (const { opcode, payload } of messages.map(asText)) {
      writeRecordPlainly(wanted, payload, { delimiter, isText: opcode === 1 });
    }
    const stream = concat(messages.map(asText).flatMap(framesOf));
    for (const step of [stream.length, 65_536, 30_011]) {
      const cuts = Array.from(
        { length: Math.ceil(stream.length / step) - 1 },
        (_, i) => (i + 1) * step,
      );
      const sink = new SlowSink();
      const protocol = new Protocol(kernel, { limits: LIMITS, framing, extension: null }, sink);
      for (const piece of cutAt(stream, cuts)) {
        protocol.receive(piece.slice());
        for (sink.paused = false; protocol.isWaiting; sink.paused = false) protocol.resume();
      }
      expect(protocol.counts.incoming).toBe(messages.length);
      protocol.release();
      expect(Buffer.compare(sink.output.view(), wanted.view())).toBe(0);
      expect(sink.pauses).toBeGreaterThan(10);
    }
  });

  test("a message that is cut short is no message: nothing of it is given", () => {
    const sink = new SlowSink();
    const protocol = new Protocol(kernel, { limits: LIMITS, framing, extension: null }, sink);
    protocol.receive(frame({ opcode: 1, payload: "x".repeat(400_000), fin: false }));
    for (sink.paused = false; protocol.isWaiting; sink.paused = false) protocol.resume();
    protocol.release();
    expect(sink.output.length).toBe(0);
  });
});

/** A text ends between characters. */
function asText(message: Message): Message {
  if (message.opcode !== 1) return message;
  const { payload } = message;
  const end = payload.at(-1) === 0xc3 ? payload.length - 1 : payload.length;
  return { opcode: 1, payload: payload.subarray(0, end) };
}

// RFC 6455 5.2, 5.4: what a service writes, as frames through the protocol, at every split.

import { afterEach, describe, expect, test } from "bun:test";
import { CHUNK_SIZE_MAX, createKernel, FRAGMENT_SIZE, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { Encoder } from "../../src/websocket/encoder.ts";
import { ByteList } from "../support/byte-list.ts";
import { fromHex, toHex } from "../support/frames.ts";
import { encodePlainly } from "../support/plain-encoder.ts";
import { cutAt, everySplit } from "../support/splits.ts";
import { kernel, Peer } from "./peer.ts";

const PLAIN = { opcode: 0x1, delimiter: 0x0a, fragmentSize: FRAGMENT_SIZE };

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

/** Frames a stream of records in the pieces between `cuts`; returns all frames of the peer so far. */
function encode(peer: Peer, stream: Uint8Array, cuts: readonly number[] = []): ByteList {
  for (const piece of cutAt(stream, cuts)) {
    kernel.bytes.set(piece, kernel.outgoing);
    peer.protocol.send(kernel.outgoing, kernel.outgoing + piece.length);
  }
  return peer.frames;
}

/** What a service writes, and the frames of it. */
const VECTORS: readonly (readonly [name: string, stream: string, frames: string])[] = [
  ["5.7 a line", "48656c6c6f 0a", "8105 48656c6c6f"],
  ["an empty line is an empty message", "0a", "8100"],
  ["CR LF ends a line too", "6162 0d0a 63 0d0a", "8102 6162 8101 63"],
  ["of several CR the last goes", "61 0d0d0a", "8102 61 0d"],
  ["a CR inside stays", "61 0d 62 0a", "8103 61 0d 62"],
  ["lines, empty ones between", "61 0a 0a 0a 62 0a", "8101 61 8100 8100 8101 62"],
  ["a last line without its end is sent too", "61 0a 6263", "8101 61 8102 6263"],
  ["a lone CR at the end is a line", "0d", "8101 0d"],
  ["nothing is no message", "", ""],
  ["125 bytes", "78".repeat(125) + "0a", "817d" + "78".repeat(125)],
  ["126 bytes", "78".repeat(126) + "0a", "817e 007e" + "78".repeat(126)],
];

describe("5.2 records become frames", () => {
  for (const [name, stream, wanted] of VECTORS) {
    test(name, () => {
      const bytes = fromHex(stream);
      for (const cuts of everySplit(bytes.length)) {
        using peer = new Peer();
        const frames = encode(peer, bytes, cuts);
        expect(peer.protocol.finish()).toBe(true);
        expect(toHex(frames.view())).toBe(toHex(fromHex(wanted)));
      }
    });
  }

  test("a line longer than a slab goes out in fragments, and the last line is kept", () => {
    const stream = new Uint8Array(3 * SLAB_SIZE + 777).fill(0x61);
    stream[2 * SLAB_SIZE + 5] = 0x0a;
    for (const step of [stream.length, 4096, SLAB_SIZE, SLAB_SIZE - 1, 100_000]) {
      const cuts = [];
      for (let cut = step; cut < stream.length; cut += step) cuts.push(cut);
      using peer = new Peer();
      const frames = encode(peer, stream, cuts);
      expect(peer.protocol.finish()).toBe(true);
      expect(Buffer.compare(frames.view(), encodePlainly(stream, PLAIN))).toBe(0);
      expect(peer.protocol.counts.outgoing).toBe(2);
    }
  });

  test("a chunk larger than CHUNK_SIZE_MAX is a defect of the caller", () => {
    using peer = new Peer();
    const begin = kernel.outgoing;
    const end = begin + CHUNK_SIZE_MAX + 4;
    kernel.bytes.fill(0x61, begin, end);
    expect(() => peer.protocol.send(begin, end)).toThrow(RangeError);
  });
});

describe("the slab of a record that has not ended", () => {
  test("is borrowed when bytes must wait, and given back when the record ends", () => {
    using peer = new Peer();
    encode(peer, fromHex("61 0a"));
    expect(kernel.slabs.used).toBe(0);
    encode(peer, fromHex("61 0a 62"));
    expect(kernel.slabs.used).toBe(1);
    encode(peer, fromHex("63"));
    expect(kernel.slabs.used).toBe(1);
    expect(toHex(encode(peer, fromHex("0a")).view())).toBe("8101618101618102" + "6263");
    expect(kernel.slabs.used).toBe(0);
  });

  test("is given back by finish", () => {
    using peer = new Peer();
    const frames = encode(peer, fromHex("61"));
    expect(peer.protocol.finish()).toBe(true);
    expect(toHex(frames.view())).toBe("810161");
    expect(kernel.slabs.used).toBe(0);
    expect(peer.protocol.finish()).toBe(true);
    expect(toHex(frames.view())).toBe("810161");
  });

  test("is given back by release, with a message of the client open too", () => {
    const peer = new Peer();
    peer.feed(fromHex("0181 00000000 61"));
    encode(peer, fromHex("61"));
    expect(kernel.slabs.used).toBe(1);
    peer[Symbol.dispose]();
    expect(kernel.slabs.used).toBe(0);
  });

  test("when there is none encode returns 0, and records that end still go out", () => {
    const small = createKernel({ slabBytes: SLAB_SIZE, sessionsMax: 1 });
    const state = small.states.borrow();
    const encoder = new Encoder(small, state, {
      enframe: "enframe",
      delimiter: 0x0a,
      recordSizeMax: 0,
    });
    const taken = small.slabs.borrow();
    small.bytes.set(fromHex("61 0a 62"), small.outgoing);
    expect(encoder.encode(small.outgoing, small.outgoing + 3)).toBe(0);
    expect(encoder.encode(small.outgoing, small.outgoing + 2)).toBe(small.frames + 3);
    small.slabs.giveBack(taken);
    expect(encoder.encode(small.outgoing, small.outgoing + 3)).toBe(small.frames + 3);
    expect(small.slabs.used).toBe(1);
    encoder.release();
    expect(small.slabs.used).toBe(0);
  });
});

test("records are counted when they end", () => {
  using peer = new Peer();
  encode(peer, fromHex("61 0a 0a 62"));
  expect(peer.protocol.counts).toMatchObject({ incoming: 0, outgoing: 2 });
  expect(peer.protocol.finish()).toBe(true);
  expect(peer.protocol.counts).toMatchObject({ incoming: 0, outgoing: 3 });
});

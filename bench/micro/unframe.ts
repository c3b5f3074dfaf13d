// unframe: client frames of one size in a chunk as a socket brings it.

import { DECODER } from "../../src/kernel/kernel.ts";
import { concat, frame } from "../../test/support/frames.ts";
import { kernel } from "../../test/support/kernel-driver.ts";
import { PlainDecoder, type DecoderOptions } from "../../test/support/plain-decoder.ts";
import { compare } from "./report.ts";

const CHUNK_SIZE = 64 * 1024;
const OPTIONS: DecoderOptions = {
  messageSizeMax: 1024 * 1024,
  fragmentsMax: 1_048_576,
  fragmentsEmptyMax: 4096,
  delimiter: 0x0a,
};

interface Case {
  readonly name: string;
  readonly opcode: number;
  readonly payload: Uint8Array;
}

const CASES: readonly Case[] = [
  { name: "64 B text", opcode: 1, payload: new Uint8Array(64).fill(0x61) },
  { name: "64 B binary", opcode: 2, payload: new Uint8Array(64).fill(0xf1) },
  {
    name: "64 B text, one letter é",
    opcode: 1,
    payload: new TextEncoder().encode(`é${"a".repeat(62)}`),
  },
  { name: "1 KiB text", opcode: 1, payload: new Uint8Array(1024).fill(0x61) },
  { name: "60,000 B text", opcode: 1, payload: new Uint8Array(60_000).fill(0x61) },
];

export async function benchUnframe(): Promise<void> {
  const { bytes, words, incoming, outgoing } = kernel;
  const state = kernel.states.borrow();
  words[(state + DECODER.MESSAGE_SIZE_MAX) >> 2] = OPTIONS.messageSizeMax;
  words[(state + DECODER.FRAGMENTS_MAX) >> 2] = OPTIONS.fragmentsMax;
  words[(state + DECODER.FRAGMENTS_EMPTY_MAX) >> 2] = OPTIONS.fragmentsEmptyMax;
  words[(state + DECODER.DELIMITER) >> 2] = OPTIONS.delimiter;
  for (const { name, opcode, payload } of CASES) {
    const one = frame({ opcode, payload });
    const frames = Math.floor(CHUNK_SIZE / one.length);
    const chunk = concat(Array.from({ length: frames }, () => one));
    bytes.set(chunk, outgoing);
    await compare(
      {
        name: `unframe, ${name}`,
        bytes: chunk.length,
        frames,
        // unframe works in place: the chunk has to be put back each time.
        prepare() {
          bytes.copyWithin(incoming, outgoing, outgoing + chunk.length);
        },
        run() {
          words[(state + DECODER.OUTPUT) >> 2] = incoming - 16;
          if (kernel.unframe(state, incoming, incoming + chunk.length) !== 0) {
            throw new Error("not decoded");
          }
        },
      },
      () => new PlainDecoder(OPTIONS).feed(chunk),
    );
  }
  kernel.states.giveBack(state);
}

// enframe: lines of one size in a chunk as a pipe brings it.

import { ENCODER, FRAGMENT_SIZE } from "../../src/kernel/kernel.ts";
import { concat } from "../../test/support/frames.ts";
import { kernel } from "../../test/support/kernel-driver.ts";
import { encodePlainly } from "../../test/support/plain-encoder.ts";
import { compare } from "./report.ts";

const CHUNK_SIZE = 64 * 1024;
const OPTIONS = { opcode: 1, delimiter: 0x0a, fragmentSize: FRAGMENT_SIZE };
const LINE_LENGTHS = [64, 1024, 60_000];
/** Where the encoder's state record begins in a session's. */
const ENCODER_STATE = ENCODER.TAIL;

export async function benchEnframe(): Promise<void> {
  const { bytes, words, outgoing, frames: out } = kernel;
  const state = kernel.states.borrow();
  words[(state + ENCODER.OPCODE) >> 2] = OPTIONS.opcode;
  words[(state + ENCODER.DELIMITER) >> 2] = OPTIONS.delimiter;
  words[(state + ENCODER.FRAGMENT_SIZE) >> 2] = OPTIONS.fragmentSize;
  for (const length of LINE_LENGTHS) {
    const line = new Uint8Array(length + 1).fill(0x61).fill(0x0a, length);
    const frames = Math.floor(CHUNK_SIZE / line.length);
    const chunk = concat(Array.from({ length: frames }, () => line));
    bytes.set(chunk, outgoing);
    await compare(
      {
        name: `enframe, lines of ${length} B`,
        bytes: chunk.length,
        frames,
        run() {
          kernel.enframe(state + ENCODER_STATE, outgoing, outgoing + chunk.length, out);
        },
      },
      () => void encodePlainly(chunk, OPTIONS),
    );
  }
  kernel.states.giveBack(state);
}

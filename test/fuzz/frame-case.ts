// One case of the frame fuzz, from its seed alone: a stream of frames, how it is cut, and what it is read with.

import { deflated } from "../support/deflated.ts";
import { concat, frame } from "../support/frames.ts";
import type { DecoderOptions } from "../support/plain-decoder.ts";
import { Random } from "../support/random.ts";
import { randomOptions, randomStream, type StreamKind } from "../support/random-frames.ts";
import { randomSplit } from "../support/splits.ts";
import { FRAMED_DELIMITERS } from "./framings.ts";

export interface FrameCase {
  readonly seed: number;
  readonly options: DecoderOptions;
  readonly stream: Uint8Array;
  readonly cuts: readonly number[];
}

const KINDS: readonly StreamKind[] = ["legal", "changed", "random"];

export function frameCase(seed: number): FrameCase {
  const random = new Random(seed);
  const isDeflate = random.oneIn(3);
  const delimiter = random.pick(FRAMED_DELIMITERS);
  const options = { ...randomOptions(random), delimiter, isDeflate };
  const plain = randomStream(random, random.pick(KINDS));
  const stream = isDeflate ? concat([...compressedMessages(random), plain]) : plain;
  return { seed, options, stream, cuts: randomSplit(random, stream.length) };
}

function compressedMessages(random: Random): Uint8Array[] {
  return Array.from({ length: random.below(6) }, () => compressedMessage(random)).flat();
}

/** Frames of one message, most often legal ones; every now and then a byte of the deflated payload is another. */
function compressedMessage(random: Random): Uint8Array[] {
  const opcode = random.between(1, 2);
  const length = random.pick([0, 1, 20, 20, 300, 5000, 200_000]);
  const payload = random.oneIn(4) ? random.bytes(length) : random.text(length);
  let rest = deflated(payload);
  if (random.oneIn(8)) rest[random.below(rest.length)] = random.below(256);
  const frames: Uint8Array[] = [];
  while (random.oneIn(3)) {
    const cut = random.below(rest.length + 1);
    const isFirst = frames.length === 0;
    frames.push(
      frame({
        opcode: isFirst ? opcode : 0,
        reserved: isFirst ? 4 : 0,
        fin: false,
        payload: rest.subarray(0, cut),
      }),
    );
    rest = rest.subarray(cut);
  }
  const isFirst = frames.length === 0;
  frames.push(frame({ opcode: isFirst ? opcode : 0, reserved: isFirst ? 4 : 0, payload: rest }));
  return frames;
}

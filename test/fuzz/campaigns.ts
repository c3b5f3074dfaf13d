// What is fuzzed: frames through the protocol, heads through the reader.

import type { Campaign } from "./campaign.ts";
import { frameCase } from "./frame-case.ts";
import { headCase, runHead } from "./head-case.ts";
import { answerPlainly } from "./plain-protocol.ts";
import { runFrames } from "./run-frames.ts";

/** Bytes of a frame in these streams, more or less: counting them would mean to decode them once more. */
const FRAME_SIZE = 64;

export function frameCampaign(twin = answerPlainly): Campaign {
  return {
    name: "frames",
    run(seed) {
      const of = frameCase(seed);
      const units = Math.max(1, Math.floor(of.stream.length / FRAME_SIZE));
      return { wrong: runFrames(of, twin), units };
    },
  };
}

export const HEADS: Campaign = {
  name: "heads",
  run: (seed) => ({ wrong: runHead(headCase(seed)), units: 1 }),
};

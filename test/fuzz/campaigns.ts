// What is fuzzed: frames and records through the protocol, heads through the reader.

import { Random } from "../support/random.ts";
import { randomRecordOptions, randomRecords } from "../support/random-records.ts";
import { recordsDifference } from "../support/same-records.ts";
import { randomSplit } from "../support/splits.ts";
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

/** What a program writes. */
export const RECORDS: Campaign = {
  name: "records",
  run(seed) {
    const random = new Random(seed);
    const options = randomRecordOptions(random);
    const stream = randomRecords(random, options);
    const cuts = randomSplit(random, stream.length);
    const units = Math.max(1, Math.floor(stream.length / FRAME_SIZE));
    return { wrong: recordsDifference(stream, options, cuts), units };
  },
};

// The short run of the fuzz, its corpus at every split, and that it finds a defect when there is one.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { everySplit } from "../support/splits.ts";
import { seedOfRun } from "../support/random.ts";
import { runCampaign } from "./campaign.ts";
import { frameCampaign, HEADS, RECORDS } from "./campaigns.ts";
import { CORPUS } from "./corpus.ts";
import { answerPlainly } from "./plain-protocol.ts";
import { runFrames } from "./run-frames.ts";

/** More than any campaign may take here. */
setDefaultTimeout(90_000);

const seed = seedOfRun();
/** Streams longer than this are cut at a few places only: their splits would take the time of all others. */
const EVERY_SPLIT_MAX = 300;

describe("the corpus", () => {
  test("is of some size, each entry once", () => {
    expect(CORPUS.length).toBeGreaterThan(100);
    expect(new Set(CORPUS.map(({ name }) => name)).size).toBe(CORPUS.length);
  });

  for (const { name, stream, options, records, close } of CORPUS) {
    test(name, () => {
      const plain = answerPlainly([stream], options);
      if (records !== undefined) expect(plain.complete.toHex()).toBe(records);
      if (close !== undefined) expect(plain.close).toBe(close);
      const isShort = stream.length <= EVERY_SPLIT_MAX;
      for (const cuts of isShort
        ? everySplit(stream.length)
        : [[], [1], [2, 9], [stream.length - 1]]) {
        expect(runFrames({ seed: 0, options, stream, cuts }), `cut at ${cuts.join()}`).toBeNull();
      }
    });
  }
});

for (const campaign of [frameCampaign(), RECORDS, HEADS]) {
  test(`random ${campaign.name}, seed ${seed}`, () => {
    const result = runCampaign(campaign, { seed, units: 20_000, timeMs: 30_000 });
    expect(result.failure).toBeNull();
    expect(result.units).toBeGreaterThan(1000);
  });
}

test("a defect is found, and its seed finds it again", () => {
  // A twin that answers the first Ping only.
  const defective: typeof answerPlainly = (pieces, options) => {
    const answers = answerPlainly(pieces, options);
    return { ...answers, pongs: answers.pongs.slice(0, 1) };
  };
  const options = { seed, units: 1e9, timeMs: 30_000 };
  const { failure } = runCampaign(frameCampaign(defective), options);
  expect(failure?.wrong).toStartWith("pongs: ");
  const again = runCampaign(frameCampaign(defective), {
    ...options,
    seed: failure!.seed,
    units: 1,
  });
  expect(again.failure).toEqual(failure);
});

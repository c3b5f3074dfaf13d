// Random streams at random splits through unframe and its plain twin; WEBSOCKD_SEED and WEBSOCKD_FUZZ_MS set the run.

import { test } from "bun:test";
import { OUTCOME } from "../support/plain-decoder.ts";
import { fuzzMs, Random, seedOfRun } from "../support/random.ts";
import { randomOptions, randomStream, type StreamKind } from "../support/random-frames.ts";
import { decodeWithBoth } from "../support/same.ts";
import { randomSplit } from "../support/splits.ts";

const KINDS: readonly StreamKind[] = ["legal", "changed", "random"];
const seed = seedOfRun();
/** All but CONTROL_FRAME, after which a decoder goes on. */
const OUTCOMES = Object.keys(OUTCOME).length - 1;
const totalMs = fuzzMs(2000);

test(
  `unframe does as its twin, seed ${seed}`,
  () => {
    // Streams that never break a rule, or always the same one, would prove little: on until each has been seen.
    const seen = new Set<number>();
    const deadline = performance.now() + totalMs;
    for (let index = 0; performance.now() < deadline || seen.size < OUTCOMES; index++) {
      // Each stream has a seed of its own: run with it, a failure comes first.
      const streamSeed = (seed + index) >>> 0;
      const random = new Random(streamSeed);
      const options = randomOptions(random);
      const stream = randomStream(random, random.pick(KINDS));
      const name = `WEBSOCKD_SEED=${streamSeed}, ${JSON.stringify(options)}`;
      for (let splits = 0; splits < 3; splits++) {
        const cuts = randomSplit(random, stream.length);
        const twin = decodeWithBoth({
          ...options,
          stream,
          cuts,
          alignment: random.below(16),
          name,
        });
        seen.add(twin.outcome);
      }
    }
  },
  totalMs + 60_000,
);

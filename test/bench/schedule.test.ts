// Latencies at a given rate: a server that stops is not spared the messages that were due meanwhile.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Histogram } from "../../bench/load/histogram.ts";
import { InFlight } from "../../bench/load/in-flight.ts";
import { runEcho } from "../../bench/load/load.ts";
import { numberedMessages } from "../../bench/load/message-window.ts";
import { Schedule } from "../../bench/load/schedule.ts";
import { frame } from "./echo-server.ts";
import { options, start, TEXT } from "./load-support.ts";

/** Far above what it takes: other work may have the machine. */
setDefaultTimeout(60_000);

const MS = 1e6;
const SERVICE_MS = 2;

type Stop = { readonly beginMs: number; readonly endMs: number };

/** When a server answers what it got at `at`, if it takes SERVICE_MS for each and stops for a while. */
function answerAt(at: number, { beginMs, endMs }: Stop): number {
  const done = at + SERVICE_MS;
  return done > beginMs && at < endMs ? endMs + SERVICE_MS : done;
}

/** The plain model: every message has its time, and one that is late for want of room still counts from it. */
function plainLatencies(window: number, stop: Stop, count: number): number[] {
  const answers: number[] = [];
  for (let at = 0; at < count; at++) {
    const room = at < window ? 0 : answers[at - window]!;
    answers.push(Math.max(answerAt(Math.max(at, room), stop), answers.at(-1) ?? 0));
  }
  return answers.map((answer, at) => answer - at);
}

/** The same through Schedule and InFlight, a message due each millisecond, looked at each millisecond. */
function measured(window: number, stop: Stop, count: number): Histogram {
  const schedule = new Schedule({ intervalNanoseconds: MS, firstNanoseconds: 0 });
  const inFlight = new InFlight(window);
  const histogram = new Histogram();
  const answers: number[] = [];
  for (let now = 0; histogram.count < count; now++) {
    while (answers[0] !== undefined && answers[0] <= now) {
      answers.shift();
      inFlight.remove(1, now * MS, (one, microseconds) => histogram.record(microseconds, one));
    }
    for (const since of schedule.take(window - inFlight.count, now * MS)) {
      inFlight.add(1, since);
      answers.push(Math.max(answerAt(now, stop), answers.at(-1) ?? 0));
    }
  }
  return histogram;
}

describe("coordinated omission", () => {
  for (const window of [1, 2, 10, 1000]) {
    test(`a stop of 100 ms with ${window} in flight, as the plain model has it`, () => {
      const stop = { beginMs: 200, endMs: 300 };
      // With one in flight the server is slower than the rate: it falls behind for good, and that has to show, too.
      const plain = plainLatencies(window, stop, 1000).toSorted((one, other) => one - other);
      const histogram = measured(window, stop, 1000);
      for (const fraction of [0.5, 0.9, 0.99, 0.999, 1]) {
        const exact = plain[Math.ceil(fraction * plain.length) - 1]!;
        expect(Math.abs(histogram.quantile(fraction) / 1e3 - exact) / exact).toBeLessThan(0.008);
      }
    });
  }

  test("without the correction a stop would hide behind the one message that waited for it", () => {
    const histogram = measured(4, { beginMs: 200, endMs: 300 }, 1000);
    // 100 of 1,000 messages were due while the server stood: a tenth of them waited for more than 10 ms.
    expect(histogram.quantile(0.92)).toBeGreaterThan(10_000);
  });
});

describe("the schedule", () => {
  const every = { intervalNanoseconds: 10, firstNanoseconds: 100 };

  test("what our own clock met late counts from when it was met", () => {
    const schedule = new Schedule(every);
    expect(schedule.take(5, 99)).toEqual([]);
    expect(schedule.take(5, 100)).toEqual([100]);
    expect(schedule.take(5, 135)).toEqual([135, 135, 135]);
  });

  test("what had no room counts from when it was due", () => {
    const schedule = new Schedule(every);
    expect(schedule.take(1, 125)).toEqual([125]);
    // 110 and 120 were due at the last look; 130 is new.
    expect(schedule.take(5, 135)).toEqual([110, 120, 135]);
    expect(schedule.take(0, 145)).toEqual([]);
    expect(schedule.take(5, 155)).toEqual([140, 155]);
  });
});

test("what was due and had no room at the end is sent and counted all the same", async () => {
  const SLOW_MS = 5;
  let write: (bytes: Buffer) => void = () => {};
  const server = start(
    (_index, payload) => {
      setTimeout(() => write(frame(TEXT, payload)), SLOW_MS);
      return [];
    },
    {
      onOpen(writeTo) {
        write = writeTo;
        return () => {};
      },
    },
  );
  const run = { ...options(server), durationSeconds: 0.2, warmupSeconds: 0 };
  const { problem, echoes, latencies } = await runEcho(run, {
    connections: 1,
    window: 1,
    newMessages: numberedMessages({ size: 20, window: 1, binary: false }),
    meanSize: 20,
    rate: 500,
  });
  expect(problem).toBeNull();
  // 100 were due, and the server echoes 40 at most in that time.
  expect(echoes).toBeGreaterThanOrEqual(100);
  const histogram = new Histogram();
  histogram.merge(latencies);
  expect(histogram.count).toBe(echoes);
  expect(histogram.maxMicroseconds).toBeGreaterThan(200_000);
});

test("a rate is kept over real connections", async () => {
  const server = start((_index, payload) => [frame(TEXT, payload)]);
  const run = { ...options(server), durationSeconds: 0.3 };
  const shape = { size: 20, window: 8, binary: false };
  const begin = performance.now();
  const { problem, echoes } = await runEcho(run, {
    connections: 3,
    window: 8,
    newMessages: numberedMessages(shape),
    meanSize: 20,
    rate: 200,
  });
  expect(problem).toBeNull();
  const seconds = (performance.now() - begin) / 1e3;
  // 64 are due in the warm-up and the measured time; never more than were due in all the time that it took.
  expect(echoes).toBeGreaterThanOrEqual(64);
  expect(echoes).toBeLessThanOrEqual(200 * seconds + 3);
});

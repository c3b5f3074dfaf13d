// The small parts of the load generator, each alone.
import { describe, expect, test } from "bun:test";
import { FrameRing } from "../../bench/load/frame-ring.ts";
import { Histogram } from "../../bench/load/histogram.ts";
import { InFlight } from "../../bench/load/in-flight.ts";
import { Outbox } from "../../bench/load/outbox.ts";
import {
  contextSwitches,
  cpuMicroseconds,
  residentKibibytes,
} from "../../bench/load/process-usage.ts";
import { callsIn } from "../../bench/load/system-calls.ts";

/** Not a divisor of the ring's ten slots, so that batches wrap around. */
const BATCH = 7;

describe("histogram", () => {
  test("quantiles of a known spread are within 0.8 %", () => {
    const histogram = new Histogram();
    for (let value = 1; value <= 100_000; value++) histogram.record(value, 1);
    for (const fraction of [0.01, 0.5, 0.9, 0.99, 0.999]) {
      const exact = fraction * 100_000;
      expect(Math.abs(histogram.quantile(fraction) - exact) / exact).toBeLessThan(0.008);
    }
    expect(histogram.quantile(1)).toBe(100_000);
    expect(histogram.maxMicroseconds).toBe(100_000);
  });

  test("counts weigh, and reset forgets", () => {
    const histogram = new Histogram();
    expect(histogram.quantile(0.5)).toBe(0);
    histogram.record(3, 99);
    histogram.record(1e9, 1);
    expect([histogram.count, histogram.quantile(0.5)]).toEqual([100, 3]);
    expect(histogram.quantile(1)).toBeGreaterThan(2e8);
    histogram.reset();
    expect([histogram.count, histogram.quantile(0.5)]).toEqual([0, 0]);
  });
});

test("a histogram's buckets make the same one again", () => {
  const histogram = new Histogram();
  for (let value = 0; value < 100_000; value += 7) histogram.record(value / 3, 1 + (value % 5));
  const other = new Histogram();
  other.merge(histogram.buckets());
  expect(other.buckets()).toEqual(histogram.buckets());
  expect(other.count).toBe(histogram.count);
  for (const fraction of [0.5, 0.9, 0.99]) {
    expect(other.quantile(fraction)).toBe(histogram.quantile(fraction));
  }
  other.merge(histogram.buckets());
  expect(other.count).toBe(2 * histogram.count);
});

test("the calls in a summary of strace", () => {
  const summary = [
    "strace: Process 5 attached",
    "% time     seconds  usecs/call     calls    errors syscall",
    "------ ----------- ----------- --------- --------- ----------------",
    " 60.00    0.000060           2        29         1 epoll_pwait2",
    " 40.00    0.000040           1        40           write",
    "------ ----------- ----------- --------- --------- ----------------",
    "100.00    0.000100           1        69         1 total",
  ];
  expect(callsIn(summary.join("\n"))).toBe(69);
  // Older ones leave the middle column out.
  const older = "100.00    0.000100                    69         1 total";
  expect(callsIn([...summary.slice(0, -1), older].join("\n"))).toBe(69);
  expect(
    callsIn("strace: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted"),
  ).toBeUndefined();
});

describe("outbox", () => {
  for (const most of [1, 3, 25, 26, 27, 1000]) {
    test(`frames stay whole and in order when a write takes ${most} bytes at most`, () => {
      const shape = { size: 20, window: 10, connection: 0, firstByte: 0x81 };
      const ring = new FrameRing(shape);
      const plain: Buffer[] = [];
      const outbox = new Outbox(ring);
      const control = Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0);
      const written: number[] = [];
      function write(bytes: Uint8Array, offset: number, length: number): number {
        const taken = Math.min(most, length);
        written.push(...bytes.subarray(offset, offset + taken));
        return taken;
      }
      for (let turn = 0; turn < 100; turn++) {
        for (let count = 0; count < BATCH; count++) {
          const begin = (plain.length % 10) * ring.frameLength;
          ring.produce(1);
          plain.push(Buffer.from(ring.bytes.subarray(begin, begin + ring.frameLength)));
        }
        outbox.addFrames(BATCH * ring.frameLength);
        if (turn === 50) outbox.addControl(control);
        const until = (turn + 1) * BATCH * ring.frameLength + (turn >= 50 ? control.length : 0);
        for (let tries = 0; written.length < until && tries < until; tries++) {
          outbox.flush({ write });
        }
        expect(written.length).toBe(until);
      }
      const at = 51 * BATCH * ring.frameLength;
      expect(written.splice(at, control.length)).toEqual([...control]);
      expect(Buffer.from(written).equals(Buffer.concat(plain))).toBe(true);
    });
  }

  test("a closed socket takes nothing", () => {
    const outbox = new Outbox(
      new FrameRing({ size: 1, window: 1, connection: 0, firstByte: 0x81 }),
    );
    outbox.addFrames(7);
    let writes = 0;
    outbox.flush({ write: () => ((writes += 1), -1) });
    expect(writes).toBe(1);
  });
});

test("messages in flight take the time of their own write", () => {
  const inFlight = new InFlight(5);
  const seen: [number, number][] = [];
  const remove = (count: number, now: number) =>
    inFlight.remove(count, now, (part, microseconds) => void seen.push([part, microseconds]));
  for (let round = 0; round < 10; round++) {
    inFlight.add(3, 1_000);
    inFlight.add(2, 3_000);
    remove(2, 11_000);
    inFlight.add(2, 11_000);
    remove(2, 12_000);
    remove(3, 21_000);
    expect(inFlight.count).toBe(0);
    const parts = "2:10 1:11 1:9 1:18 2:10";
    expect(
      seen
        .splice(0)
        .map(([part, time]) => `${part}:${time}`)
        .join(" "),
    ).toBe(parts);
  }
});

describe("process usage", () => {
  test("of this process", () => {
    const begin = cpuMicroseconds(process.pid) ?? NaN;
    const until = Bun.nanoseconds() + 20e6;
    while (Bun.nanoseconds() < until);
    const used = (cpuMicroseconds(process.pid) ?? NaN) - begin;
    expect(used).toBeGreaterThan(2e3);
    expect(residentKibibytes(process.pid)).toBeGreaterThan(1024);
    const { voluntary = NaN, involuntary = NaN } = contextSwitches(process.pid) ?? {};
    expect(voluntary + involuntary).toBeGreaterThan(0);
  });

  test("of none", () => {
    expect(cpuMicroseconds(2 ** 22)).toBeUndefined();
    expect(residentKibibytes(2 ** 22)).toBeUndefined();
    expect(contextSwitches(2 ** 22)).toBeUndefined();
  });
});

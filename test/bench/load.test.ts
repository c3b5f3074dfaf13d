// The load generator against servers that echo rightly.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { runIdle } from "../../bench/load/idle.ts";
import { runLoad } from "../../bench/load/load.ts";
import { frame } from "./echo-server.ts";
import { echo, options, start, TEXT } from "./load-support.ts";

/** Far above what it takes: other work may have the machine. */
setDefaultTimeout(60_000);

describe("right echoes", () => {
  for (const [size, window, connections] of [
    [1, 1, 1],
    [3, 16, 2],
    [64, 256, 3],
    [1024, 7, 20],
    [60_000, 4, 1],
  ] as const) {
    test(`${connections} x ${size} bytes, ${window} in flight`, async () => {
      const result = await runLoad(
        options(start(echo), { size, window, connections, pid: process.pid }),
      );
      expect(result.problem).toBeNull();
      expect(result.outcome).toBe("ok");
      const figures = result.figures;
      expect(figures?.messages).toBeGreaterThan(0);
      expect(result.echoes).toBeGreaterThanOrEqual(figures?.messages ?? 0);
      expect(figures?.p50Microseconds).toBeGreaterThan(0);
      expect(figures?.maxMicroseconds).toBeGreaterThanOrEqual(figures?.p999Microseconds ?? NaN);
      expect(figures?.cpuMicrosecondsPerMessage).toBeGreaterThan(0);
      expect(figures?.voluntarySwitchesPerMessage).toBeGreaterThanOrEqual(0);
      expect(figures?.residentKibibytes).toBeGreaterThan(1024);
    });
  }

  test("fragmented, with empty fragments", async () => {
    const server = start((_index, payload) => [
      frame(0x01, payload.subarray(0, 3)),
      frame(0x00, ""),
      frame(0x80, payload.subarray(3)),
    ]);
    expect((await runLoad(options(server))).problem).toBeNull();
  });

  test("binary messages answered in text, and in binary", async () => {
    const inText = start((_index, payload, opcode) => [frame(opcode === 2 ? TEXT : 0, payload)]);
    expect((await runLoad(options(inText, { binary: true }))).problem).toBeNull();
    expect((await runLoad(options(start(echo), { binary: true }))).problem).toBeNull();
  });

  test("pings between and inside messages are answered", async () => {
    const server = start((index, payload) =>
      index % 2
        ? [frame(0x89, "between"), frame(TEXT, payload)]
        : [
            frame(0x01, payload.subarray(0, 9)),
            frame(0x89, "inside"),
            frame(0x80, payload.subarray(9)),
          ],
    );
    expect((await runLoad(options(server, { window: 1 }))).problem).toBeNull();
    expect(new Set(server.pongs)).toEqual(new Set(["between", "inside"]));
  });

  test("idle connections echo once each", async () => {
    const server = start(echo);
    const idle = { ...options(server, { connections: 40 }), pid: process.pid, silent: false };
    const result = await runIdle(idle);
    expect(result.problem).toBeNull();
    expect(result.echoes).toBe(40);
    expect(result.figures?.residentKibibytes).toBeGreaterThan(1024);
    expect((await runIdle({ ...idle, silent: true })).echoes).toBe(0);
  });
});

// The load generator against servers that echo wrongly or not at all.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { runLoad } from "../../bench/load/load.ts";
import { frame } from "./echo-server.ts";
import { echo, options, spoiling, start, TEXT } from "./load-support.ts";

/** Far above what it takes: other work may have the machine. */
setDefaultTimeout(60_000);

describe("wrong echoes fail", () => {
  test("two messages swapped", async () => {
    let held: Buffer | undefined;
    const server = start((index, payload) => {
      if (index === 4) held = frame(TEXT, payload);
      if (index === 4) return [];
      return index === 5 ? [frame(TEXT, payload), held ?? frame(TEXT, "")] : [frame(TEXT, payload)];
    });
    const result = await runLoad(options(server, { connections: 1 }));
    expect(result.outcome).toBe("failed");
    expect(result.problem).toMatch(/^connection 0: message 4: .*"5\S+", expected "4/);
  });

  const size = 20;
  for (const at of [0, 7, 11, 12, size - 1]) {
    test(`byte ${at} flipped`, async () => {
      const server = start(
        spoiling((payload) => {
          payload[at] = (payload[at] ?? 0) ^ 1;
          return [frame(TEXT, payload)];
        }),
      );
      const result = await runLoad(options(server, { size }));
      expect(result.outcome).toBe("failed");
      expect(result.problem).toMatch(new RegExp(`message 5: .*byte ${at} on is`));
    });
  }

  test("a byte in the middle of 60,000 flipped", async () => {
    const server = start(
      spoiling((payload) => {
        payload[31_000] = 0x20;
        return [frame(TEXT, payload)];
      }),
    );
    expect((await runLoad(options(server, { size: 60_000 }))).problem).toMatch(/message 5: /);
  });

  for (const [name, spoil, problem] of [
    ["dropped", () => [], "message 5: "],
    ["doubled", (payload) => [frame(TEXT, payload), frame(TEXT, payload)], "message 6: "],
    ["cut short", (payload) => [frame(TEXT, payload.subarray(1))], "19 bytes, expected 20"],
    ["in binary", (payload) => [frame(0x82, payload)], "opcode 2, expected 1"],
    ["with a reserved bit", (payload) => [frame(0xc1, payload)], "reserved bits"],
    ["a lone continuation", (payload) => [frame(0x80, payload)], "a continuation"],
    ["of another connection", (payload) => [frame(TEXT, "9" + payload.subarray(1))], "message 5: "],
    ["a close", () => [frame(0x88, "\x03\xf3oops")], "closed with code"],
  ] as readonly [string, (payload: Buffer) => readonly Buffer[], string][]) {
    test(`a message ${name}`, async () => {
      const result = await runLoad(options(start(spoiling(spoil)), { connections: 1 }));
      expect(result.outcome).toBe("failed");
      expect(result.problem).toContain(problem);
      expect(result.figures).toBeNull();
    });
  }

  test("a server that stalls", async () => {
    const server = start((index, payload) => (index < 7 ? [frame(TEXT, payload)] : []));
    const result = await runLoad(options(server, { connections: 1, stallSeconds: 0.1 }));
    expect(result.outcome).toBe("stalled");
    expect(result.problem).toStartWith("stalled after 7 messages");
  });

  test("nobody listens", async () => {
    const server = start(echo);
    server.stop();
    expect((await runLoad(options(server))).outcome).toBe("failed");
  });
});

// Attacks by data frames and by what is compressed in them, against the running program.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { deflated } from "../support/deflated.ts";
import { concat, frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { residentMemory } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const MIB = 1024 * 1024;
const DEFLATE = { fields: ["Sec-WebSocket-Extensions: permessage-deflate"] };
/** What the garbage collector may not have met yet. */
const ALLOWANCE = 96 * MIB;

let server: TestServer;
beforeAll(async () => {
  server = await startServer(["--compress", "cat"]);
});
afterAll(() => server.stop());

async function stillServes(): Promise<void> {
  using client = await RawClient.open(server);
  client.text("still here");
  expect(await client.line()).toBe("still here");
}

/** Sends bytes and expects the Close. */
async function isClosed(bytes: Uint8Array, code: number): Promise<void> {
  using client = await RawClient.open(server, DEFLATE);
  client.write(bytes);
  expect((await client.settle()).code).toBe(code);
  await stillServes();
}

describe("CVE-2026-48779: fragments without end", () => {
  const first = frame({ opcode: 1, payload: "a", fin: false });

  test("200,000 empty ones: closed with 1008", async () => {
    const empty = frame({ opcode: 0, fin: false });
    await isClosed(concat([first, ...Array.from({ length: 200_000 }, () => empty)]), 1008);
  });

  test("200,000 of one byte are a message, and cost no memory", async () => {
    const before = residentMemory(server.pid);
    const one = frame({ opcode: 0, payload: "b", fin: false });
    using client = await RawClient.open(server);
    client.write(concat([first, ...Array.from({ length: 200_000 }, () => one)]));
    client.write(frame({ opcode: 0, payload: "c" }));
    expect((await client.line()).length).toBe(200_002);
    expect(residentMemory(server.pid) - before).toBeLessThan(ALLOWANCE);
  });
});

describe("lengths of 64 bits", () => {
  const big = (declaredLength: bigint) =>
    frame({ opcode: 2, payload: "abcd", declaredLength, lengthBytes: 8 });

  test("CVE-2020-13935: the top bit is set", () => isClosed(big(1n << 63n), 1002));
  test("CVE-2020-13935: all bits are set", () => isClosed(big((1n << 64n) - 1n), 1002));
  test("CVE-2020-27813: the largest there is", () => isClosed(big((1n << 63n) - 1n), 1009));
  test("CVE-2020-27813: two fragments whose sum is beyond it", async () => {
    const begin = frame({ opcode: 2, payload: "a", fin: false });
    const next = frame({
      opcode: 0,
      payload: "b",
      declaredLength: (1n << 63n) - 1n,
      lengthBytes: 8,
    });
    await isClosed(concat([begin, next]), 1009);
  });
});

describe("decompression bombs: 64 MiB of zeros, the limit being 1 MiB", () => {
  const bomb = deflated(new Uint8Array(64 * MIB));

  for (const [name, count] of [
    ["whole", 1],
    ["in 100 fragments", 100],
  ] as const) {
    test(`${name}: closed with 1009, for one buffer of memory`, async () => {
      const before = residentMemory(server.pid);
      const size = Math.ceil(bomb.length / count);
      const frames = Array.from({ length: count }, (_, i) =>
        frame({
          opcode: i === 0 ? 2 : 0,
          reserved: i === 0 ? 4 : 0,
          payload: bomb.subarray(i * size, (i + 1) * size),
          fin: i === count - 1,
        }),
      );
      await isClosed(concat(frames), 1009);
      expect(residentMemory(server.pid) - before).toBeLessThan(ALLOWANCE);
    });
  }

  test("500 messages that come to 1 MiB each, in one chunk, for a program that does not read", async () => {
    await using slow = await startServer(["--compress", "sh", "-c", "sleep 2; cat | wc -c"]);
    const message = frame({ opcode: 2, reserved: 4, payload: deflated(new Uint8Array(MIB)) });
    const before = residentMemory(slow.pid);
    using client = await RawClient.open(slow, DEFLATE);
    client.write(concat(Array.from({ length: 500 }, () => message)));
    client.close(1000);
    await client.flushed();
    expect(residentMemory(slow.pid) - before).toBeLessThan(ALLOWANCE);
  });

  test("last blocks without end: closed with 1008", () => {
    const blocks = Buffer.from("0300".repeat(100_000), "hex");
    return isClosed(frame({ opcode: 2, reserved: 4, payload: blocks }), 1008);
  });

  test("corrupt, cut and of invalid text: closed with 1007", async () => {
    const marked = (payload: Uint8Array) => frame({ opcode: 1, reserved: 4, payload });
    await isClosed(marked(Uint8Array.of(0xff, 0xff, 0xff)), 1007);
    await isClosed(marked(deflated(Buffer.from("Hello")).subarray(0, 4)), 1007);
    await isClosed(marked(deflated(Uint8Array.of(0xc3, 0x28))), 1007);
  });
});

// Each load pattern against an echo server of its own: right echoes pass, and a wrong, lost or doubled one does not.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { cksum } from "../../bench/load/cksum.ts";
import type { LoadResult } from "../../bench/load/figures.ts";
import { blockOf } from "../../bench/load/input-blocks.ts";
import type { RunOptions } from "../../bench/load/options.ts";
import { echoPattern } from "../../bench/patterns/echo.ts";
import { idlePattern } from "../../bench/patterns/idle.ts";
import { inPattern, outSeq, outYes } from "../../bench/patterns/one-way.ts";
import type { Pattern } from "../../bench/patterns/pattern.ts";
import { slowReaderPattern } from "../../bench/patterns/slow-reader.ts";
import { churn, firstEchoAlone, stormPattern } from "../../bench/patterns/starts.ts";
import { compressed, mixedSizes } from "../../bench/patterns/varied.ts";
import { frame, type EchoServer, type EchoServerOptions } from "./echo-server.ts";
import { start, TEXT } from "./load-support.ts";

/** Far above what it takes: other work may have the machine. */
setDefaultTimeout(60_000);

/** What becomes of one answer: the frames that take its place. */
type Spoil = (firstByte: number, payload: Buffer) => readonly Buffer[];

const LOST = "a lost message";
const STALL_SECONDS = 0.3;

const SPOILS: Readonly<Record<string, Spoil>> = {
  "a wrong byte": (firstByte, payload) => [frame(firstByte, withWrongByte(payload))],
  "a lost byte": (firstByte, payload) => [frame(firstByte, payload.subarray(0, -1))],
  "a doubled byte": (firstByte, payload) => [
    frame(firstByte, Buffer.concat([payload.subarray(0, 3), payload.subarray(2)])),
  ],
  [LOST]: () => [],
  "a doubled message": (firstByte, payload) => [
    frame(firstByte, payload),
    frame(firstByte, payload),
  ],
};

const right: Spoil = (firstByte, payload) => [frame(firstByte, payload)];

/** In the middle, so that it is content and not a header of what is compressed. */
function withWrongByte(payload: Buffer): Buffer {
  const at = payload.length >> 1;
  const wrong = Buffer.from(payload);
  wrong[at] = (wrong[at] ?? 0) ^ 1;
  return wrong;
}

/** Long enough for a few messages. Only who waits for what is lost waits for a short stall. */
async function run(pattern: Pattern, server: EchoServer, stallSeconds = 10): Promise<LoadResult> {
  const options: RunOptions = {
    url: new URL(server.url),
    durationSeconds: 0.05,
    warmupSeconds: 0.02,
    stallSeconds,
    pid: process.pid,
    trace: false,
    rate: undefined,
  };
  return pattern.run(options);
}

function stallFor(spoil: string): number | undefined {
  return spoil === LOST ? STALL_SECONDS : undefined;
}

/** After what is lost the next is wrong, or there is no next and it is waited for in vain. */
function outcomesFor(spoil: string): LoadResult["outcome"][] {
  return spoil === LOST ? ["failed", "stalled"] : ["failed"];
}

/** A server that echoes, and spoils the answer to one message of one of its connections, the third of all. */
function echoing(spoil: Spoil, { firstByte = TEXT, deflate = false } = {}): EchoServer {
  let answers = 0;
  const options: EchoServerOptions = { deflate };
  return start((_index, payload) => {
    answers++;
    return answers === 3 ? spoil(firstByte, payload) : right(firstByte, payload);
  }, options);
}

const shape = { size: 30, window: 4, about: "" };
const ECHOING: readonly Pattern[] = [
  echoPattern({ ...shape, connections: 2 }),
  echoPattern({ ...shape, connections: 2, name: "paced", rate: 500 }),
  mixedSizes,
  slowReaderPattern({ size: 3000, window: 300 }),
  firstEchoAlone,
  churn,
  stormPattern(5),
  idlePattern(5),
];

for (const pattern of ECHOING) {
  describe(pattern.name, () => {
    test("right echoes", async () => {
      const { outcome, problem, echoes } = await run(pattern, echoing(right));
      expect(problem).toBeNull();
      expect(outcome).toBe("ok");
      expect(echoes).toBeGreaterThan(0);
    });
    for (const [name, spoil] of Object.entries(SPOILS)) {
      test(name, async () => {
        const { outcome, figures } = await run(pattern, echoing(spoil), stallFor(name));
        expect(outcome).toBeOneOf(outcomesFor(name));
        expect(figures).toBeNull();
      });
    }
  });
}

describe("deflate", () => {
  const compressing = { firstByte: 0xc1, deflate: true };

  test("right echoes, compressed as they came", async () => {
    const { problem, figures } = await run(compressed, echoing(right, compressing));
    expect(problem).toBeNull();
    expect(figures?.messages).toBeGreaterThan(0);
  });

  for (const [name, spoil] of Object.entries(SPOILS)) {
    test(name, async () => {
      const { outcome } = await run(compressed, echoing(spoil, compressing), stallFor(name));
      expect(outcome).toBeOneOf(outcomesFor(name));
    });
  }

  test("a server that does not agree", async () => {
    const { problem } = await run(compressed, echoing(right));
    expect(problem).toContain("does not agree on permessage-deflate");
  });
});

describe("output without input", () => {
  const LINES = 100;
  const OPEN_MS = 5;

  /** Writes the lines of `lineOf`, the 250th spoiled. */
  function writing(lineOf: (at: number) => string, spoil: Spoil): EchoServer {
    return start(() => [], {
      onOpen(write) {
        let at = 0;
        const timer = setInterval(() => {
          const frames = Array.from({ length: LINES }, () => {
            const line = Buffer.from(lineOf(at));
            return at++ === 250 ? spoil(TEXT, line) : right(TEXT, line);
          });
          write(Buffer.concat(frames.flat()));
        }, OPEN_MS);
        return () => clearInterval(timer);
      },
    });
  }

  const yes = String(outYes.program[1]);
  const programs = [
    [outYes, () => yes],
    [outSeq, (at: number) => String(100_000_000_000 + at)],
  ] as const;
  for (const [pattern, lineOf] of programs) {
    test(`${pattern.name}: right lines`, async () => {
      const { problem, figures } = await run(pattern, writing(lineOf, right));
      expect(problem).toBeNull();
      expect(figures?.messages).toBeGreaterThan(0);
    });
    for (const [name, spoil] of Object.entries(SPOILS)) {
      // One line of `yes` more or less is not seen: all are the same.
      if (pattern === outYes && name.endsWith("message")) continue;
      test(`${pattern.name}: ${name}`, async () => {
        expect((await run(pattern, writing(lineOf, spoil))).outcome).toBe("failed");
      });
    }
  }

  test("a program that stops", async () => {
    const { outcome } = await run(
      outSeq,
      start(() => []),
      STALL_SECONDS,
    );
    expect(outcome).toBe("stalled");
  });
});

describe("input without output", () => {
  const payloads = Array.from({ length: 20 }, (_, at) => Buffer.from(`message ${at}`));
  const pattern = inPattern({ payloads });
  const { length } = blockOf({ payloads });

  /** What `head -c | cksum` says, of messages of which the third is spoiled on its way in. */
  function sink(spoil: (message: Buffer) => readonly Buffer[]): EchoServer {
    let taken = Buffer.alloc(0);
    return start((index, payload) => {
      const messages = index === 2 ? spoil(payload) : [payload];
      const lines = messages.flatMap((message) => [message, Buffer.from("\n")]);
      taken = Buffer.concat([taken, ...lines]);
      if (taken.length < length) return [];
      const block = taken.subarray(0, length);
      taken = taken.subarray(length);
      return [frame(TEXT, cksum(block))];
    });
  }

  test("right input", async () => {
    const { problem, figures } = await run(
      pattern,
      sink((message) => [message]),
    );
    expect(problem).toBeNull();
    expect(figures?.messages).toBeGreaterThan(0);
    expect((figures?.messages ?? 0) % payloads.length).toBe(0);
  });

  for (const [name, spoil] of [
    ["a wrong byte", (message) => [withWrongByte(message)]],
    ["a lost byte", (message) => [message.subarray(1)]],
    ["a lost message", () => []],
    ["a doubled message", (message) => [message, message]],
  ] as readonly [string, (message: Buffer) => readonly Buffer[]][]) {
    test(name, async () => {
      expect((await run(pattern, sink(spoil))).problem).toContain("the checksum of what came is");
    });
  }

  test("an answer to nothing", async () => {
    const early = start((index) => (index === 0 ? [frame(TEXT, "1 2"), frame(TEXT, "3 4")] : []));
    expect((await run(pattern, early)).outcome).toBe("failed");
  });
});

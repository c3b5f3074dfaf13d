// The table of load patterns: a new one is its file and a row here.
import { echoPattern } from "./echo.ts";
import { idlePattern } from "./idle.ts";
import { inBlocks, outSeq, outYes } from "./one-way.ts";
import type { Pattern } from "./pattern.ts";
import { slowReader } from "./slow-reader.ts";
import { churn, firstEchoAlone, stormPattern } from "./starts.ts";
import { compressed, mixedSizes } from "./varied.ts";

const THROUGHPUT = "echo throughput";

/** Echoes are named connections x bytes x messages in flight. */
export const PATTERNS: readonly Pattern[] = [
  echoPattern({ connections: 1, size: 64, window: 256, about: THROUGHPUT, quick: true }),
  echoPattern({ connections: 1, size: 64, window: 1, about: "echo latency", quick: true }),
  echoPattern({ connections: 50, size: 64, window: 16, about: THROUGHPUT, quick: true }),
  echoPattern({ connections: 4, size: 1024, window: 32, about: THROUGHPUT, quick: true }),
  echoPattern({ connections: 1, size: 60_000, window: 4, about: "echo of large messages" }),
  echoPattern({ connections: 500, size: 64, window: 4, about: "many connections" }),
  echoPattern({
    connections: 20,
    size: 64,
    window: 64,
    name: "paced",
    rate: 4000,
    about: "20 connections, 4,000 messages of 64 bytes a second: latency when nobody is pressed",
  }),
  echoPattern({
    connections: 4,
    size: 1024,
    window: 32,
    name: "tls",
    tls: true,
    kind: "other",
    about: "4x1024x32 over TLS",
  }),
  compressed,
  mixedSizes,
  slowReader,
  outYes,
  outSeq,
  inBlocks,
  firstEchoAlone,
  churn,
  stormPattern(200),
  ...[16, 256, 4096, 16_384, 262_144, 1_000_000].map(sizePattern),
  ...[10, 100, 1000, 3000, 5000].map(rampPattern),
  idlePattern(1000),
  idlePattern(5000),
];

/** A window that is kept below what a pipe holds, as far as that can be. */
function sizePattern(size: number): Pattern {
  const window = Math.max(2, Math.min(64, Math.floor(32_768 / size)));
  return echoPattern({ connections: 1, size, window, kind: "size", about: "CPU against size" });
}

function rampPattern(connections: number): Pattern {
  const about = "cost against connections, each with one message in flight";
  return echoPattern({
    connections,
    size: 64,
    window: 1,
    name: `ramp-${connections}`,
    kind: "ramp",
    about,
  });
}

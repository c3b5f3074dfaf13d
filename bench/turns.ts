// What the start of a session costs several servers that run at the same time, and take their sessions by turns.
//
// bun bench/turns.ts first-echo|churn ROUNDS SERVER...
//
// SERVER is `websocketd`, `Bun.serve`, or NAME=DIRECTORY[,OPTION...]: a working copy of this project, and options of
// websockd. A slow moment meets all of them: 2 % can be told apart where others use the machine, too.

import { Crowd } from "./load/crowd.ts";
import { Histogram } from "./load/histogram.ts";
import { cpuMicroseconds } from "./load/process-usage.ts";
import { firstEcho } from "./load/visits.ts";
import { killChildren } from "./servers/children.ts";
import { startAnnounced } from "./servers/listening.ts";
import type { RunningServer } from "./servers/server.ts";
import { findServers } from "./servers/servers.ts";

/** `turns`: of each server in a round, in thirds of which the first has what is compiled late, and the last little of it. */
interface Shape {
  readonly clients: number;
  readonly sessionsPerTurn: number;
  readonly turns: number;
  /** From one session of a server to its next, where there is one client; shared by the servers. */
  readonly pauseMs: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  "first-echo": { clients: 1, sessionsPerTurn: 1, turns: 120, pauseMs: 28 },
  churn: { clients: 4, sessionsPerTurn: 60, turns: 40, pauseMs: 0 },
};
const THIRDS = 3;
/** What a session leaves to be done is its server's, and done by then. */
const SETTLE_MS = 8;
/** Of each end of the samples, what is left out of a mean. */
const TRIMMED = 0.1;
const STALL_SECONDS = 10;

interface Contestant extends RunningServer {
  readonly name: string;
}

/** CPU in microseconds a session, and microseconds to its first echo. */
interface Samples {
  readonly cpu: number[];
  readonly echo: number[];
}

function nameOf(word: string): string {
  return /^[^=]*/.exec(word)![0];
}

async function start(word: string): Promise<Contestant> {
  const name = nameOf(word);
  const known = findServers({ floor: undefined, others: [] }).servers;
  const server = known.find((one) => one.name === name);
  const program = ["cat"];
  if (name === word && server !== undefined) {
    return { name, ...(await server.start({ program, tls: undefined, deflate: false })) };
  }
  const [directory = "", ...options] = word.slice(name.length + 1).split(",");
  const own = ["--port=0", "--address=127.0.0.1", "--maxforks=0", ...options];
  const command = [process.execPath, `${directory}/src/main.ts`, ...own, ...program];
  return { name, ...(await startAnnounced(command)) };
}

/** So many clients at a time, until the sessions of a turn are over. */
async function turn(server: Contestant, shape: Shape, latencies: Histogram): Promise<void> {
  let left = shape.sessionsPerTurn;
  const crowd = new Crowd({ url: new URL(server.url), stallSeconds: STALL_SECONDS });
  const { result } = await crowd.run(async () => {
    async function comeAndGo(): Promise<void> {
      while (left-- > 0) await crowd.leave((await firstEcho(crowd, latencies)).connection);
    }
    await Promise.all(Array.from({ length: shape.clients }, comeAndGo));
  });
  if (result !== undefined) throw new Error(`${server.name}: ${result.text}`);
}

async function round(words: readonly string[], shape: Shape, samples: Map<string, Samples>[]) {
  const servers = await Promise.all(words.map(start));
  for (let i = 0; i < shape.turns; i++) {
    for (const server of servers) {
      const latencies = new Histogram();
      const before = cpuMicroseconds(server.pid)!;
      await turn(server, shape, latencies);
      await Bun.sleep(Math.max(SETTLE_MS, shape.pauseMs / servers.length));
      const { cpu, echo } = samples[Math.floor((i * THIRDS) / shape.turns)]!.get(server.name)!;
      cpu.push((cpuMicroseconds(server.pid)! - before) / shape.sessionsPerTurn);
      echo.push(latencies.quantile(0.5));
    }
  }
  for (const server of servers) await server.stop();
}

function trimmedMean(values: readonly number[]): number {
  const cut = Math.floor(values.length * TRIMMED);
  const kept = values.toSorted((a, b) => a - b).slice(cut, values.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

process.on("exit", killChildren);
const [name = "", rounds = "3", ...words] = process.argv.slice(2);
const shape = SHAPES[name];
if (shape === undefined || words.length === 0) throw new Error("see the first lines of this file");
const newSamples = () =>
  new Map(words.map((word): [string, Samples] => [nameOf(word), { cpu: [], echo: [] }]));
const samples = Array.from({ length: THIRDS }, newSamples);
for (let i = 0; i < Number(rounds); i++) {
  await round(i % 2 === 0 ? words : words.toReversed(), shape, samples);
}
console.log("third  server            CPU us/session         first echo, us");
for (const [third, of] of samples.entries()) {
  const [first] = of.values();
  for (const [server, { cpu, echo }] of of) {
    const column = (values: readonly number[], base: readonly number[]) => {
      const mean = trimmedMean(values);
      const ratio = (mean / trimmedMean(base)).toFixed(2);
      return `${mean.toFixed(0).padStart(8)} (${ratio}x)`.padEnd(22);
    };
    const columns = [String(third + 1).padEnd(5), server.padEnd(16), column(cpu, first!.cpu)];
    console.log([...columns, column(echo, first!.echo)].join("  "));
  }
}
process.exit(0);

// What a second worker brings: the same load on one worker and on two, by turns.
//
// bun bench/workers.ts [ROUNDS] [SECONDS]
//
// The load is one that the proxy's own CPU bounds: programs that write short lines as fast as they can (`yes`), to clients
// that throw away what comes in the kernel. Both cost little, so that two workers have two processors nearly for
// themselves.

import { join } from "node:path";
import { endChild, killChildren, startChild } from "./servers/children.ts";
import { cpuMicroseconds } from "./load/process-usage.ts";

const MAIN = join(import.meta.dir, "../src/main.ts");
const DISCARD = join(import.meta.dir, "programs/discard.ts");
/** A frame of 7 bytes for each line: `yes` writes them in blocks of many KiB. */
const PROGRAM = ["yes", "xxxx"];
/** So many that the kernel gives each of two workers some, nearly always the same number. */
const CONNECTIONS = 16;
const WORKERS = [1, 2];

interface Measured {
  readonly megabytesPerSecond: number;
  /** Of a processor, for each worker. */
  readonly shares: readonly number[];
}

interface ByteReader {
  read(): Promise<{ readonly value?: Uint8Array | undefined; readonly done: boolean }>;
}

/** The next text of a stream that matches. */
async function until(reader: ByteReader, match: RegExp): Promise<RegExpExecArray> {
  let text = "";
  for (;;) {
    const found = match.exec(text);
    if (found !== null) return found;
    const { value, done } = await reader.read();
    if (done) throw new Error(`it ended and had not said ${match}: ${text}`);
    text += Buffer.from(value ?? []).toString();
  }
}

async function measure(workers: number, seconds: number): Promise<Measured> {
  const options = ["--port=0", "--address=127.0.0.1", "--log-format=text", "--passenv="];
  const command = [process.execPath, MAIN, `--workers=${workers}`, ...options, ...PROGRAM];
  const server = startChild(command, { stdout: "ignore" });
  const log = server.stderr.getReader();
  const [text, port = ""] = await until(log, /^[^]*listens on ws:\/\/127\.0\.0\.1:(\d+)/);
  const told = [...text.matchAll(/a worker accepts worker=\d+ pid=(\d+)/g)];
  const pids = workers === 1 ? [server.pid] : told.map(([, pid]) => Number(pid));
  void (async () => {
    while (!(await log.read()).done); // a log that is not read would be kept
  })();
  const client = startChild([process.execPath, DISCARD, port, `${CONNECTIONS}`, `${seconds}`], {
    stdout: "pipe",
  });
  const said = client.stdout.getReader();
  const usage = () => pids.map((pid) => cpuMicroseconds(pid) ?? NaN);
  await until(said, /begin/);
  const before = usage();
  const [, bytes = "", milliseconds = ""] = await until(said, /(\d+) ([\d.]+)\n/);
  const used = usage().map((now, i) => now - before[i]!);
  await endChild(client);
  await endChild(server);
  const microseconds = Number(milliseconds) * 1000;
  return {
    megabytesPerSecond: Number(bytes) / microseconds,
    shares: used.map((own) => own / microseconds),
  };
}

process.on("exit", killChildren);
const [rounds = "4", seconds = "3"] = process.argv.slice(2);
const rates = new Map<number, number[]>(WORKERS.map((workers) => [workers, []]));
const costs = new Map<number, number[]>(WORKERS.map((workers) => [workers, []]));
console.log("workers      MB/s   processors              CPU ms a MB");
for (let round = 0; round < Number(rounds); round++) {
  for (const workers of WORKERS) {
    const { megabytesPerSecond: rate, shares } = await measure(workers, Number(seconds));
    const cost = (shares.reduce((sum, share) => sum + share) / rate) * 1000;
    rates.get(workers)!.push(rate);
    costs.get(workers)!.push(cost);
    const texts = shares.map((share) => share.toFixed(2)).join(" + ");
    const columns = [String(workers).padEnd(10), rate.toFixed(0).padStart(7), texts.padEnd(22)];
    console.log(columns.join("  ") + cost.toFixed(3).padStart(10));
  }
}
const ratio = (of: ReadonlyMap<number, number[]>) => {
  const ratios = of.get(1)!.map((one, i) => of.get(2)![i]! / one);
  return ratios.toSorted((a, b) => a - b)[ratios.length >> 1]!.toFixed(2);
};
console.log(
  `two workers to one, median of pairs: rate x ${ratio(rates)}, CPU a MB x ${ratio(costs)}`,
);
process.exit(0);

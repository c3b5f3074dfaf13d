// Compares websockd with websocketd and with the floor under every load, and prints the medians of a few rounds.
import { parseArgs } from "node:util";
import { killChildren } from "./compare/children.ts";
import { LOADS, type Load } from "./compare/loads.ts";
import { measure, type Sample } from "./compare/measure.ts";
import { installedServers, type Server } from "./compare/servers.ts";
import { table, type Row } from "./compare/table.ts";

const HELP = `Usage: bun bench/compare.ts [options]

  --rounds=N           of every load and server, in turns; medians are shown (default 3)
  --duration=SECONDS   measured time of a round (default 3)
  --floor=PATH         a program that takes PORT COMMAND and does the same job with no checks
  --only=LOAD,...      ${LOADS.map(({ name }) => name).join(", ")}
  --json=FILE          writes every sample
  --markdown           the table as Markdown
  --help

A load is named connections x bytes x messages in flight. Servers that are not installed are left out.
`;

type Options = {
  readonly rounds: number;
  readonly durationSeconds: number;
  readonly floor: string | undefined;
  readonly loads: readonly Load[];
  readonly json: string | undefined;
  readonly markdown: boolean;
};

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(signal, () => process.exit(code));
}
process.on("exit", killChildren);
process.exit(await main());

async function main(): Promise<number> {
  const options = parse();
  if (typeof options === "string") {
    process.stderr.write(options);
    return options === HELP ? 0 : 2;
  }
  const servers = await installedServers(options.floor);
  const rows = await compare(options, servers);
  process.stdout.write(table(rows, options.markdown));
  if (options.json !== undefined) {
    await Bun.write(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  }
  return 0;
}

/** A round of all loads and servers after the other, so that a slow minute of the machine meets them all. */
async function compare(options: Options, servers: readonly Server[]): Promise<Row[]> {
  const rows = options.loads.flatMap((load) =>
    servers.map((server) => ({ load, server, samples: new Array<Sample>() })),
  );
  for (let round = 1; round <= options.rounds; round++) {
    for (const { load, server, samples } of rows) {
      const sample = await measure(server, load, options.durationSeconds);
      samples.push(sample);
      process.stderr.write(
        `round ${round} of ${options.rounds}  ${load.name}  ${server.name}: ${brief(sample)}\n`,
      );
    }
  }
  return rows.map(({ load, server, samples }) => ({ load, server: server.name, samples }));
}

function brief(sample: Sample): string {
  if (sample.problem !== null) return sample.problem;
  const { kibibytesPerConnection: memory, messagesPerSecond: rate = 0 } = sample;
  if (memory !== undefined) return `${memory.toFixed(1)} KiB a connection`;
  const busy = Math.round((sample.generatorCores ?? 0) * 100);
  return `${Math.round(rate).toLocaleString("en-US")} messages/s, generator ${busy} % of a core`;
}

/** Returns what to print when nothing is to be run. */
function parse(): Options | string {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2),
      options: {
        rounds: { type: "string", default: "3" },
        duration: { type: "string", default: "3" },
        floor: { type: "string" },
        only: { type: "string" },
        json: { type: "string" },
        markdown: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return HELP;
    const rounds = Number(values.rounds);
    const durationSeconds = Number(values.duration);
    if (!(Number.isInteger(rounds) && rounds >= 1)) throw new Error("--rounds is not a count");
    if (!(durationSeconds > 0)) throw new Error("--duration is not a number of seconds");
    const { floor, json, markdown } = values;
    return { rounds, durationSeconds, floor, loads: loadsOf(values.only), json, markdown };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\nTry --help.\n`;
  }
}

function loadsOf(only: string | undefined): readonly Load[] {
  if (only === undefined) return LOADS;
  return only.split(",").map((name) => {
    const load = LOADS.find((one) => one.name === name);
    if (load !== undefined) return load;
    throw new Error(`--only=${name}: no such load, there are ${LOADS.map((one) => one.name)}`);
  });
}

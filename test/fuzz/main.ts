// `bun run fuzz`: random frames, records and request heads against their plain twins, for as long as told.

import { parseArgs } from "node:util";
import { runCampaign, type Campaign } from "./campaign.ts";
import { frameCampaign, HEADS, RECORDS } from "./campaigns.ts";

const HELP = `Usage: bun run fuzz [--frames=N] [--records=N] [--heads=N] [--seconds=N] [--seed=N]

  --frames=N   frames through the protocol and its plain twin (default 1e6)
  --records=N  64 bytes each of what a program writes, the same way (default 1e6)
  --heads=N    request heads through the reader, whole and cut (default 1e5)
  --seconds=N  at most so long for each of them (default: no limit)
  --seed=N     the first case's seed (default: by the clock); each case has the next one

Exit code: 0 no difference, 1 one, with its seed, 2 the command line is wrong.`;

const OPTIONS = {
  frames: "1e6",
  records: "1e6",
  heads: "1e5",
  seconds: "",
  seed: String(Date.now() >>> 0),
};
/** By their options. */
const CAMPAIGNS = [frameCampaign(), RECORDS, HEADS] as const;

function fail(text: string): never {
  console.error(`${text}\nTry bun run fuzz --help.`);
  process.exit(2);
}

function readOptions() {
  try {
    const string = { type: "string" } as const;
    const options = {
      frames: string,
      records: string,
      heads: string,
      seconds: string,
      seed: string,
    };
    return parseArgs({ options: { ...options, help: { type: "boolean" } } }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: keyof typeof OPTIONS, text = OPTIONS[name]): number {
  if (text === "") return Infinity;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    fail(`--${name}=${text}: a whole number is wanted, for example --${name}=1e6`);
  }
  return value;
}

function run(campaign: Campaign, units: number): boolean {
  const rate = (done: number, timeMs: number) =>
    `${done} ${campaign.name}, ${Math.round((1000 * done) / Math.max(1, timeMs))}/s`;
  const result = runCampaign(campaign, {
    seed: seed >>> 0,
    units,
    timeMs: 1000 * seconds,
    progress: (done, timeMs) => {
      if (process.stdout.isTTY) process.stdout.write(`\r${rate(done, timeMs)} `);
    },
  });
  console.log(`${process.stdout.isTTY ? "\r" : ""}${rate(result.units, result.timeMs)}`);
  if (result.failure === null) return true;
  const { seed: failing, wrong } = result.failure;
  const others = CAMPAIGNS.filter(({ name }) => name !== campaign.name);
  const none = others.map(({ name }) => `--${name}=0`).join(" ");
  console.error(`seed ${failing}: ${wrong}`);
  console.error(`Again: bun run fuzz --${campaign.name}=1 ${none} --seed=${failing}`);
  return false;
}

const values = readOptions();
if (values.help === true) {
  console.log(HELP);
  process.exit(0);
}
const seed = numberOf("seed", values.seed);
const seconds = numberOf("seconds", values.seconds);
const counts = CAMPAIGNS.map(({ name }) => numberOf(name, values[name]));
const isFine = CAMPAIGNS.every((campaign, i) => run(campaign, counts[i]!));
process.exit(isFine ? 0 : 1);

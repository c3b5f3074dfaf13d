// The command line of `bun run bench`.
import { parseArgs } from "node:util";
import type { Pattern } from "./patterns/pattern.ts";
import { PATTERNS } from "./patterns/table.ts";

export type BenchOptions = {
  readonly rounds: number;
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  readonly stallSeconds: number;
  /** No measurement begins later. */
  readonly budgetSeconds: number;
  readonly patterns: readonly Pattern[];
  /** Names of servers; undefined: all. */
  readonly servers: readonly string[] | undefined;
  readonly floor: string | undefined;
  readonly others: readonly string[];
  readonly rate: number | undefined;
  readonly countSystemCalls: boolean;
  readonly json: string | undefined;
  readonly html: string | undefined;
  readonly against: string | undefined;
  readonly markdown: boolean;
};

export type ParsedBench =
  | { readonly kind: "run"; readonly options: BenchOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "error"; readonly text: string };

/** `--quick` leaves room for the table and for what was begun: it is over within a minute. */
const QUICK = { rounds: 3, duration: 0.2, warmup: 0.1, stall: 2, budget: 48 };
const WHOLE = { rounds: 5, duration: 2, warmup: 0.5, stall: 5, budget: 86_400 };

export function helpText(): string {
  const patterns = PATTERNS.map(
    ({ name, kind, about }) => `  ${name.padEnd(16)}${kind.padEnd(9)}${about}`,
  );
  return `Usage: bun run bench [options]

Measures websockd beside other servers, in turns, and prints medians and ratios. Every byte of every echo is checked.

  --quick              a few patterns, short: less than a minute
  --rounds=N           of every pattern and server, in turns (default ${WHOLE.rounds}, quick ${QUICK.rounds})
  --duration=SECONDS   measured time of a round (default ${WHOLE.duration}, quick ${QUICK.duration})
  --warmup=SECONDS     before it (default ${WHOLE.warmup}, quick ${QUICK.warmup})
  --stall=SECONDS      without an echo that is owed: the server has stalled (default ${WHOLE.stall}, quick ${QUICK.stall})
  --rate=N             echoes a second, of all connections together; latency then counts from when each was due
                       (default: as many as the server takes)
  --budget=SECONDS     no measurement begins later (default a day, quick ${QUICK.budget})
  --only=NAME,...      patterns, or kinds of them
  --servers=NAME,...   websockd, websockd --prefork, websocketd, Bun.serve, Node + ws, floor
  --floor=PATH         a program that takes PORT COMMAND and does the same job with no checks
  --server=NAME=CMD    one more server: a shell command with {port} in it, that starts cat for each connection, or
                       what {program} stands for; repeat for more
  --syscalls           one more round, in which strace counts system calls
  --json=FILE          writes every sample
  --html=FILE          writes a page with plots, whole in itself
  --against=FILE       compares with what --json wrote before; exit code 1 when something got worse beyond the noise
  --markdown           instead of the tables one for each figure, as Markdown
  --help

Servers that are not installed are left out, and so is what the machine does not bear: a line says so.

Patterns, with their kinds:
${patterns.join("\n")}
`;
}

export function parseBench(argv: readonly string[]): ParsedBench {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean", default: false } as const;
    const { values } = parseArgs({
      args: [...argv],
      allowPositionals: false,
      options: {
        rounds: text,
        duration: text,
        warmup: text,
        stall: text,
        budget: text,
        rate: text,
        only: text,
        servers: text,
        floor: text,
        json: text,
        html: text,
        against: text,
        quick: flag,
        syscalls: flag,
        markdown: flag,
        help: flag,
        server: { type: "string", multiple: true, default: [] },
      },
    });
    if (values.help) return { kind: "help", text: helpText() };
    const defaults = values.quick ? QUICK : WHOLE;
    const { floor, json, html, against, markdown } = values;
    const options: BenchOptions = {
      rounds: whole("rounds", values.rounds, defaults.rounds),
      durationSeconds: seconds("duration", values.duration, defaults.duration),
      warmupSeconds: seconds("warmup", values.warmup, defaults.warmup),
      stallSeconds: seconds("stall", values.stall, defaults.stall),
      budgetSeconds: seconds("budget", values.budget, defaults.budget),
      rate: values.rate === undefined ? undefined : whole("rate", values.rate, 0, 1e7),
      patterns: patternsOf(values.only, values.quick),
      servers: values.servers?.split(","),
      floor,
      json,
      html,
      against,
      markdown,
      others: values.server,
      countSystemCalls: values.syscalls,
    };
    return { kind: "run", options };
  } catch (error) {
    return { kind: "error", text: error instanceof Error ? error.message : String(error) };
  }
}

function patternsOf(only: string | undefined, quick: boolean): readonly Pattern[] {
  if (only === undefined) return PATTERNS.filter((pattern) => !quick || pattern.quick);
  const wanted = only.split(",");
  const unknown = wanted.find((word) => !PATTERNS.some((one) => isCalled(one, word)));
  if (unknown !== undefined) throw new Error(`--only=${unknown}: there is no such pattern or kind`);
  return PATTERNS.filter((one) => wanted.some((word) => isCalled(one, word)));
}

function isCalled({ name, kind }: Pattern, word: string): boolean {
  return name === word || kind === word;
}

function whole(name: string, text: string | undefined, otherwise: number, max = 1000): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`--${name}=${text} is not a whole number from 1 to ${max}`);
}

function seconds(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text !== "" && value > 0 && value <= 86_400) return value;
  throw new Error(`--${name}=${text} is not a number of seconds up to 86400`);
}

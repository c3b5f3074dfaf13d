// The command line of the load generator.
import { parseArgs } from "node:util";

/** What every pattern is given. */
export type RunOptions = {
  readonly url: URL;
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  /** A connection that is owed something and gets nothing for so long has stalled. */
  readonly stallSeconds: number;
  /** The server's process. */
  readonly pid: number | undefined;
  /** Whether strace counts its system calls. */
  readonly trace: boolean;
  /** Echoes a second, of all connections together; undefined: as the pattern says, or as many as the server takes. */
  readonly rate: number | undefined;
};

export type LoadOptions = RunOptions & {
  readonly connections: number;
  /** Payload of a message in bytes. */
  readonly size: number;
  /** Messages in flight on a connection. */
  readonly window: number;
  readonly binary: boolean;
};

export type CommandLine = {
  readonly load: LoadOptions;
  /** The name of a pattern, which then says what is sent. */
  readonly pattern: string | undefined;
  readonly idle: boolean;
  /** With idle: no echo before the measurement. */
  readonly silent: boolean;
  readonly json: boolean;
};

export type Parsed =
  | { readonly kind: "run"; readonly commandLine: CommandLine }
  | { readonly kind: "help" }
  | { readonly kind: "error"; readonly text: string };

export const HELP = `Usage: bun run load --url=ws://HOST:PORT/ [options]

Sends numbered messages to an echo server, checks every byte that comes back, and prints rate and latency.

  --url=URL            ws:// or wss:// (the certificate is not judged)
  --connections=N      1 to 9999 (default 1)
  --size=BYTES         payload of a message, 1 to 16777216 (default 64)
  --window=N           messages in flight on a connection, 1 to 100000 (default 1)
  --rate=N             echoes a second, of all connections together; what had to wait for room in the window is
                       counted from when it was due (default: as many as the server takes)
  --duration=SECONDS   measured time, after the warm-up (default 3)
  --warmup=SECONDS     (default 0.5)
  --stall=SECONDS      without an echo: the run ends as stalled (default 5)
  --pid=PID            also report CPU, memory and context switches of this process, without its children
  --trace              with --pid: only count its system calls, by strace
  --binary             send binary messages; echoes in either opcode will do
  --idle               open the connections, let each echo once, wait for the duration; report memory (needs --pid)
  --silent             with --idle: no echo
  --pattern=NAME       one of those of \`bun run bench --help\` instead of connections, size and window
  --json               one line of JSON instead of text
  --help

Exit code: 0 every echo was right, 1 one was not or did not come, 2 the command line is wrong.
`;

/** The bytes of all windows together: twice this is held in memory. */
const IN_FLIGHT_BYTES_MAX = 2 ** 29;

export function parseCommandLine(argv: readonly string[]): Parsed {
  try {
    const { values } = parseArgs({
      args: [...argv],
      allowPositionals: false,
      options: {
        url: { type: "string" },
        connections: { type: "string", default: "1" },
        size: { type: "string", default: "64" },
        window: { type: "string", default: "1" },
        duration: { type: "string", default: "3" },
        warmup: { type: "string", default: "0.5" },
        stall: { type: "string", default: "5" },
        pid: { type: "string" },
        rate: { type: "string" },
        pattern: { type: "string" },
        trace: { type: "boolean", default: false },
        binary: { type: "boolean", default: false },
        idle: { type: "boolean", default: false },
        silent: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return { kind: "help" };
    const load: LoadOptions = {
      url: webSocketUrl(values.url),
      connections: whole("connections", values.connections, 9999),
      size: whole("size", values.size, 2 ** 24),
      window: whole("window", values.window, 100_000),
      durationSeconds: seconds("duration", values.duration),
      warmupSeconds: seconds("warmup", values.warmup),
      stallSeconds: seconds("stall", values.stall),
      pid: values.pid === undefined ? undefined : whole("pid", values.pid, 2 ** 22),
      binary: values.binary,
      rate: values.rate === undefined ? undefined : whole("rate", values.rate, 1e7),
      trace: values.trace,
    };
    if (load.connections * load.window * load.size > IN_FLIGHT_BYTES_MAX) {
      throw new Error(`More than ${IN_FLIGHT_BYTES_MAX} bytes in flight: lower --window or --size`);
    }
    if (values.idle && load.pid === undefined) throw new Error("--idle needs --pid=PID");
    if (load.trace && load.pid === undefined) throw new Error("--trace needs --pid=PID");
    const { pattern, idle, silent, json } = values;
    return { kind: "run", commandLine: { load, pattern, idle, silent, json } };
  } catch (error) {
    return { kind: "error", text: error instanceof Error ? error.message : String(error) };
  }
}

function webSocketUrl(text: string | undefined): URL {
  if (text === undefined) throw new Error("--url=ws://HOST:PORT/ is missing");
  const url = URL.parse(text);
  if (url?.protocol === "ws:" || url?.protocol === "wss:") return url;
  throw new Error(`--url=${text} is not a ws:// address`);
}

function whole(name: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`--${name}=${text} is not a whole number from 1 to ${max}`);
}

function seconds(name: string, text: string): number {
  const value = Number(text);
  if (text !== "" && value >= 0 && value <= 86_400) return value;
  throw new Error(`--${name}=${text} is not a number of seconds from 0 to 86400`);
}

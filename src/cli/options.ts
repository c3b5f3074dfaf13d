// THE table of options: the parser and --help are derived from it.

import { LOG_LEVELS } from "../log.ts";

export type OptionType =
  | "flag"
  | "integer"
  /** An integer that may end in K, M or G (powers of 1024). */
  | "size"
  | "text"
  /** Text that may be given again; all are kept. */
  | "texts"
  | readonly string[];

export interface OptionRow {
  readonly name: string;
  readonly type: OptionType;
  /** As it would stand on the command line. */
  readonly default: string;
  /** What stands for the value in --help. */
  readonly placeholder: string;
  readonly help: string;
  /** What the option stands for without `=`: it then never takes the next word for its value, as a flag does not. */
  readonly bare?: string;
  /** Of an integer or size. */
  readonly min?: number;
  readonly max?: number;
}

export const OPTIONS = [
  {
    name: "port",
    type: "integer",
    default: "80",
    placeholder: "PORT",
    help: "TCP port to listen on; 0 takes any free one",
    min: 0,
    max: 65535,
  },
  {
    name: "address",
    type: "texts",
    default: "",
    placeholder: "ADDRESS",
    help: "address to listen on, IPv6 in brackets; repeat for more (default: all)",
  },
  {
    name: "maxforks",
    type: "integer",
    default: "1024",
    placeholder: "N",
    help: "sessions at once, more are answered 429; 0 = as many as the descriptors allow",
    max: 1_000_000,
  },
  {
    name: "maxframesize",
    type: "size",
    default: "1M",
    placeholder: "BYTES",
    help: "largest message from a client, larger ones are closed with 1009; 0 = no limit",
    max: Number.MAX_SAFE_INTEGER,
  },
  {
    name: "closems",
    type: "integer",
    default: "0",
    placeholder: "MS",
    help: "milliseconds added to each wait between stdin's end, SIGINT, SIGTERM and SIGKILL",
    min: 0,
    max: 3_600_000,
  },
  {
    name: "queue",
    type: "size",
    default: "256K",
    placeholder: "BYTES",
    help: "what may wait in each direction of a session before its source is paused",
    min: 4096,
    max: 64 * 1024 * 1024,
  },
  {
    name: "buffer-memory",
    type: "size",
    default: "256M",
    placeholder: "BYTES",
    help: "what may wait in all sessions together",
    min: 1024 * 1024,
    max: 2 * 1024 * 1024 * 1024,
  },
  {
    name: "close-codes",
    type: ["status", "plain"],
    default: "status",
    placeholder: "STYLE",
    help: "exit as close code: status = 4000+N, 4300+signal; plain = 1000 or 1011",
  },
  {
    name: "framing",
    type: ["lines", "length"],
    default: "lines",
    placeholder: "FRAMING",
    help: "records of stdin and stdout: lines; length = a 4-byte length before each",
  },
  {
    name: "compress",
    type: ["off", "on", "takeover"],
    default: "off",
    bare: "on",
    placeholder: "MODE",
    help: "permessage-deflate: on = each message by itself; takeover = contexts kept",
  },
  {
    name: "compress-min",
    type: "size",
    default: "1K",
    placeholder: "BYTES",
    help: "smallest message that is compressed",
    min: 0,
    max: 1024 * 1024,
  },
  {
    name: "subprotocol",
    type: "text",
    default: "",
    placeholder: "NAMES",
    help: "subprotocols, commas between; the first that the client asks for is agreed on",
  },
  {
    name: "subprotocol-required",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "refuse clients that ask for none of --subprotocol",
  },
  {
    name: "pingms",
    type: "integer",
    default: "25000",
    placeholder: "MS",
    help: "milliseconds between pings; silent for two of them is gone; 0 = none",
    min: 0,
    max: 3_600_000,
  },
  {
    name: "loglevel",
    type: LOG_LEVELS,
    default: "access",
    placeholder: "LEVEL",
    help: `what to log: ${LOG_LEVELS.join(", ")}`,
  },
  {
    name: "help",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "print this and exit",
  },
  {
    name: "version",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "print the version and exit",
  },
] as const satisfies readonly OptionRow[];

export type OptionName = (typeof OPTIONS)[number]["name"];

export function helpText(): string {
  const rows: readonly OptionRow[] = OPTIONS;
  const left = rows.map((row) => `--${row.name}${valueText(row)}`);
  const width = Math.max(...left.map((text) => text.length));
  const lines = rows.map((row, i) => {
    const shown = row.type === "flag" || row.default === "" ? "" : ` (default: ${row.default})`;
    return `  ${left[i]!.padEnd(width)}  ${row.help}${shown}`;
  });
  return [
    "Usage: websockd [options] COMMAND [ARG...]",
    "",
    "Makes COMMAND a WebSocket server: one process for each client, a message a line.",
    "Options end at the first word that is none, or at --.",
    "",
    ...lines,
    "",
    "Example: websockd --port=8080 cat",
  ].join("\n");
}

/** `=VALUE`, in brackets where it may be left out, or nothing for a flag. */
function valueText(row: OptionRow): string {
  if (row.placeholder === "") return "";
  return row.bare === undefined ? `=${row.placeholder}` : `[=${row.placeholder}]`;
}

// THE table of options: the parser, --help, --check, the manual and the completions are derived from it.

import type { OptionGroup, OptionRow } from "./option.ts";
import { ACCESS_OPTIONS } from "./options-access.ts";
import { CONTAINMENT_OPTIONS } from "./options-containment.ts";
import { GENERAL_OPTIONS, HTTP_OPTIONS } from "./options-http.ts";
import { LIFE_OPTIONS } from "./options-life.ts";
import { ADMISSION_OPTIONS, LISTEN_OPTIONS } from "./options-listen.ts";
import { DATA_OPTIONS, SERVICE_OPTIONS } from "./options-service.ts";
import { START_OPTIONS } from "./options-start.ts";

/** As --help and the manual have them. */
export const GROUPS: readonly OptionGroup[] = [
  { title: "Where to listen", rows: LISTEN_OPTIONS },
  { title: "Who is let in", rows: ADMISSION_OPTIONS },
  { title: "Passwords, gates and proxies", rows: ACCESS_OPTIONS },
  { title: "The program", rows: SERVICE_OPTIONS },
  { title: "Its life", rows: LIFE_OPTIONS },
  { title: "What it may use", rows: CONTAINMENT_OPTIONS },
  { title: "Messages", rows: DATA_OPTIONS },
  { title: "Plain HTTP", rows: HTTP_OPTIONS },
  { title: "How websockd is started", rows: START_OPTIONS },
  { title: "The rest", rows: GENERAL_OPTIONS },
];

/** In the order of --help. */
export const OPTIONS: readonly OptionRow[] = GROUPS.flatMap((group) => group.rows);

/** By their names. */
export const OPTION_ROWS: ReadonlyMap<string, OptionRow> = new Map(
  OPTIONS.map((row) => [row.name, row]),
);

export type OptionName = (
  | typeof LISTEN_OPTIONS
  | typeof ADMISSION_OPTIONS
  | typeof ACCESS_OPTIONS
  | typeof SERVICE_OPTIONS
  | typeof LIFE_OPTIONS
  | typeof CONTAINMENT_OPTIONS
  | typeof DATA_OPTIONS
  | typeof HTTP_OPTIONS
  | typeof START_OPTIONS
  | typeof GENERAL_OPTIONS
)[number]["name"];

export function helpText(): string {
  const width = Math.max(...OPTIONS.map((row) => leftText(row).length));
  const groups = GROUPS.filter(({ rows }) => rows.length > 0).flatMap(({ title, rows }) => [
    "",
    `${title}:`,
    ...rows.map((row) => `  ${leftText(row).padEnd(width)}  ${row.help}${defaultText(row)}`),
  ]);
  return [
    "Usage: websockd [options] COMMAND [ARG...]",
    "       websockd [options] --dir=DIR",
    "       websockd [options] --route='PATH=COMMAND' ...",
    "",
    "Makes COMMAND a WebSocket server: one process for each client, a message a line.",
    "Options end at the first word that is none, or at --.",
    ...groups,
    "",
    "Example: websockd --port=8080 cat",
  ].join("\n");
}

function leftText(row: OptionRow): string {
  return `--${row.name}${valueText(row)}`;
}

function defaultText(row: OptionRow): string {
  return row.type === "flag" || row.default === "" ? "" : ` (default: ${row.default})`;
}

/** `=VALUE`, in brackets where it may be left out, or nothing for a flag. */
function valueText(row: OptionRow): string {
  if (row.placeholder === "") return "";
  return row.bare === undefined ? `=${row.placeholder}` : `[=${row.placeholder}]`;
}

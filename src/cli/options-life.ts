// The options that say how long programs live and how they are ended.

import type { OptionRow } from "./option.ts";

export const LIFE_OPTIONS = [
  {
    name: "stop",
    type: "text",
    default: "eof:100ms,INT:250ms,TERM:500ms,KILL",
    placeholder: "STEPS",
    help: "how a program is ended, step by step",
  },
  {
    name: "on-client-close",
    type: ["stop", "finish"],
    default: "stop",
    placeholder: "WHAT",
    help: "finish: a program whose client is gone may end by itself",
  },
  {
    name: "finish-timeout",
    type: "duration",
    default: "1h",
    placeholder: "TIME",
    help: "how long it may take for that",
    min: 1,
    max: 20 * 24 * 3_600_000,
  },
  {
    name: "linger",
    type: "duration",
    default: "250ms",
    placeholder: "TIME",
    help: "after the exit, wait so long for the end of stdout that others hold",
    min: 0,
    max: 20 * 24 * 3_600_000,
  },
  {
    name: "session-timeout",
    type: "duration",
    default: "",
    placeholder: "TIME",
    help: "longest session, then closed with 1001 (default: none)",
    min: 1,
    max: 20 * 24 * 3_600_000,
  },
  {
    name: "idle-timeout",
    type: "duration",
    default: "",
    placeholder: "TIME",
    help: "longest time without a message either way, then 1001 (default: none)",
    min: 100,
    max: 20 * 24 * 3_600_000,
  },
  {
    name: "once",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "serve one WebSocket, and exit when it is over",
  },
  {
    name: "exit-idle",
    type: "duration",
    default: "",
    placeholder: "TIME",
    help: "exit when nobody was connected for so long (default: never)",
    min: 100,
    max: 20 * 24 * 3_600_000,
  },
] as const satisfies readonly OptionRow[];

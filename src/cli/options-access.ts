// The options that say who may come in by a password, a program's word, or through a proxy.

import type { OptionRow } from "./option.ts";

export const ACCESS_OPTIONS = [
  {
    name: "gate",
    type: "text",
    default: "",
    placeholder: "PROGRAM",
    help: "asked before each WebSocket, with its CGI variables: exit 0 lets it in",
  },
  {
    name: "gate-timeout",
    type: "duration",
    default: "5s",
    placeholder: "TIME",
    help: "how long it may take for that, then 504",
    min: 10,
    max: 3_600_000,
  },
] as const satisfies readonly OptionRow[];

// The options that say how websockd is started, and how it tells others of it.

import type { OptionRow } from "./option.ts";

export const START_OPTIONS = [
  {
    name: "config",
    type: "text",
    default: "",
    placeholder: "FILE",
    help: "TOML file of options; empty: none (default: websockd/config.toml in ~/.config, /etc)",
  },
  {
    name: "inetd",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "started by inetd: descriptor 0 is the client, or the socket to listen on",
  },
  {
    name: "inetd-path",
    type: "text",
    default: "/usr/sbin",
    placeholder: "DIR",
    help: "where the program is that a link to websockd is named after",
  },
  {
    name: "daemon",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "go to the background once all sockets listen; needs --log-file",
  },
  {
    name: "pidfile",
    type: "text",
    default: "",
    placeholder: "FILE",
    help: "holds the process id, locked: a second server is refused",
  },
  {
    name: "log-file",
    type: "text",
    default: "",
    placeholder: "FILE",
    help: "the log goes to its end; SIGUSR1 opens it anew",
  },
  {
    name: "ready-fd",
    type: "integer",
    default: "-1",
    placeholder: "N",
    help: "descriptor that gets a line feed when all sockets listen; -1 = none",
    min: -1,
    max: 65535,
  },
  {
    name: "workers",
    type: "text",
    default: "1",
    placeholder: "N",
    help: "processes that share the clients; auto: one for each processor",
  },
] as const satisfies readonly OptionRow[];

// The options that say who may come in by a password, a program's word, or through a proxy.

import type { OptionRow } from "./option.ts";

export const ACCESS_OPTIONS = [
  {
    name: "basic-auth-file",
    type: "text",
    default: "",
    placeholder: "FILE",
    help: "names and passwords of those let in, as htpasswd -B writes them",
  },
  {
    name: "bearer-file",
    type: "text",
    default: "",
    placeholder: "FILE",
    help: "names and SHA-256 of the tokens of those let in, NAME:HASH",
  },
  {
    name: "gate",
    type: "text",
    default: "",
    placeholder: "PROGRAM",
    help: "asked before each WebSocket, with its CGI variables: exit 0 lets it in",
    isPerRoute: true,
  },
  {
    name: "gate-timeout",
    type: "duration",
    default: "5s",
    placeholder: "TIME",
    help: "how long it may take for that, then 504",
    min: 10,
    max: 3_600_000,
    isPerRoute: true,
  },
  {
    name: "trusted-proxy",
    type: "texts",
    default: "",
    placeholder: "LIST",
    help: "proxies that are believed: addresses, networks, unix; repeat for more",
  },
  {
    name: "forwarded",
    type: "text",
    default: "x-forwarded-for",
    placeholder: "FIELDS",
    help: "they write: x-forwarded-for, -proto, -host; forwarded; none",
    isList: true,
  },
  {
    name: "proxy-protocol",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "they begin each connection with a PROXY header, version 1 or 2",
  },
] as const satisfies readonly OptionRow[];

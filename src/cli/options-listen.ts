// The options that say where to listen, with what certificates, and for whom.

import type { OptionRow } from "./option.ts";

export const LISTEN_OPTIONS = [
  {
    name: "port",
    type: "integer",
    default: "80",
    placeholder: "PORT",
    help: "TCP port to listen on, 443 with --ssl; 0 takes any free one",
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
    name: "unixsocket",
    type: "text",
    default: "",
    placeholder: "PATH",
    help: "Unix socket to listen on; TCP then only with --port or --address",
  },
  {
    name: "unixsocket-mode",
    type: "text",
    default: "",
    placeholder: "MODE",
    help: "its permissions, in octal, such as 0660 (default: by the umask)",
  },
  {
    name: "unixsocket-owner",
    type: "text",
    default: "",
    placeholder: "OWNER",
    help: "its owner, USER, USER:GROUP or :GROUP (default: whoever runs websockd)",
  },
  {
    name: "ssl",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "speak TLS; needs --sslcert and --sslkey",
  },
  {
    name: "sslcert",
    type: "texts",
    default: "",
    placeholder: "FILE",
    help: "certificate and its chain, PEM; repeat, with --sslkey, for more names",
  },
  {
    name: "sslkey",
    type: "texts",
    default: "",
    placeholder: "FILE",
    help: "private key of the --sslcert in the same place, PEM",
  },
  {
    name: "sslca",
    type: "text",
    default: "",
    placeholder: "FILE",
    help: "clients must have a certificate signed by one of these, PEM",
  },
  {
    name: "redirport",
    type: "integer",
    default: "0",
    placeholder: "PORT",
    help: "plain HTTP on this port is redirected to --port; 0 = none",
    min: 0,
    max: 65535,
  },
] as const satisfies readonly OptionRow[];

export const ADMISSION_OPTIONS = [
  {
    name: "origin",
    type: "text",
    default: "",
    placeholder: "LIST",
    help: "Origins let in: [scheme://]host[:port], with *; null; file://; none; * = all",
  },
  {
    name: "sameorigin",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "only pages of this very host, no client without an Origin",
  },
  {
    name: "host",
    type: "text",
    default: "",
    placeholder: "LIST",
    help: "names that Host may have, with *: against DNS rebinding (default: any)",
  },
  {
    name: "maxforks",
    type: "integer",
    default: "1024",
    placeholder: "N",
    help: "programs at once, more are answered 429; 0 = what the machine bears",
    max: 1_000_000,
  },
  {
    name: "maxforks-per-ip",
    type: "integer",
    default: "0",
    placeholder: "N",
    help: "programs at once for one address (of IPv6: one /64); 0 = no limit",
    min: 0,
    max: 1_000_000,
  },
  {
    name: "reverselookup",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "look up the client's name for REMOTE_HOST",
  },
] as const satisfies readonly OptionRow[];

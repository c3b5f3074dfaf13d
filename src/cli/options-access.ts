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
] as const satisfies readonly OptionRow[];

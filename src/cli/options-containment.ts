// The options that say what programs may use of the machine.

import type { OptionRow } from "./option.ts";

export const CONTAINMENT_OPTIONS = [
  {
    name: "user",
    type: "text",
    default: "",
    placeholder: "USER",
    help: "programs run as this user, by name or number, in all its groups",
    isPerRoute: true,
  },
  {
    name: "group",
    type: "text",
    default: "",
    placeholder: "GROUP",
    help: "programs run in this group, by name or number (default: the user's)",
    isPerRoute: true,
  },
  {
    name: "cwd",
    type: "text",
    default: "",
    placeholder: "DIR",
    help: "where programs are started (default: here; CGI scripts, where they lie)",
    isPerRoute: true,
  },
  {
    name: "umask",
    type: "text",
    default: "",
    placeholder: "OCTAL",
    help: "permissions that files of programs do not get (default: ours)",
    isPerRoute: true,
  },
  {
    name: "nice",
    type: "text",
    default: "",
    placeholder: "N",
    help: "programs' place in the queue for the processor, -20 to 19 (default: ours)",
    isPerRoute: true,
  },
  {
    name: "limit",
    type: "texts",
    default: "",
    placeholder: "LIMITS",
    help: "as prlimit(1) names them: nofile=1024,as=512M,cpu=60:120,core=unlimited",
    isPerRoute: true,
  },
  {
    name: "cgroup",
    type: "text",
    default: "",
    placeholder: "DIR",
    help: "each session gets a cgroup below this one, and nothing in it outlives it",
    isPerRoute: true,
  },
  {
    name: "cgroup-limit",
    type: "texts",
    default: "",
    placeholder: "LIMITS",
    help: "for each of these: memory=256M,pids=64",
    isPerRoute: true,
  },
] as const satisfies readonly OptionRow[];

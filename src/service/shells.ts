// Programs that do what their stdin says: a client of one of them has the account that it runs in.

import { readdirSync, realpathSync } from "node:fs";
import { basename } from "node:path";

interface Shell {
  readonly names: RegExp;
  /** An option after which it runs something else than its stdin; null: none. */
  readonly runsElse: RegExp | null;
  /** Words that are no options with which it still reads its stdin: a database, a host. */
  readonly operandsMax: number;
}

const SHELLS: readonly Shell[] = [
  {
    names: /^(?:sh|r?bash|dash|zsh|fish|[lm]?ksh(?:93)?|t?csh|ash|xonsh|nu|pwsh)$/,
    runsElse: /^-[a-z]*c|^-(?:Command|File)$/,
    operandsMax: 0,
  },
  { names: /^(?:python|pypy)[0-9.]*$/, runsElse: /^-[a-zA-Z]*[cm]/, operandsMax: 0 },
  {
    names: /^(?:node|nodejs|bun|deno)$/,
    runsElse: /^-[a-z]*[ep]|^--(?:eval|print)/,
    operandsMax: 0,
  },
  { names: /^(?:perl|ruby)[0-9.]*$/, runsElse: /^-[a-zA-Z]*[eEnp]/, operandsMax: 0 },
  {
    names: /^(?:php|lua|luajit|guile|tclsh|expect)[0-9.]*$/,
    runsElse: /^-[a-z]*[cer]/,
    operandsMax: 0,
  },
  { names: /^(?:irb|pry|ipython3?|ghci|jshell|R|gdb|ed|ex)$/, runsElse: null, operandsMax: 1 },
  {
    names: /^(?:psql|mysql|mariadb)$/,
    runsElse: /^-[cef]|^--(?:command|file|execute)/,
    operandsMax: 2,
  },
  { names: /^sqlite3$/, runsElse: null, operandsMax: 1 },
  { names: /^(?:ssh|telnet|su|login)$/, runsElse: /^-[a-z]*c$/, operandsMax: 1 },
];

/** Programs that start another, which their words name. */
const WRAPPERS =
  /^(?:env|nice|ionice|nohup|stdbuf|setsid|setpriv|sudo|doas|timeout|unshare|nsenter|chroot|prlimit|taskset|script|unbuffer|docker|podman|kubectl|systemd-run|busybox)$/;

/** The shell that a command line comes to, as it is named there; null: none. A script's interpreter is none. */
export function shellIn(argv: readonly string[], path: string): string | null {
  const [name = path, ...words] = argv;
  const isShell = [basename(name), basename(path), basename(realpathOf(path))].some((candidate) =>
    readsCommands(candidate, words),
  );
  if (isShell) return name;
  if (!WRAPPERS.test(basename(name))) return null;
  const at = words.findIndex((word, i) => readsCommands(basename(word), words.slice(i + 1)));
  return words[at] ?? null;
}

/** A shell among the programs of a directory, which are started without words. */
export function shellBelow(directory: string): string | null {
  try {
    return readdirSync(directory).find((name) => readsCommands(name, [])) ?? null;
  } catch {
    return null; // programs may be started in a directory that may not be read
  }
}

function readsCommands(name: string, words: readonly string[]): boolean {
  const shell = SHELLS.find(({ names }) => names.test(name));
  if (shell === undefined) return false;
  const { runsElse, operandsMax } = shell;
  if (runsElse !== null && words.some((word) => runsElse.test(word))) return false;
  return words.filter((word) => !word.startsWith("-")).length <= operandsMax;
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

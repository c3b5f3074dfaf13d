// What programs may use of the machine, from the options that say so.

import type { ContainmentConfig, ResourceLimit } from "../config-programs.ts";
import { parseInteger, UsageError } from "./value.ts";
import type { Values } from "./values.ts";

export function containmentOf(values: Values): ContainmentConfig {
  const path = values.textOrNull("cgroup");
  const limits = pairsOf("cgroup-limit", values.all("cgroup-limit"));
  if (path === null && limits.length > 0) {
    throw new UsageError("--cgroup-limit needs --cgroup=DIR", "conflict");
  }
  return {
    user: accountOf("user", values.textOrNull("user")),
    group: accountOf("group", values.textOrNull("group")),
    directory: values.textOrNull("cwd"),
    umask: toUmask(values.text("umask")),
    niceness: toNiceness(values.text("nice")),
    limits: pairsOf("limit", values.all("limit")).map(toLimit),
    cgroup: path === null ? null : { path, limits: Object.fromEntries(limits.map(toCgroupLimit)) },
  };
}

function accountOf(option: "user" | "group", text: string | null): string | null {
  if (text === null || /^[^:,\s\0]+$/.test(text)) return text;
  const remedy = option === "user" ? "--user=www-data, with --group=GROUP" : "--group=www-data";
  throw new UsageError(`--${option}=${text}: one name or number is wanted, for example ${remedy}`);
}

function toUmask(text: string): number | null {
  if (text === "") return null;
  if (/^0?[0-7]{1,3}$/.test(text)) return Number.parseInt(text, 8);
  throw new UsageError(`--umask=${text}: permissions in octal are wanted, for example --umask=027`);
}

function toNiceness(text: string): number | null {
  if (text === "") return null;
  const number = parseInteger(text, false);
  if (number !== null && number >= -20 && number <= 19) return number;
  throw new UsageError(
    `--nice=${text}: a whole number from -20 to 19 is wanted, for example --nice=10`,
  );
}

interface Pair {
  readonly name: string;
  readonly value: string;
  /** For what is wrong with it. */
  readonly option: "limit" | "cgroup-limit";
}

const EXAMPLES = { limit: "nofile=1024,as=512M", "cgroup-limit": "memory=256M,pids=64" } as const;

function problemOf(pair: Pair, text: string): UsageError {
  const { name, value, option } = pair;
  const given = value === "" ? name : `${name}=${value}`;
  return new UsageError(
    `--${option}=${given}: ${text}, for example --${option}=${EXAMPLES[option]}`,
  );
}

/** `name=value,name=value`, each name once. */
function pairsOf(option: Pair["option"], texts: readonly string[]): readonly Pair[] {
  const entries = texts.filter((text) => text !== "").flatMap((text) => text.split(","));
  const pairs = entries.map((entry): Pair => {
    const [name = "", ...rest] = entry.trim().split("=");
    return { name: name.toLowerCase(), value: rest.join("="), option };
  });
  for (const [i, pair] of pairs.entries()) {
    if (pair.name === "" || pair.value === "") throw problemOf(pair, "NAME=VALUE is wanted");
    if (pairs.findIndex(({ name }) => name === pair.name) < i) {
      throw problemOf(pair, `"${pair.name}" is given twice`);
    }
  }
  return pairs;
}

/** prlimit(1)'s names, and whether their values are bytes. */
const LIMIT_HAS_BYTES: Readonly<Record<string, boolean>> = {
  as: true,
  core: true,
  cpu: false,
  data: true,
  fsize: true,
  locks: false,
  memlock: true,
  msgqueue: true,
  nice: false,
  nofile: false,
  nproc: false,
  rss: true,
  rtprio: false,
  rttime: false,
  sigpending: false,
  stack: true,
};

/** `soft:hard`, or one value for both. */
function toLimit(pair: Pair): ResourceLimit {
  const { name, value } = pair;
  if (!Object.hasOwn(LIMIT_HAS_BYTES, name)) {
    throw problemOf(pair, `one of ${Object.keys(LIMIT_HAS_BYTES).join(", ")} is wanted`);
  }
  const parts = value.split(":");
  const [soft = null, hard = soft] = parts.map((part) =>
    part === "unlimited" ? Infinity : amountOf(part, LIMIT_HAS_BYTES[name]!),
  );
  if (soft === null || hard === null || parts.length > 2) {
    const what = LIMIT_HAS_BYTES[name]! ? "a number of bytes" : "a whole number";
    throw problemOf(pair, `${what}, SOFT:HARD or unlimited is wanted`);
  }
  if (soft > hard) throw problemOf(pair, "the soft limit is above the hard one");
  return { name, soft, hard };
}

/** The controllers' files; whether their values are bytes. */
const CGROUP_FILES: Readonly<Record<string, { readonly file: string; readonly bytes: boolean }>> = {
  memory: { file: "memory.max", bytes: true },
  pids: { file: "pids.max", bytes: false },
};

function toCgroupLimit(pair: Pair): readonly [file: string, value: number] {
  const row = Object.hasOwn(CGROUP_FILES, pair.name) ? CGROUP_FILES[pair.name]! : null;
  if (row === null) {
    throw problemOf(pair, `one of ${Object.keys(CGROUP_FILES).join(", ")} is wanted`);
  }
  const value = amountOf(pair.value, row.bytes);
  if (value === null || value === 0) throw problemOf(pair, "a whole number above 0 is wanted");
  return [row.file, value];
}

function amountOf(text: string, isBytes: boolean): number | null {
  const number = parseInteger(text, isBytes);
  return number === null || number < 0 || number > Number.MAX_SAFE_INTEGER ? null : number;
}

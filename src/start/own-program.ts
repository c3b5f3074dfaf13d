// How websockd starts itself once more.

import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { closeDescriptor, duplicate } from "../descriptors/posix.ts";
import { searchPath } from "../server/resources.ts";
import type { OwnEnvironment } from "../server/own-variables.ts";

/** In a compiled binary the program is inside; else it is a file that Bun runs. */
const IS_COMPILED = Bun.main.startsWith("/$bunfs/");
/** proc(5): what we are, whatever has taken its place on the disk. */
const SELF = "/proc/self/exe";
const FIRST_HANDED = 3;

/** What lies in the folder where it runs is not obeyed, as it is not by the binary: a bunfig.toml there could run code. */
const BUN_WORDS = [
  "--no-env-file",
  "--config=/dev/null",
  "--tsconfig-override=/dev/null",
  "--no-install",
];

/**
 * Path and words; argv[0] is for the caller to set: it says as which program we run. By default what runs then is what we
 * are: it talks to us as this version does.
 */
export function ownProgram(words: readonly string[], path = ownPath()): string[] {
  return [path, ...(IS_COMPILED ? [] : [...BUN_WORDS, Bun.main]), ...words];
}

function ownPath(): string {
  return IS_COMPILED && existsSync(SELF) ? SELF : process.execPath;
}

/**
 * The path as which we were called, be it a link that leads elsewhere tomorrow; the binary's own when that is not known.
 * To be asked at the start. From source it is Bun's.
 */
export function calledPath(environment: OwnEnvironment): string {
  if (!IS_COMPILED) return process.execPath;
  const name = process.argv0;
  const directories = searchPath(environment).split(delimiter);
  const paths = name.includes("/") ? [name] : directories.map((at) => join(at || ".", name));
  const found = paths.find(isExecutable);
  return found !== undefined && isSelf(found) ? resolve(found) : process.execPath;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isSelf(path: string): boolean {
  const [one, other] = [path, SELF].map((at) => statSync(at, { throwIfNoEntry: false }));
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
}

/** Calls `start` with descriptors to be handed down from 3 on. Throws what it throws, or that there is none left. */
export function withHanded<Started>(
  descriptors: readonly number[],
  start: (handed: readonly number[]) => Started,
): Started {
  // Each is moved to its place one after the other: none may stand in another's.
  const first = FIRST_HANDED + descriptors.length;
  const handed = descriptors.map((fd) => duplicate(fd, first));
  try {
    if (handed.includes(-1)) throw new Error("no file descriptor left");
    return start(handed);
  } finally {
    for (const fd of handed) if (fd >= 0) closeDescriptor(fd);
  }
}

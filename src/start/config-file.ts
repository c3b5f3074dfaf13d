// The bytes of a configuration file, if nobody else can have written them: it says which programs run.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { CONFIG_VARIABLE, type OwnEnvironment } from "../server/own-variables.ts";
import { StartError } from "../server/start-error.ts";

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** A thousand lines; as one variable it is handed to our own processes, and Linux takes 128 KiB for that. */
const SIZE_MAX = 64 * 1024;
/** stat(2): the permission of the group, and of others, to write. */
const WRITABLE_BY_OTHERS = 0o022;

/** Throws StartError. */
export function readConfigFile(path: string): ConfigFile {
  const refuse = (text: string) => new StartError(`--config=${path}: ${text}`);
  let fd: number;
  try {
    // What is no file, a pipe with nobody at it, must not hold us.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const remedy = code === "ENOENT" ? "give its path" : "see its permissions";
    throw refuse(`cannot be read: ${code} (${remedy}; --config= starts without)`);
  }
  try {
    const wrong = problemOf(fstatSync(fd));
    if (wrong !== null) throw refuse(wrong);
    const bytes = Buffer.alloc(SIZE_MAX + 1);
    let length = 0;
    for (let read = 1; read > 0 && length <= SIZE_MAX; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    if (length > SIZE_MAX) throw refuse(`is over ${SIZE_MAX} bytes (is it the right file?)`);
    return { path, text: textOf(bytes.subarray(0, length), refuse) };
  } finally {
    closeSync(fd);
  }
}

function problemOf(stats: Stats): string | null {
  if (!stats.isFile()) return "is no regular file";
  const own = process.geteuid!();
  if (stats.uid !== own && stats.uid !== 0) {
    const why = "it says which programs run, and belongs to somebody else";
    return `${why} (chown it to root or to whoever runs websockd)`;
  }
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    return "it says which programs run, and others may write it (chmod go-w it)";
  }
  return null;
}

function textOf(bytes: Uint8Array, refuse: (text: string) => StartError): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse("is not UTF-8 (TOML is)");
  }
}

/** Our own processes configure themselves by what we have read, whatever the file is by then. */
export function handConfigFile(environment: OwnEnvironment, { path, text }: ConfigFile): void {
  environment[CONFIG_VARIABLE] = handedText({ path, text });
}

/** Path and text in one. */
export function handedText({ path, text }: ConfigFile): string {
  return `${JSON.stringify(path)}\n${text}`;
}

export function fileOfHanded(handed: string): ConfigFile {
  const end = handed.indexOf("\n");
  return { path: JSON.parse(handed.slice(0, end)) as string, text: handed.slice(end + 1) };
}

/** Null: the process that started us has read none. */
export function handedConfigFile(environment: OwnEnvironment): ConfigFile | null {
  const handed = environment[CONFIG_VARIABLE];
  return handed === undefined ? null : fileOfHanded(handed);
}

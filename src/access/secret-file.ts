// A file of names and what proves each: `name:secret`, a line each, read whole and judged line by line.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { errnoText } from "../errno-text.ts";

/** Something is wrong with a file: the text names it, the line and the remedy. */
export class SecretFileError extends Error {}

export interface SecretLine {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly secret: string;
}

export interface SecretFile {
  readonly lines: readonly SecretLine[];
  /** What an operator should hear of, and no reason not to start. */
  readonly warnings: readonly string[];
}

/** Bytes: over ten thousand lines, which a look-up still takes less than a millisecond for. */
const SIZE_MAX = 1024 * 1024;
const NAME_SIZE_MAX = 256;
const OTHERS_READ = 0o004;
const CONTROL = /[\x00-\x1f\x7f]/;

/** `option` is what the file is given by, `wanted` an example of a line. Throws SecretFileError. */
export function readSecretFile(option: string, file: string, wanted: string): SecretFile {
  const at = `--${option}=${file}`;
  const { bytes, mode } = readBounded(at, file);
  const lines = decode(at, bytes)
    .split("\n")
    .flatMap((text, i) => readLine(at, { text, number: i + 1, wanted }));
  const warnings: string[] = [];
  if ((mode & OTHERS_READ) !== 0) {
    warnings.push(`${at} can be read by every user of this machine (chmod o-r ${file})`);
  }
  if (lines.length === 0) warnings.push(`${at} is empty: nobody comes in by it`);
  return { lines, warnings };
}

function readLine(
  at: string,
  { text, number, wanted }: { text: string; number: number; wanted: string },
): SecretLine[] {
  const line = text.trim();
  if (line === "" || line.startsWith("#")) return [];
  const colon = line.indexOf(":");
  if (colon < 1) throw new SecretFileError(`${at}, line ${number}: ${wanted} is wanted`);
  const name = line.slice(0, colon);
  if (CONTROL.test(name) || Buffer.byteLength(name) > NAME_SIZE_MAX) {
    const most = `${at}, line ${number}: a name has at most ${NAME_SIZE_MAX} bytes and no control character`;
    throw new SecretFileError(most);
  }
  return [{ number, name, secret: line.slice(colon + 1) }];
}

/** Opened without waiting: a pipe that nobody writes to would never be. */
function readBounded(at: string, file: string): { bytes: Uint8Array; mode: number } {
  let fd: number | null = null;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new SecretFileError(`${at}: this is no regular file`);
    if (stats.size > SIZE_MAX) {
      throw new SecretFileError(`${at}: the file is over ${SIZE_MAX} bytes (use fewer lines)`);
    }
    return { bytes: readFileSync(fd), mode: stats.mode };
  } catch (error) {
    if (error instanceof SecretFileError) throw error;
    const { code = "" } = error as NodeJS.ErrnoException;
    const what =
      code === "ENOENT" ? "there is no such file" : `cannot be read (${errnoText(code)})`;
    throw new SecretFileError(`${at}: ${what}`);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** A byte order mark is an editor's, and no part of the first name. */
function decode(at: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SecretFileError(`${at}: the file must be UTF-8`);
  }
}

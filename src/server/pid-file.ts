// --pidfile: holds our process id as long as we live, under a lock that no dead process can leave behind.

import {
  closeSync,
  constants,
  ftruncateSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { openLibc } from "../libc.ts";

/** flock(2). */
const LOCK_EX = 2;
const LOCK_NB = 4;
/** More than any process id with its line feed. */
const CONTENT_MAX = 32;

/** The file cannot be had; the message says the remedy. */
export class PidFileError extends Error {
  /** Another server holds it. */
  readonly isInUse: boolean;

  constructor(text: string, isInUse: boolean) {
    super(text);
    this.isInUse = isInUse;
  }
}

export interface PidFile {
  /** The process that left the file behind without removing it, if one did. */
  readonly stalePid: number | null;
  /** Removes the file, if it is still ours. */
  remove(): void;
}

/** Makes the file, or takes over what a dead process left. Throws PidFileError. */
export function takePidFile(path: string, pid: number): PidFile {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new PidFileError(`--pidfile=${path}: cannot be made (${code})`, false);
  }
  try {
    return holdFile(path, fd, pid);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function holdFile(path: string, fd: number, pid: number): PidFile {
  const content = Buffer.alloc(CONTENT_MAX);
  const text = content.toString("latin1", 0, readSync(fd, content, 0, CONTENT_MAX, 0));
  if (!/^(?:[0-9]{1,10}\n?)?$/.test(text)) {
    const what = "there is something else than a process id in it (name another file)";
    throw new PidFileError(`--pidfile=${path}: ${what}`, false);
  }
  const { flock } = openLibc({ flock: { args: ["i32", "i32"], returns: "i32" } });
  if (flock(fd, LOCK_EX | LOCK_NB) !== 0) {
    const whose = `process ${text.trim() || "that is just starting"} holds it`;
    throw new PidFileError(`--pidfile=${path}: ${whose} (stop it, or name another file)`, true);
  }
  ftruncateSync(fd, 0);
  writeSync(fd, `${pid}\n`, 0);
  const { ino } = fstatSync(fd);
  return {
    stalePid: text === "" ? null : Number(text),
    remove() {
      try {
        if (lstatSync(path).ino === ino) unlinkSync(path);
      } catch {
        // Somebody has removed it.
      }
    },
  };
}

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
import { EXIT_UNAVAILABLE, StartError } from "./start-error.ts";

/** flock(2). */
const LOCK_EX = 2;
const LOCK_NB = 4;
/** More than any process id with its line feed. */
const CONTENT_MAX = 32;

export interface PidFile {
  /** The process that left the file behind without removing it, if one did. */
  readonly stalePid: number | null;
  /** Removes the file, if it is still ours. */
  remove(): void;
}

/** Makes the file, or takes over what a dead process left. Throws StartError. */
export function takePidFile(path: string, pid: number): PidFile {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new StartError(`--pidfile=${path}: cannot be made (${code})`);
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
    throw new StartError(`--pidfile=${path}: ${what}`);
  }
  const { flock } = openLibc({ flock: { args: ["i32", "i32"], returns: "i32" } });
  if (flock(fd, LOCK_EX | LOCK_NB) !== 0) {
    const whose = `process ${text.trim() || "that is just starting"} holds it`;
    const problem = `--pidfile=${path}: ${whose} (stop it, or name another file)`;
    throw new StartError(problem, EXIT_UNAVAILABLE);
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

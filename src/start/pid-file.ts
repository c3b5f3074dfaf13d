// --pidfile: holds our process id as long as we live, under a lock that no dead process can leave behind.

import {
  closeSync,
  constants,
  ftruncateSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
  type Stats,
} from "node:fs";
import { errnoText } from "../errno-text.ts";
import { openLibc } from "../libc.ts";
import { EXIT_UNAVAILABLE, StartError } from "../server/start-error.ts";

/** flock(2). */
const LOCK_EX = 2;
const LOCK_NB = 4;
/** More than any process id with its line feed. */
const CONTENT_MAX = 32;

export interface PidFile {
  /** The process that left the file behind without removing it, if one did. */
  readonly stalePid: number | null;
  /** Who has it has the lock, too. */
  readonly fd: number;
  /** Signals are heard from now on, those too that came to our number before that. */
  heard(): void;
  /** Our number is to stand in it, now that it is ours or a successor's no more. Throws StartError. */
  claim(): void;
  /** A successor serves: if it has the file, the lock ends with that one, whatever becomes of it. */
  leave(): void;
  /** Removes the file, if it is still ours. */
  remove(): void;
}

/** Those that would end us, and ask for something else. */
const KEPT = ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

/** A server that ends removes the file just before another has locked it: that one makes it anew. More often is no accident. */
const TRIES_MAX = 10;

/** What a link leads to would be written, and the link removed; a pipe must not be waited for. */
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What stands at the path and can be no pid file, with the remedy; null: nothing. Throws what lstat(2) does. */
export function pidFileProblem(path: string): string | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return null;
  if (stats.isSymbolicLink()) return "this is a symbolic link (name the file itself)";
  return "this is no regular file (name another)";
}

/**
 * Makes the file, or takes over what a dead process left. `handed` is the descriptor of our predecessor's, whose number
 * stands in it until we claim it; null: there is none. Throws StartError.
 */
export function takePidFile(path: string, pid: number, handed: number | null = null): PidFile {
  if (handed !== null) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found !== undefined && isSame(found, fstatSync(handed))) {
      const file = pidFileOf(path, handed, pid);
      writeFile(path, handed, contentOf(handed)); // what cannot be written is to be known now
      return { ...file, stalePid: null };
    }
    closeSync(handed);
  }
  for (let i = 0; i < TRIES_MAX; i++) {
    let fd: number;
    try {
      const problem = pidFileProblem(path);
      if (problem !== null) throw new StartError(`--pidfile=${path}: ${problem}`);
      fd = openSync(path, FLAGS, 0o644);
    } catch (error) {
      if (error instanceof StartError) throw error;
      const { code = "" } = error as NodeJS.ErrnoException;
      throw new StartError(`--pidfile=${path}: cannot be made (${errnoText(code)})`);
    }
    const file = holdFile(path, fd, pid);
    if (file !== null) return file;
  }
  throw new StartError(`--pidfile=${path}: others remove it again and again`, EXIT_UNAVAILABLE);
}

/** Locks the open file, or closes it. Null when it is no longer the one at `path`. Throws StartError. */
export function holdFile(path: string, fd: number, pid: number): PidFile | null {
  let file: PidFile | null = null;
  try {
    const stalePid = lockFile(path, fd);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || !isSame(found, fstatSync(fd))) return null;
    const own = pidFileOf(path, fd, pid);
    const heard = keepSignals();
    own.claim();
    file = { ...own, stalePid, heard };
    return file;
  } finally {
    if (file === null) closeSync(fd);
  }
}

/** Who reads our number there may use it at once, and we are not done yet. Returns what lets the signals come. */
function keepSignals(): () => void {
  const came = new Set<NodeJS.Signals>();
  const keep = (signal: NodeJS.Signals) => void came.add(signal);
  for (const signal of KEPT) process.on(signal, keep);
  return () => {
    for (const signal of KEPT) process.off(signal, keep);
    for (const signal of came) process.kill(process.pid, signal);
  };
}

function pidFileOf(path: string, fd: number, pid: number): Omit<PidFile, "stalePid"> {
  const own = `${pid}\n`;
  let isLeft = false;
  return {
    fd,
    heard: () => {},
    leave() {
      isLeft = contentOf(fd) !== own; // else that one has another file, or none
      if (isLeft) closeSync(fd);
    },
    claim: () => writeFile(path, fd, own),
    remove() {
      if (isLeft) return;
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found === undefined || !isSame(found, fstatSync(fd))) return;
      if (contentOf(fd) === own) rmSync(path, { force: true });
    },
  };
}

function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

function contentOf(fd: number): string {
  const content = Buffer.alloc(CONTENT_MAX);
  return content.toString("latin1", 0, readSync(fd, content, 0, CONTENT_MAX, 0));
}

/** What stands there is written over first: a full disk has room for that, and nothing is lost if not. */
function writeFile(path: string, fd: number, text: string): void {
  try {
    writeSync(fd, text, 0);
    ftruncateSync(fd, text.length);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new StartError(`--pidfile=${path}: cannot be written (${errnoText(code)})`);
  }
}

/** Returns the process id that stands in it, null when none does. */
function lockFile(path: string, fd: number): number | null {
  const text = contentOf(fd);
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
  return text.trim() === "" ? null : Number(text);
}

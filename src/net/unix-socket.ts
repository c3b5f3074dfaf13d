// unix(7): makes room for a socket's file, gives it its mode and owner, and takes it away again.

import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  lstatSync,
  renameSync,
  unlinkSync,
  type Stats,
} from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { errnoText } from "../errno-text.ts";

export interface UnixSocketOptions {
  readonly path: string;
  /** Permission bits; null: as the umask has it. */
  readonly mode: number | null;
  /** -1: as it is. */
  readonly uid: number;
  readonly gid: number;
}

/** Of sockaddr_un, which ends with a NUL. */
const PATH_SIZE_MAX = 107;
/** How long a socket's file may take to say whether somebody listens. */
const PROBE_TIMEOUT_MS = 1000;

/** The address is taken: somebody listens there, or it is no socket. The text says which. */
export class UnixSocketError extends Error {
  readonly isInUse: boolean;

  constructor(text: string, isInUse: boolean) {
    super(text);
    this.isInUse = isInUse;
  }
}

/** Whether the path is free, or has what a dead server left. Rejects with UnixSocketError when it is anything else. */
export async function judgeSocketPath(path: string, option = "--unixsocket"): Promise<void> {
  const found = statOrNull(path);
  if (found === null) return;
  if (!found.isSocket()) {
    const text = `Cannot listen on ${path}: there is a file that is no socket (remove it, or choose another ${option})`;
    throw new UnixSocketError(text, false);
  }
  const answer = await probe(path);
  if (answer === "refused") return;
  const text = `Cannot listen on ${path}: another program listens there (stop it, or choose another ${option})`;
  if (answer === "alive") throw new UnixSocketError(text, true);
  throw new UnixSocketError(`Cannot tell whether ${path} is in use: ${answer}`, false);
}

/** Whether somebody listens: only a refusal says that nobody does. */
function probe(path: string): Promise<"alive" | "refused" | string> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const timer = setTimeout(() => done("alive"), PROBE_TIMEOUT_MS);
    const done = (answer: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => done("alive"));
    socket.on("error", ({ code = "", message }: NodeJS.ErrnoException) => {
      done(code === "ECONNREFUSED" ? "refused" : message);
    });
  });
}

/**
 * Calls `bind` with a path beside the one that is wanted, and moves what it made there: it appears with its mode and its
 * owner, in the place of what a dead server left. (Bun removes the file that it bound when it stops, whosever it is by
 * then.) Returns what removes the file, unless another has taken its place.
 */
export function bindUnixSocket(
  options: UnixSocketOptions,
  bind: (path: string) => void,
): () => void {
  const { path, mode, uid, gid } = options;
  if (Buffer.byteLength(path) > PATH_SIZE_MAX) {
    const text = `Cannot listen on ${path}: a socket's path has at most ${PATH_SIZE_MAX} bytes (choose a shorter one)`;
    throw new UnixSocketError(text, false);
  }
  judgeDirectory(path);
  const temporary = join(dirname(path), `.${process.pid}`);
  if (statOrNull(temporary)?.isSocket()) unlinkSync(temporary);
  const umask = process.umask(0o177);
  try {
    bind(temporary);
  } finally {
    process.umask(umask);
  }
  const { ino } = lstatSync(temporary);
  if (uid >= 0 || gid >= 0) chownSync(temporary, uid, gid);
  chmodSync(temporary, mode ?? 0o777 & ~umask);
  renameSync(temporary, path);
  return removerOf(path, ino);
}

/** What listen(2) says of a directory in which nothing can be made names another file than the one that was wanted. */
function judgeDirectory(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new UnixSocketError(`Cannot listen on ${path} (${errnoText(code)})`, false);
  }
}

/** The same for one that stands there already, and stays: it gets the mode and the owner that are wanted. */
export function takeUnixSocket({ path, mode, uid, gid }: UnixSocketOptions): () => void {
  const { ino } = lstatSync(path);
  if (uid >= 0 || gid >= 0) chownSync(path, uid, gid);
  if (mode !== null) chmodSync(path, mode);
  return removerOf(path, ino);
}

function removerOf(path: string, inode: number): () => void {
  return () => {
    if (statOrNull(path)?.ino === inode) unlinkSync(path);
  };
}

function statOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

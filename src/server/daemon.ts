// --daemon: websockd starts itself once more in a session of its own, and waits until that one listens.

import { fstatSync, openSync, read } from "node:fs";
import { promisify } from "node:util";
import { openLibc } from "../libc.ts";
import { closeDescriptor, makePipe } from "../service/posix.ts";

/** Says to the second that it is the second, and on which descriptor it is waited for. */
const VARIABLE = "WEBSOCKD_DAEMON";
const READY_DESCRIPTOR = 3;
/** More than looking up names and opening sockets can take. */
const START_TIMEOUT_MS = 60_000;
const EXIT_UNAVAILABLE = 69;
/** In a compiled binary the program is inside; else it is a file that Bun runs. */
const IS_COMPILED = Bun.main.startsWith("/$bunfs/");

type Environment = Record<string, string | undefined>;

/** The descriptor on which the first waits for us; null when we are no daemon. */
export function takeDaemonDescriptor(environment: Environment): number | null {
  const value = environment[VARIABLE];
  delete environment[VARIABLE];
  return value === String(READY_DESCRIPTOR) ? READY_DESCRIPTOR : null;
}

export interface Started {
  /** 0: it listens. */
  readonly status: number;
  /** What it said until then. */
  readonly text: string;
}

/** Starts the daemon with our own words, and waits until it listens or has ended. */
export async function startDaemon(
  words: readonly string[],
  environment: Environment,
): Promise<Started> {
  const pipe = makePipe();
  if (pipe === null) return { status: EXIT_UNAVAILABLE, text: "no file descriptor left" };
  const child = Bun.spawn([process.execPath, ...(IS_COMPILED ? [] : [Bun.main]), ...words], {
    argv0: process.argv0,
    env: { ...environment, [VARIABLE]: String(READY_DESCRIPTOR) },
    stdio: ["ignore", "ignore", "pipe", pipe.writeEnd],
    detached: true,
  });
  closeDescriptor(pipe.writeEnd);
  const deadline = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  const { bytesRead } = await promisify(read)(pipe.readEnd, Buffer.alloc(1), 0, 1, null);
  clearTimeout(deadline);
  if (bytesRead > 0) {
    child.unref();
    return { status: 0, text: "" };
  }
  const text = await new Response(child.stderr as ReadableStream).text();
  const status = await child.exited;
  const late = child.signalCode === "SIGKILL" ? `it did not listen in ${START_TIMEOUT_MS} ms` : "";
  return { status: status || EXIT_UNAVAILABLE, text: text.trim() || late };
}

/** Nobody reads our stderr any more: what a program inherits of it leads nowhere. */
export function leaveStderr(): void {
  const { dup2 } = openLibc({ dup2: { args: ["i32", "i32"], returns: "i32" } });
  dup2(openSync("/dev/null", "w"), 2);
}

export function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

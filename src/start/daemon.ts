// --daemon: websockd starts itself once more in a session of its own, and waits until that one listens.

import { openSync, read } from "node:fs";
import { promisify } from "node:util";
import { openLibc } from "../libc.ts";
import { closeDescriptor, makePipe } from "../descriptors/posix.ts";
import { ownProgram } from "./own-program.ts";
import { DAEMON_VARIABLE, takeVariables, type OwnEnvironment } from "../server/own-variables.ts";
import { EXIT_UNAVAILABLE, StartError } from "../server/start-error.ts";

/** On which the second is waited for; its variable says so. */
const READY_DESCRIPTOR = 3;
/** More than looking up names and opening sockets can take. */
const START_TIMEOUT_MS = 60_000;

/** The descriptor on which the first waits for us; null when we are no daemon. */
export function takeDaemonDescriptor(environment: OwnEnvironment): number | null {
  const { [DAEMON_VARIABLE]: value } = takeVariables(environment, [DAEMON_VARIABLE]);
  return value === String(READY_DESCRIPTOR) ? READY_DESCRIPTOR : null;
}

/** Starts the daemon with our own words; resolves when it listens. Rejects with StartError, in the daemon's own words. */
export async function startDaemon(
  words: readonly string[],
  environment: OwnEnvironment,
): Promise<void> {
  const pipe = makePipe();
  if (pipe === null) throw new StartError("no file descriptor left", EXIT_UNAVAILABLE);
  const child = Bun.spawn(ownProgram(words), {
    argv0: process.argv0,
    env: { ...environment, [DAEMON_VARIABLE]: String(READY_DESCRIPTOR) },
    stdio: ["ignore", "ignore", "pipe", pipe.writeEnd],
    detached: true,
  });
  closeDescriptor(pipe.writeEnd);
  const deadline = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  const { bytesRead } = await promisify(read)(pipe.readEnd, Buffer.alloc(1), 0, 1, null);
  clearTimeout(deadline);
  if (bytesRead > 0) return child.unref();
  const text = await new Response(child.stderr as ReadableStream).text();
  const status = await child.exited;
  const late = child.signalCode === "SIGKILL" ? `it did not listen in ${START_TIMEOUT_MS} ms` : "";
  const own = text.trim().replace(/^websockd: /, "");
  throw new StartError(own || late, status || EXIT_UNAVAILABLE);
}

/** Nobody reads our stderr any more: what a program inherits of it leads nowhere. */
export function leaveStderr(): void {
  const { dup2 } = openLibc({ dup2: { args: ["i32", "i32"], returns: "i32" } });
  dup2(openSync("/dev/null", "w"), 2);
}

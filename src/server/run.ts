// A server from its configuration to its end: what it is given by who starts it, what it tells them, what goes wrong.

import type { Config } from "../config.ts";
import { createLog, type Log } from "../log.ts";
import { closeOnExec } from "../net/inherited-socket.ts";
import { isOpen, leaveStderr, startDaemon, takeDaemonDescriptor } from "./daemon.ts";
import { inheritedSockets, InheritanceError } from "./inherited.ts";
import { runUntilSignal } from "./lifecycle.ts";
import { ListenError } from "./listening.ts";
import { Notifier } from "./notifier.ts";
import { PidFileError, takePidFile } from "./pid-file.ts";
import { findResources, type ResourceProblem } from "./resources.ts";
import { startServer, type Server } from "./server.ts";

/** sysexits.h: EX_UNAVAILABLE, EX_CONFIG; and what a shell has for programs. */
const EXIT_UNAVAILABLE = 69;
export const EXIT_CONFIGURATION = 78;
const EXIT_OF_PROBLEM: Readonly<Record<ResourceProblem["kind"], number>> = {
  "command not found": 127,
  "command not executable": 126,
  configuration: EXIT_CONFIGURATION,
};
/** websocketd's. */
const WEBSOCKETD_EXIT_CONFIGURATION = 1;
const WEBSOCKETD_EXIT_CANNOT_LISTEN = 3;

/** Why there is no server. */
export interface Failure {
  readonly status: number;
  readonly text: string;
}

/** Starts the server, which ends the process in its time; or says why not. Null, too, when a daemon has it now. */
export async function run(config: Config, words: readonly string[]): Promise<Failure | null> {
  const daemonDescriptor = takeDaemonDescriptor(process.env);
  const { readyDescriptor } = config.start;
  if (readyDescriptor !== null && !isOpen(readyDescriptor)) {
    const text = `--ready-fd=${readyDescriptor}: this descriptor is not open`;
    return { status: EXIT_CONFIGURATION, text };
  }
  if (config.start.daemon && daemonDescriptor === null) {
    const started = await startDaemon(words, process.env);
    if (started.status !== 0) return started;
    new Notifier({ environment: {}, pid: process.pid, readyDescriptor }).ready("");
    process.exit(0); // what is left here is a child that must go on
  }
  try {
    await serve(config, daemonDescriptor ?? readyDescriptor);
    if (daemonDescriptor !== null) leaveStderr();
    return null;
  } catch (error) {
    const failure = failureOf(error, config.personality === "websocketd");
    if (failure === null) throw error;
    return failure;
  }
}

/** Something that findResources found. */
class ResourceError extends Error {
  readonly kind: ResourceProblem["kind"];

  constructor(problems: readonly ResourceProblem[]) {
    super(problems.map(({ text }) => text).join("\n"));
    this.kind = problems[0]!.kind;
  }
}

/** A log file that cannot be opened. */
class LogFileError extends Error {}

/** Where programs are looked for when nobody says: inetd has no PATH. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

async function serve(config: Config, readyDescriptor: number | null): Promise<void> {
  const environment = process.env;
  const { pid } = process;
  // First of all: what goes wrong from now on must not be told to inetd's client.
  const sockets = inheritedSockets({ inetd: config.start.inetd, environment, pid });
  const notifier = new Notifier({ environment, pid, readyDescriptor });
  if (readyDescriptor !== null) closeOnExec(readyDescriptor);
  const log = openLog(config);
  const { resources, problems } = findResources(config, environment["PATH"] ?? DEFAULT_PATH);
  if (problems.length > 0) {
    const error = new ResourceError(problems);
    if (config.start.inetd) log.write("fatal", error.message);
    throw error;
  }
  const { pidFile } = config.start;
  if (pidFile !== null) {
    const { stalePid, remove } = takePidFile(pidFile, pid);
    if (stalePid !== null) log.write("info", "took over a stale pid file", { pid: stalePid });
    process.once("exit", remove);
  }
  const server = await startServer(config, { ...resources, sockets }, log);
  runUntilSignal(server, { log, notifier, exit: (status) => process.exit(status) });
  const isOneClient = server.urls.length === 0;
  if (config.personality === "websocketd") {
    for (const line of websocketdLines(config, server)) log.write("info", line);
  } else if (!isOneClient) {
    log.announce(`websockd listens on ${server.urls.join(" ")}`);
  }
  notifier.ready(`listens on ${server.urls.join(" ")}`);
}

function openLog(config: Config): Log {
  try {
    return createLog(config.log.level, config.log);
  } catch (error) {
    const { code = "", path = "" } = error as NodeJS.ErrnoException;
    throw new LogFileError(`--log-file=${path}: cannot be opened (${code})`);
  }
}

/** Null for a defect. */
function failureOf(error: unknown, isWebsocketd: boolean): Failure | null {
  if (!(error instanceof Error)) return null;
  const text = error.message;
  if (error instanceof ResourceError) {
    const status = isWebsocketd ? WEBSOCKETD_EXIT_CONFIGURATION : EXIT_OF_PROBLEM[error.kind];
    return { status, text };
  }
  if (error instanceof ListenError) {
    return { status: isWebsocketd ? WEBSOCKETD_EXIT_CANNOT_LISTEN : EXIT_UNAVAILABLE, text };
  }
  if (error instanceof PidFileError && error.isInUse) return { status: EXIT_UNAVAILABLE, text };
  const kinds = [PidFileError, LogFileError, InheritanceError];
  return kinds.some((kind) => error instanceof kind) ? { status: EXIT_CONFIGURATION, text } : null;
}

/** What websocketd says at its start, in its order. */
function websocketdLines({ command, directory, http }: Config, server: Server): string[] {
  return [
    ["Serving using application   ", command.length > 0 ? command.join(" ") : null],
    ["Serving from directory      ", directory],
    ["Serving static content from ", http.staticDirectory],
    ["Serving CGI scripts from    ", http.cgiDirectory],
    ...server.urls.map((url) => ["Starting WebSocket server   ", url]),
  ].flatMap(([what, value]) => (value === null ? [] : [`${what}: ${value}`]));
}

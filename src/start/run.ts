// A server from its configuration to its end: what it is given by who starts it, what it tells them, what goes wrong.

import { closeSync, fstatSync } from "node:fs";
import type { Config } from "../config.ts";
import { errnoText } from "../errno-text.ts";
import { createLog, type Log, type LogOptions } from "../log.ts";
import { closeOnExec } from "../net/inherited-socket.ts";
import { countWorkers } from "./cores.ts";
import { drainPlanOf } from "../server/drain-plan.ts";
import type { Handover } from "./handover.ts";
import { logDefect } from "../server/defect.ts";
import { hasPassedSockets, inheritedSockets, type InheritedSocket } from "../server/inherited.ts";
import { runUntilSignal } from "./lifecycle.ts";
import { ListenError } from "../server/listening.ts";
import { Notifier, tellReady } from "./notifier.ts";
import { calledPath } from "./own-program.ts";
import type { PidFile } from "./pid-file.ts";
import { reportOrphans } from "./orphan-report.ts";
import type { ReadAgain } from "./reload.ts";
import type { SignalWork } from "./signal-work.ts";
import { DAEMON_VARIABLE, HANDOVER_VARIABLE, WORKER_VARIABLE } from "../server/own-variables.ts";
import {
  findResources,
  searchPath,
  type ResourceProblem,
  type Resources,
} from "../server/resources.ts";
import type { Server } from "../server/server.ts";
import { EXIT_CONFIGURATION, EXIT_UNAVAILABLE, StartError } from "../server/start-error.ts";

/** What a shell has for programs. */
const EXIT_OF_PROBLEM: Readonly<Record<ResourceProblem["kind"], number>> = {
  "command not found": 127,
  "command not executable": 126,
  configuration: EXIT_CONFIGURATION,
};
/** websocketd's. */
const WEBSOCKETD_EXIT_CONFIGURATION = 1;
const WEBSOCKETD_EXIT_CANNOT_LISTEN = 3;

/** As what we were called, and what that comes to when it is read again. */
export interface OwnCall {
  readonly words: readonly string[];
  readonly readAgain: ReadAgain;
}

/** Starts the server, which ends the process in its time, or has it started in the background. Rejects with StartError. */
export async function run(config: Config, call: OwnCall): Promise<void> {
  const { daemon, readyDescriptor } = config.start;
  const { words, readAgain } = call;
  if (process.env[WORKER_VARIABLE] !== undefined) {
    const { runWorker } = await import("./worker.ts");
    const openOwn = (worker: number) => openLog(config, { isShared: true, worker });
    return runWorker(config, { readAgain, openLog: openOwn });
  }
  if (process.env[HANDOVER_VARIABLE] !== undefined) {
    const { REPORT_DESCRIPTOR, takeHandover } = await import("./handover.ts");
    const handover = takeHandover(process.env);
    const start = { ...call, readyDescriptor: REPORT_DESCRIPTOR, isDaemon: daemon, handover };
    await serve(config, start);
    if (daemon) (await import("./daemon.ts")).leaveStderr();
    return;
  }
  if (process.env[DAEMON_VARIABLE] !== undefined) {
    const { leaveStderr, takeDaemonDescriptor } = await import("./daemon.ts");
    const daemonDescriptor = takeDaemonDescriptor(process.env);
    if (daemonDescriptor !== null) {
      const start = { ...call, readyDescriptor: daemonDescriptor, isDaemon: true, handover: null };
      await serve(config, start);
      return leaveStderr();
    }
  }
  if (readyDescriptor !== null) judgeDescriptor(readyDescriptor);
  const start = { ...call, readyDescriptor, isDaemon: false, handover: null };
  if (!daemon) return serve(config, start);
  if (hasPassedSockets(process.env, process.pid)) {
    const remedy = "leave --daemon out: systemd keeps it in the background";
    throw new StartError(
      `--daemon: the sockets of LISTEN_FDS are for this process alone (${remedy})`,
    );
  }
  const { startDaemon } = await import("./daemon.ts");
  await startDaemon(words, process.env);
  if (readyDescriptor !== null) tellReady(readyDescriptor);
  process.exit(0); // what is left here is a child that must go on
}

function judgeDescriptor(fd: number): void {
  try {
    fstatSync(fd);
  } catch {
    throw new StartError(`--ready-fd=${fd}: this descriptor is not open`);
  }
}

interface Start extends OwnCall {
  readonly readyDescriptor: number | null;
  /** Nobody will read our stderr. */
  readonly isDaemon: boolean;
  /** What our predecessor leaves; null: there is none. */
  readonly handover: Handover | null;
}

async function serve(config: Config, start: Start): Promise<void> {
  const { env: environment, pid } = process;
  const { readyDescriptor, handover } = start;
  const calledAs = calledPath(environment);
  // First of all: what goes wrong from now on must not be told to inetd's client.
  const passed = inheritedSockets({ inetd: config.start.inetd, environment, pid });
  const sockets = [...passed, ...(handover?.inherited ?? [])];
  const notifier = new Notifier({ environment, pid });
  if (readyDescriptor !== null) closeOnExec(readyDescriptor);
  const workers = countWorkers(config.start.workers);
  const log = openLog(config, { isShared: workers > 1 || handover !== null });
  const { resources, problems: missing } = await findResources(config, searchPath(environment));
  const problems = [
    ...missing.map(({ text }) => text),
    ...(resources.features.proxies?.socketProblems(config.proxies, sockets) ?? []),
  ];
  const isWebsocketd = config.personality === "websocketd";
  if (problems.length > 0) {
    const text = problems.join("\n");
    if (config.start.inetd) log.write("fatal", text);
    const status = isWebsocketd
      ? WEBSOCKETD_EXIT_CONFIGURATION
      : EXIT_OF_PROBLEM[missing[0]?.kind ?? "configuration"];
    throw new StartError(text, status);
  }
  const pidFile = await openPidFile(config, { log, pid, handed: handover?.pidFile ?? null });
  reportOrphans(log);
  const found = { ...resources, sockets, legacy: handover?.legacy ?? null };
  const opened = openServer(config, found, { ...start, workers, log });
  const server = await opened.catch((error: unknown) => {
    if (!(error instanceof ListenError)) throw error;
    const status = isWebsocketd ? WEBSOCKETD_EXIT_CANNOT_LISTEN : EXIT_UNAVAILABLE;
    throw new StartError(error.message, status);
  });
  const begin = () => live(config, server, { ...start, log, notifier, pidFile, sockets, calledAs });
  // A signal that comes to a successor before it serves is for it alone: who is before it goes on.
  const early = handover === null ? begin() : null;
  await server.ready;
  const beginLater = early ?? begin();
  pidFile?.claim();
  if (isWebsocketd) {
    const { websocketdLines } = await import("./websocketd-lines.ts");
    for (const line of websocketdLines(config, server)) log.write("info", line);
  } else if (server.urls.length > 0) {
    log.announce(`websockd listens on ${server.urls.join(" ")}`);
  }
  handover?.legacy.settle();
  notifier.ready(`listens on ${server.urls.join(" ")}`);
  if (readyDescriptor !== null) tellReady(readyDescriptor);
  beginLater();
}

interface Life extends Start {
  readonly calledAs: string;
  readonly log: Log;
  readonly notifier: Notifier;
  readonly pidFile: PidFile | null;
  readonly sockets: readonly InheritedSocket[];
}

/** Signals are heard from now on. Returns what loads the rest of what they lead to, if none has come by then. */
function live(config: Config, server: Server, of: Life): () => void {
  const { log, notifier } = of;
  let plan = drainPlanOf(config);
  let later: Promise<SignalWork> | null = null;
  let work: SignalWork | null = null;
  let isOver = false;
  const load = async (): Promise<SignalWork> => {
    const { signalWork } = await import("./signal-work.ts");
    const planned = (next: Config) => void (plan = drainPlanOf(next));
    return (work = signalWork(config, server, { ...of, planned }));
  };
  const loaded = () => (later ??= load());
  runUntilSignal(server, {
    log,
    notifier,
    exit: (status) => process.exit(status),
    plan: () => plan,
    reload: async () => (await loaded()).reload(),
    succession: {
      async begin(old) {
        const { succession } = await loaded();
        if (isOver) succession.cancel(); // the signal came while this was loaded
        return succession.begin(old);
      },
      cancel() {
        isOver = true;
        work?.succession.cancel();
      },
    },
    predecessors: of.handover?.predecessors ?? null,
  });
  of.pidFile?.heard();
  return () => void loaded().catch((error: unknown) => logDefect(log, error));
}

/** Null: none is wanted. */
async function openPidFile(
  { start: { pidFile: path } }: Config,
  { log, pid, handed }: { log: Log; pid: number; handed: number | null },
): Promise<PidFile | null> {
  if (path === null) {
    if (handed !== null) closeSync(handed);
    return null;
  }
  const { takePidFile } = await import("./pid-file.ts");
  const file = takePidFile(path, pid, handed);
  const { stalePid } = file;
  if (stalePid !== null) log.write("info", "took over a stale pid file", { pid: stalePid });
  process.once("exit", file.remove); // which does nothing while it has our predecessor's number
  return file;
}

/** One that accepts itself, or, where several workers are wanted, their parent: what only those need is read then. */
async function openServer(
  config: Config,
  resources: Resources,
  of: Start & { readonly workers: number; readonly log: Log },
): Promise<Server> {
  const { workers, log, words, isDaemon } = of;
  if (workers === 1) {
    const { startServer } = await import("../server/server.ts");
    return startServer(config, resources, log);
  }
  const { startParent } = await import("./parent.ts");
  const stderr = isDaemon ? "ignore" : "inherit";
  const program = { words, environment: process.env, stderr } as const;
  return startParent(config, resources, { count: workers, program, log });
}

function openLog(config: Config, writers: Pick<LogOptions, "isShared" | "worker">): Log {
  try {
    return createLog(config.log.level, { ...config.log, ...writers });
  } catch (error) {
    const { code = "", path = "" } = error as NodeJS.ErrnoException;
    throw new StartError(`--log-file=${path}: cannot be opened (${errnoText(code)})`);
  }
}

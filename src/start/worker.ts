// One of several workers: a server on sockets that its parent opened, with its part of what all may use together.

import { writeSync } from "node:fs";
import type { Config } from "../config.ts";
import { ConfigText } from "../share/config-text.ts";
import { fileOfHanded } from "./config-file.ts";
import { openLibc } from "../libc.ts";
import type { Log } from "../log.ts";
import { keepLedger } from "../service/orphans.ts";
import { closeDescriptor } from "../descriptors/posix.ts";
import {
  assignedSockets,
  CONTROL_DESCRIPTOR,
  MEMORY_DESCRIPTOR,
  takeAssignment,
  type Assignment,
} from "./assignment.ts";
import type { QuestionPacket } from "../admin/questions.ts";
import { drainPlanOf, withoutWaiting } from "../server/drain-plan.ts";
import { beat } from "../share/heartbeat.ts";
import { runUntilSignal } from "./lifecycle.ts";
import { Notifier } from "./notifier.ts";
import { reportOrphans } from "./orphan-report.ts";
import { Reloader, type ReadAgain } from "./reload.ts";
import { findResources, searchPath, type Reading, type Resources } from "../server/resources.ts";
import { startServer } from "../server/server.ts";
import { shareOf } from "../share/share.ts";
import { sharedLedger } from "../share/groups.ts";
import { mapSharedMemory } from "../share/memory.ts";
import { EXIT_UNAVAILABLE, StartError } from "../server/start-error.ts";
import { READY, RELOADED, type DrainOrder, type WorkerProblem } from "./worker-message.ts";
import { memorySize, regionsOf } from "../share/regions.ts";

/** prctl(2). */
const PR_SET_PDEATHSIG = 1;
const SIGTERM = 15;

export interface WorkerOptions {
  readonly readAgain: ReadAgain;
  readonly openLog: (worker: number) => Log;
}

/** Serves until a signal, or its parent's death, ends it. What prevents that is told to the parent, which words it. */
export async function runWorker(config: Config, options: WorkerOptions): Promise<void> {
  const assignment = takeAssignment(process.env);
  drainWithParent(assignment.parent);
  try {
    const log = options.openLog(assignment.number);
    await serve(config, { assignment, log, readAgain: options.readAgain });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const problem: WorkerProblem = { text: error.message, status: error.status };
    tell(JSON.stringify(problem));
    process.exit(error.status);
  }
}

interface Work {
  readonly assignment: Assignment;
  readonly log: Log;
  readonly readAgain: ReadAgain;
}

async function serve(config: Config, { assignment, log, readAgain }: Work): Promise<void> {
  const { env: environment, pid } = process;
  const own = partOf(config, assignment);
  const { resources, configText } = await resourcesOf(own, assignment);
  reportOrphans(log);
  const server = await startServer(own, resources, log);
  const { sockets, share } = resources;
  const apply = (next: Reading | null) => {
    if (next === null) return server.reload(null);
    const part = partOf(next.config, assignment);
    return server.reload({
      ...next,
      config: part,
      resources: { ...next.resources, sockets, share },
    });
  };
  // Without a file there is nothing of it to read again.
  const readHanded = async () => {
    const text = configText.read();
    return text === null ? null : readAgain(fileOfHanded(text));
  };
  const reading = { readAgain: readHanded, log, isWorker: true, apply };
  const reloader = new Reloader(config, reading);
  const reload = async (): Promise<void> => {
    await reloader.reload();
    tell(RELOADED);
  };
  const notifier = new Notifier({ environment, pid }); // systemd hears of the parent
  const exit = (status: number) => process.exit(status);
  // Its parent tells of the plan: a signal is the parent's death, or the wish for this one's end, and the sockets are needed.
  const plan = () => withoutWaiting(drainPlanOf(config));
  const life = { log, notifier, exit, plan, reload, succession: null, predecessors: null };
  const drain = runUntilSignal(server, life);
  const of = resources.features.adminOfWorkers;
  await hearParent((packet) => {
    const said = JSON.parse(packet) as DrainOrder | QuestionPacket;
    if ("drain" in said) drain(said.drain, { reason: "its parent stops" });
    else if (of !== null && server.admin) void of.answerTo(server.admin, said).then(tell);
  });
  tell(READY);
}

/** What all may use together, divided; what is counted together stays whole. */
function partOf(config: Config, { number, layout: { workers } }: Assignment): Config {
  const preforkOf = ({ prefork }: Config): Config["prefork"] => {
    const { count } = prefork;
    const part = Math.floor(count / workers) + (number <= count % workers ? 1 : 0);
    // One at least: a program must not find its client's variables at times.
    return { ...prefork, count: count === 0 ? 0 : Math.max(1, part) };
  };
  return {
    ...config,
    listen: { ...config.listen, isAskedFor: false },
    bufferMemory: config.bufferMemory / workers,
    prefork: preforkOf(config),
    routes: config.routes.map((route) => {
      return { ...route, config: { ...route.config, prefork: preforkOf(route.config) } };
    }),
    life: { ...config.life, exitIdleMs: null },
  };
}

/** The parent has found and tried it all; what has changed since then is wrong now. */
async function resourcesOf(
  config: Config,
  { layout, number, seed, ...rest }: Assignment,
): Promise<{ readonly resources: Resources; readonly configText: ConfigText }> {
  const memory = mapSharedMemory(MEMORY_DESCRIPTOR, memorySize(layout));
  if (memory === null) throw new StartError("no memory to share", EXIT_UNAVAILABLE);
  const regions = regionsOf(memory, layout);
  const share = shareOf(regions, { number, seed: BigInt(seed) });
  const sockets = assignedSockets(rest.sockets, share.turn);
  closeDescriptor(MEMORY_DESCRIPTOR);
  const own = regions[number - 1]!;
  keepLedger(sharedLedger(own));
  beat(own);
  const path = searchPath(process.env);
  const { resources, problems } = await findResources(config, path, { isTried: true });
  if (problems.length > 0) throw new StartError(problems.map(({ text }) => text).join("\n"));
  return { resources: { ...resources, sockets, share }, configText: new ConfigText(memory) };
}

/** When the parent dies, however that comes, we hear SIGTERM: sessions and their programs end in good order. */
function drainWithParent(parent: number): void {
  const libc = openLibc({
    prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    getppid: { args: [], returns: "i32" },
  });
  libc.prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  if (libc.getppid() !== parent) process.exit(0); // it died before that
}

async function hearParent(heard: (packet: string) => void): Promise<void> {
  const data = (_: unknown, packet: Buffer) => heard(packet.toString());
  await Bun.connect({ fd: CONTROL_DESCRIPTOR, socket: { data, error() {} } });
}

function tell(message: string): void {
  try {
    writeSync(CONTROL_DESCRIPTOR, message);
  } catch {
    // The parent is gone: SIGTERM is on its way.
  }
}

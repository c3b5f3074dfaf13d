// The parent of several workers: it holds the sockets and the memory that they share, and has no client itself.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { AbandonedGroups } from "../service/abandoned-groups.ts";
import { lookForOrphans, orphanGroupsSince } from "../service/orphans.ts";
import { boundsOf, preforkTotal } from "../server/bounds.ts";
import { ConfigText } from "../share/config-text.ts";
import { handConfigFile, handedText } from "./config-file.ts";
import { watchBeats } from "../share/heartbeat.ts";
import { boundOf, type DrainPlan } from "../server/drain-plan.ts";
import { openAdmin, type ParentAdmin } from "./parent-admin.ts";
import { holdAll, type HeldSockets } from "./held-sockets.ts";
import type { LegacyParts } from "../server/legacy.ts";
import { LeftBehind } from "./left-behind.ts";
import type { Reading, Resources } from "../server/resources.ts";
import type { Server } from "../server/server.ts";
import { notedGroups } from "../share/groups.ts";
import { makeSharedMemory, mapSharedMemory } from "../share/memory.ts";
import { warnAtStart } from "../server/start-warnings.ts";
import { EXIT_CONFIGURATION, EXIT_UNAVAILABLE, StartError } from "../server/start-error.ts";
import { watchIdle } from "../share/whole-idle.ts";
import { WorkerProcess, type WorkerPlan } from "./worker-process.ts";
import { clearRegion, memorySize, regionsOf, STARTING } from "../share/regions.ts";
import type { Region, RegionLayout } from "../share/regions.ts";
import { Workers } from "./workers.ts";

export interface ParentOptions {
  readonly count: number;
  /** Of every worker alike. */
  readonly program: Pick<WorkerPlan, "words" | "environment" | "stderr">;
  readonly log: Log;
}

/** Groups of a worker beside those of its sessions: spares that leave, programs whose places are given back. */
const GROUPS_BESIDE = 64;

/** After the time that workers have for their end, in which they end what is left themselves. */
const KILL_AFTER_MS = 5000;

/** Opens the sockets and starts the workers. Rejects with ListenError, or StartError. */
export async function startParent(
  config: Config,
  resources: Resources,
  options: ParentOptions,
): Promise<Server> {
  const { count, log } = options;
  if (resources.sockets.some(({ isListening }) => !isListening)) {
    const why = "one connection (Accept=yes) is served by one process";
    throw new StartError(`--workers: ${why} (leave --workers out)`, EXIT_CONFIGURATION);
  }
  // Of one worker; its spares are some of those of all.
  const none = { ...config.prefork, count: 0 };
  const { sessionsMax, problem } = boundsOf({ ...config, prefork: none, routes: [] });
  const layout = layoutOf(config, { count, sessionsMax });
  const memory = makeSharedMemory(memorySize(layout));
  const mapped = memory === null ? null : mapSharedMemory(memory, memorySize(layout));
  if (memory === null || mapped === null) {
    throw new StartError("there is no memory for the workers to share", EXIT_UNAVAILABLE);
  }
  const scheme = config.tls === null ? "ws" : "wss";
  const sockets = await holdAll(config.listen, { scheme, workers: count, handed: resources });
  const admin = await openAdmin(config, resources, { log, sockets });
  const suffices = sessionsMax * count >= config.admission.sessionsMax;
  const bounds = { problem: suffices ? null : problem };
  warnAtStart(config, { resources, bounds, urls: sockets.urls, log });
  const regions = regionsOf(mapped, layout);
  const configText = new ConfigText(mapped);
  const parts = { ...options, layout, memory, regions, configText, sockets, admin };
  return new Parent(config, resources, parts);
}

/** The size of what is shared: by how many programs one worker can have. */
function layoutOf(config: Config, of: { count: number; sessionsMax: number }): RegionLayout {
  const { count, sessionsMax } = of;
  const countsAddresses = config.admission.sessionsPerAddressMax > 0;
  const addresses = countsAddresses ? 2 ** Math.ceil(Math.log2(2 * sessionsMax)) : 0;
  const groups = sessionsMax + 2 * Math.ceil(preforkTotal(config) / count) + GROUPS_BESIDE;
  return { workers: count, groups, addresses };
}

interface ParentParts extends ParentOptions {
  readonly layout: RegionLayout;
  readonly memory: number;
  readonly regions: readonly Region[];
  readonly configText: ConfigText;
  readonly sockets: HeldSockets;
  readonly admin: ParentAdmin | null;
}

class Parent implements Server {
  readonly urls: readonly string[];
  readonly ready: Promise<void>;
  readonly #config: Config;
  /** It has sessions of this server yet. */
  readonly #hasPredecessor: () => boolean;
  readonly #left: LeftBehind;
  readonly #parts: ParentParts;
  readonly #workers: Workers;
  /** What dead workers left, while it is ended. */
  readonly #abandoned = new Map<AbandonedGroups, Promise<void>>();
  readonly #idle = Promise.withResolvers<string>();
  readonly #stopLooking: () => void;
  #stopIdle: (() => void) | null = null;

  constructor(config: Config, resources: Resources, parts: ParentParts) {
    const { sockets, count, layout, log, admin } = parts;
    this.#config = config;
    this.#hasPredecessor = () => resources.legacy?.isPredecessorThere() === true;
    this.#left = new LeftBehind(config, resources);
    this.#parts = parts;
    this.urls = sockets.urls;
    const shared = { parent: process.pid, layout, seed: String(Bun.hash(Bun.randomUUIDv7())) };
    this.#workers = new Workers({
      count,
      log,
      start: (number, listener) => {
        const handed = sockets.of(number);
        const assignment = { ...shared, number, sockets: handed };
        const { memory, program } = parts;
        return new WorkerProcess({ ...program, assignment, sockets: handed, memory }, listener);
      },
      gone: (worker) => {
        admin?.source.gone(worker);
        void this.#endOf(worker.number, worker.pid);
      },
    });
    if (admin !== null) admin.workers = () => this.#workers.accepting;
    this.#stopLooking = watchBeats({
      regions: parts.regions,
      hangs: (number) => this.#workers.killHung(number),
    });
    this.ready = this.#begin();
  }

  whenOver(over: (reason: string) => void): void {
    void this.#idle.promise.then(over);
  }

  reload(next: Reading | null): Promise<void> {
    if (next === null || next.file === null) return this.#workers.reload();
    const { program, configText, log } = this.#parts;
    const { config, resources, file } = next;
    this.#left.next(config, resources);
    handConfigFile(program.environment, file); // of those that start later
    configText.write(handedText(file));
    warnAtStart(config, { resources, bounds: { problem: null }, urls: this.urls, log });
    return this.#workers.reload();
  }

  legacy(): LegacyParts {
    const { sockets, admin } = this.#parts;
    const watch = admin?.listeners.legacy() ?? { sockets: [], admin: null };
    return { ...watch, sockets: [...sockets.legacy, ...watch.sockets] };
  }

  /** Each worker drains its sessions by the plan. One that dies meanwhile is not replaced: the others get what would be its. */
  async stop(plan: DrainPlan): Promise<number> {
    this.#stopIdle?.();
    const { admin, sockets } = this.#parts;
    if (plan.hasSuccessor) {
      sockets.leave();
      admin?.listeners.stop();
    } else if (admin !== null) admin.source.isReady = false;
    sockets.letGo();
    const accepted = setTimeout(() => sockets.stop(), plan.delayMs);
    const boundMs = boundOf(plan);
    const late =
      boundMs === null ? undefined : setTimeout(() => this.kill(), boundMs + KILL_AFTER_MS);
    const status = await this.#workers.stop(plan);
    if (plan.hasSuccessor) await admin?.listeners.quiet();
    await Promise.all(this.#abandoned.values());
    for (const timer of [accepted, late]) clearTimeout(timer);
    sockets.stop();
    this.#stopLooking();
    admin?.listeners.stop();
    return status;
  }

  /** The workers go first: none of them starts another program then. */
  kill(): void {
    const pids = this.#workers.pids;
    this.#workers.signal("SIGKILL");
    for (const [i, { groups }] of this.#parts.regions.entries()) {
      this.#left.groupsOf(notedGroups(groups), pids[i] ?? null).signal("SIGKILL");
    }
    for (const groups of this.#abandoned.keys()) groups.signal("SIGKILL");
  }

  /** Log files are opened anew. */
  reopen(): void {
    this.#workers.signal("SIGUSR1");
  }

  async #begin(): Promise<void> {
    const { admin } = this.#parts;
    try {
      await this.#workers.begin();
      await admin?.openTaken();
    } catch (error) {
      this.#parts.sockets.stop();
      admin?.listeners.stop();
      throw error;
    }
    if (admin !== null) admin.source.isReady = true;
    const { exitIdleMs } = this.#config.life;
    if (exitIdleMs === null) return;
    this.#stopIdle = watchIdle({
      exitIdleMs,
      regions: this.#parts.regions,
      areAllReady: () => this.#workers.areAllReady && !this.#hasPredecessor(),
      over: this.#idle.resolve,
    });
  }

  /** Its region is the next one's at once; its programs have the time of the ladder. */
  async #endOf(number: number, pid: number): Promise<void> {
    const region = this.#parts.regions[number - 1]!;
    killGroup(pid);
    const since = Atomics.load(region.words, STARTING);
    const unknown = since === 0 ? [] : orphanGroupsSince(since);
    const groups = this.#left.groupsOf([...notedGroups(region.groups), ...unknown], pid);
    clearRegion(region);
    const ended = groups.end();
    this.#abandoned.set(groups, ended);
    await ended;
    this.#abandoned.delete(groups);
    lookForOrphans();
  }
}

/** What is left of a worker's own group are processes that have not become a program yet. */
function killGroup(worker: number): void {
  try {
    process.kill(-worker, "SIGKILL");
  } catch {
    // There is none, nearly always.
  }
}

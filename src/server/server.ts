// Composition: the one room that sees all others makes them into a server.

import { LIMITS, type Config } from "../config.ts";
import { createKernel, SLAB_SIZE } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import { Ticker } from "../net/ticker.ts";
import { Readiness } from "../descriptors/readiness.ts";
import { launch } from "../service/launcher.ts";
import type { Spares } from "../service/spares.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import { lookIntervalMs } from "../session/keepalive.ts";
import type { Session } from "../session/session.ts";
import { acceptingOpener, type Accepting } from "./accepting.ts";
import type { AdminSource } from "../admin/source.ts";
import { Admission } from "./admission.ts";
import { Attendance } from "./attendance.ts";
import { boundsOf, type Bounds } from "./bounds.ts";
import { ConnectionCounter, type ConnectionCounterOptions } from "./connection-counter.ts";
import { logDefect } from "./defect.ts";
import { openDoor } from "./door.ts";
import { EnvironmentMaker } from "./environment.ts";
import type { Features } from "./features.ts";
import type { Gate } from "./gate.ts";
import { listenAll, type Listening } from "./listening.ts";
import type { HeaderWait } from "./proxies.ts";
import { redirector } from "./redirector.ts";
import type { Resources } from "./resources.ts";
import { reloadSecrets } from "./secrets.ts";
import { serviceOptionsOf } from "./service-options.ts";
import { warnAtStart } from "./start-warnings.ts";
import { createWatch } from "./watching.ts";
import { Starter, type StarterOptions } from "./starter.ts";

export interface Server {
  /** URLs, one for each listening socket. */
  readonly urls: readonly string[];
  /** Resolves when all accept that will; may reject with StartError. Default: they do. */
  readonly ready?: Promise<void>;
  /**
   * Stops accepting, closes every client with 1001, ends every service; resolves when all are gone, and files under way
   * are sent: with the exit status, 0 when all went as it should. What is left after `timeoutMs` is ended at once.
   */
  stop(timeoutMs: number): Promise<number>;
  /** Reads certificates, passwords and tokens again, for the connections to come. A bad one changes nothing, and the log says so. */
  reload(): void | Promise<void>;
  /** Calls back when it is time to stop without a signal, with the reason. */
  whenOver(over: (reason: string) => void): void;
  /** Kills every service, without waiting for anything. */
  kill(): void;
  /** Opens log files of other processes anew. */
  reopen?(): void;
  /** What is told to the parent's operator; default: nothing. */
  readonly admin?: AdminSource | null;
}

export async function startServer(config: Config, resources: Resources, log: Log): Promise<Server> {
  const bounds = boundsOf(config);
  const { share, features } = resources;
  const kernel = createKernel({ slabBytes: bounds.slabs * SLAB_SIZE, ...bounds });
  const failed = (error: unknown) => logDefect(log, error);
  const readiness = await createReadiness(log, failed);
  const keepalive = { ...LIMITS, pingIntervalMs: config.pingIntervalMs };
  const ticker = new Ticker({ roundMs: lookIntervalMs(keepalive), failed });
  const tlsOf = features.tls?.tlsOf ?? null;
  const rules = { ...bounds, config: config.admission, places: share?.places ?? null };
  const admission = new Admission({ ...rules, hasRoom: () => counter.hasRoom });
  const marks = marksOf(config, bounds);
  const attendance = new Attendance({
    once: config.life.once,
    ...exitIdleOf(config, resources),
    isIdle: () => counter.isIdle && admission.taken === 0,
    told: share?.present ?? null,
    close() {
      listening.stop();
      admission.stopping = true;
      void spares?.stop();
    },
  });
  const { admin, tally } = createWatch(config, resources, { ...bounds, kernel, log, admission });
  const shared = { tally, config, kernel, readiness, marks, admission, log, keepalive, ticker };
  const { starter, spares, gate } = createStarter({ ...shared, attendance, resources, bounds });
  const door = openDoor({ ...shared, starter, resources });
  const whenReadable: HeaderWait["whenReadable"] = (...of) => readiness.whenReadable(...of);
  const counting = { tally, admission, bounds, log, attendance, whenReadable };
  const counter = createCounter(config, features, counting);
  let listening: Listening;
  const redirects = redirector(config, starter, () => listening.port);
  try {
    const accepting = {
      secure: securingOf(resources, { bounds, whenReadable, log, room: counter.waitingRoom }),
      tcp: counter.intake(door, { isLocal: false, tlsOf }),
      local: counter.intake(door, { isLocal: true, tlsOf }),
      redirect: counter.intake(redirects, { isLocal: false, tlsOf: null }),
      failed,
    };
    listening = await listenAll(config.listen, acceptingOpener(accepting), resources.sockets);
    await admin?.open(listening);
  } catch (error) {
    readiness.close(); // its bell would keep the process alive
    throw error;
  }
  if (share === null) warnAtStart(config, { resources, bounds, urls: listening.urls, log });
  ticker.start();
  attendance.changed();
  if (listening.urls.length > 0) spares?.fill();
  return {
    urls: listening.urls,
    admin,
    whenOver: (over) => attendance.whenOver(over),
    async stop(timeoutMs) {
      attendance.stop();
      listening.stop();
      admission.stopping = true;
      await drain(starter.sessions, { gone: attendance.gone(), counter, gate, spares, timeoutMs });
      ticker.close();
      readiness.close();
      admin?.close();
      return 0;
    },
    reload: () => reloadSecrets(resources, log),
    kill() {
      gate?.kill();
      for (const session of starter.sessions) session.service.destroy();
      spares?.kill();
    },
  };
}

type StarterParts = Omit<
  StarterOptions,
  "containment" | "environment" | "serviceOptions" | "launch" | "spares" | "gate" | "lookup"
> &
  Parameters<typeof serviceOptionsOf>[1] & {
    readonly resources: Resources;
    readonly bounds: Bounds;
  };

/** What starts programs, those that wait, and the one that is asked before. */
function createStarter(of: StarterParts): {
  starter: Starter;
  spares: Spares | null;
  gate: Gate | null;
} {
  const { config, resources, bounds } = of;
  const environment = new EnvironmentMaker(config.environment, process.env);
  const serviceOptions = serviceOptionsOf(config, of);
  const { containment, features } = resources;
  const launchProgram = features.terminal?.terminalLaunch(config) ?? launch;
  const waiting = { count: bounds.spares, environment: environment.own, launch: launchProgram };
  const spares =
    features.prefork?.createSpares({ ...of, ...waiting, service: serviceOptions.CONNECT }) ?? null;
  const gate = features.gate?.createGate(of) ?? null;
  const { lookup } = features;
  const running = { containment, environment, serviceOptions, spares, gate, lookup };
  const starter = new Starter({ ...of, ...running, launch: launchProgram });
  return { starter, spares, gate };
}

function createCounter(
  { http, proxies }: Config,
  features: Features,
  of: Omit<ConnectionCounterOptions, "fields" | "proxies">,
): ConnectionCounter {
  const fields = [...http.fields, ...http.plainFields];
  const trusted = features.proxies === null ? null : new features.proxies.Proxies(proxies);
  return new ConnectionCounter({ ...of, fields, proxies: trusted });
}

/** One that was handed a client's connection, and nothing to listen on, ends with it. */
function exitIdleOf({ listen, life }: Config, { sockets }: Resources) {
  const [socket] = sockets;
  const isForOne = sockets.length === 1 && !socket!.isListening && !listen.isAskedFor;
  if (isForOne) return { exitIdleMs: 0, idleReason: "its one client has left" };
  return { exitIdleMs: life.exitIdleMs, idleReason: "nobody was connected (--exit-idle)" };
}

async function createReadiness(log: Log, failed: (error: unknown) => void): Promise<Readiness> {
  const readiness = await Readiness.create({ failed });
  if (!readiness.hasBell) {
    const text = "Bun cannot be woken for pipes here: they are asked every millisecond (no /proc?)";
    log.write("info", text);
  }
  return readiness;
}

function securingOf(
  { tls, features }: Resources,
  of: Parameters<NonNullable<Features["tls"]>["securing"]>[1],
): Accepting["secure"] {
  return tls === null || features.tls === null ? null : features.tls.securing(tls, of);
}

function marksOf(config: Config, bounds: Bounds): QueueMarks {
  const high = config.queueHigh;
  return { high, low: high / 4, slabsScarce: bounds.slabsBudget };
}

interface Drain {
  /** Resolves when the last session is gone. */
  readonly gone: Promise<void>;
  readonly counter: ConnectionCounter;
  readonly gate: Gate | null;
  readonly spares: Spares | null;
  readonly timeoutMs: number;
}

/** What was killed is over by then; what cannot be, one of another user's, or in a call that hangs, is left behind. */
const KILLED_MS = 2000;

/** Ends all sessions, in an orderly way as long as there is time. */
async function drain(sessions: ReadonlySet<Session>, of: Drain): Promise<void> {
  for (const session of sessions) session.stop({ kind: "stopping" });
  const sparesGone = of.spares?.stop();
  const asked = of.gate?.stop();
  const late = Promise.withResolvers<void>();
  const tooLate = Promise.withResolvers<void>();
  let timer = setTimeout(() => {
    destroyAll(sessions);
    of.spares?.kill();
    late.resolve();
    timer = setTimeout(tooLate.resolve, KILLED_MS);
  }, of.timeoutMs);
  const over = async () => {
    if (sessions.size > 0) await of.gone;
    await sparesGone;
    await Promise.race([Promise.all([of.counter.quiet(), asked]), late.promise]);
  };
  await Promise.race([over(), tooLate.promise]);
  clearTimeout(timer);
}

function destroyAll(sessions: Iterable<Session>): void {
  for (const { client, service } of sessions) {
    client.destroy();
    service.destroy();
  }
}

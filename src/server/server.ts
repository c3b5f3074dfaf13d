// Composition: the one room that sees all others makes them into a server.

import type { Config } from "../config.ts";
import { createKernel, SLAB_SIZE } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import { Ticker } from "../net/ticker.ts";
import { Readiness } from "../descriptors/readiness.ts";
import { lookIntervalMs } from "../session/keepalive.ts";
import type { Session } from "../session/session.ts";
import { acceptingOpener, type Accepting } from "./accepting.ts";
import type { AdminSource } from "../admin/source.ts";
import type { Admin, AdminOptions } from "./admin.ts";
import { Admission } from "./admission.ts";
import { keepaliveOf } from "./application.ts";
import { Attendance } from "./attendance.ts";
import { boundsOf } from "./bounds.ts";
import { ConnectionCounter, type ConnectionCounterOptions } from "./connection-counter.ts";
import { logDefect } from "./defect.ts";
import { Editions } from "./editions.ts";
import type { Features } from "./features.ts";
import { listenAll, type Listening } from "./listening.ts";
import type { HeaderWait } from "./proxies.ts";
import { redirector } from "./redirector.ts";
import type { Reading, Resources } from "./resources.ts";
import { reloadSecrets, tellOfSecrets } from "./secrets.ts";
import { Sessions } from "./sessions.ts";
import { warnAtStart } from "./start-warnings.ts";
import type { Tally } from "./tally.ts";

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
  /**
   * For what comes from now on: serves by what is next, or, null, by certificates, passwords and tokens read again: a bad
   * one changes nothing, and the log says so.
   */
  reload(next: Reading | null): void | Promise<void>;
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
  const keepalive = keepaliveOf(config);
  const ticker = new Ticker({ roundMs: lookIntervalMs(keepalive), failed });
  const tlsOf = features.tls?.tlsOf ?? null;
  const rules = { ...bounds, config: config.admission, places: share?.places ?? null };
  const admission = new Admission({ ...rules, hasRoom: () => counter.hasRoom });
  const attendance = new Attendance({
    once: config.life.once,
    ...exitIdleOf(config, resources),
    isIdle: () => counter.isIdle && admission.taken === 0,
    told: share?.present ?? null,
    close() {
      listening.stop();
      admission.stopping = true;
      void editions.now.stopSpares();
    },
  });
  const { admin, tally } = createAdmin(config, resources, { ...bounds, kernel, log, admission });
  const sessions = new Sessions();
  const shared = { tally, kernel, readiness, bounds, admission, log, keepalive, ticker };
  const editions = new Editions(
    { config, resources, file: null },
    { ...shared, attendance, sessions },
  );
  const whenReadable: HeaderWait["whenReadable"] = (...of) => readiness.whenReadable(...of);
  const now = () => editions.now;
  const counting = { tally, admission, bounds, log, attendance, whenReadable, now };
  const counter = createCounter(config, features, counting);
  let listening: Listening;
  const redirects = redirector(config, editions.now.starter, () => listening.port);
  try {
    const accepting = {
      secure: securingOf(resources, { bounds, whenReadable, log, room: counter.waitingRoom }),
      tcp: counter.intake(editions, { isLocal: false, tlsOf }),
      local: counter.intake(editions, { isLocal: true, tlsOf }),
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
  if (listening.urls.length > 0) editions.now.fill();
  return {
    urls: listening.urls,
    admin,
    whenOver: (over) => attendance.whenOver(over),
    async stop(timeoutMs) {
      attendance.stop();
      listening.stop();
      admission.stopping = true;
      const { running } = sessions;
      await drain(running, { gone: attendance.gone(), counter, editions, timeoutMs });
      ticker.close();
      readiness.close();
      admin?.close();
      return 0;
    },
    reload(next) {
      if (next === null) return reloadSecrets(editions.reading.resources, log);
      const { tls } = resources; // the listeners have this one
      editions.begin({ ...next, resources: { ...next.resources, tls } });
      if (next.resources.tls !== null) tls?.become(next.resources.tls);
      tellOfSecrets(next.resources, log);
      if (share !== null) return;
      warnAtStart(next.config, {
        ...next,
        bounds: boundsOf(next.config),
        urls: listening.urls,
        log,
      });
    },
    kill() {
      editions.killGates();
      for (const session of sessions.running) session.service.destroy();
      editions.killSpares();
    },
  };
}

/** A worker is asked by its parent alone. */
function createAdmin(
  { admin: at }: Config,
  { features, share }: Resources,
  of: Omit<AdminOptions, "at" | "isReady"> & { readonly admission: Admission },
): { readonly admin: Admin | null; readonly tally: Tally | null } {
  if (at === null || features.admin === null) return { admin: null, tally: null };
  const isReady = () => !of.admission.stopping;
  const admin = new features.admin.Admin({ ...of, at: share === null ? at : null, isReady });
  return { admin, tally: admin.tally };
}

function createCounter(
  { proxies }: Config,
  features: Features,
  of: Omit<ConnectionCounterOptions, "proxies">,
): ConnectionCounter {
  const trusted = features.proxies === null ? null : new features.proxies.Proxies(proxies);
  return new ConnectionCounter({ ...of, proxies: trusted });
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

interface Drain {
  /** Resolves when the last session is gone. */
  readonly gone: Promise<void>;
  readonly counter: ConnectionCounter;
  readonly editions: Editions;
  readonly timeoutMs: number;
}

/** What was killed is over by then; what cannot be, one of another user's, or in a call that hangs, is left behind. */
const KILLED_MS = 2000;

/** Ends all sessions, in an orderly way as long as there is time. */
async function drain(sessions: ReadonlySet<Session>, of: Drain): Promise<void> {
  for (const session of sessions) session.stop({ kind: "stopping" });
  const sparesGone = of.editions.stopSpares();
  const asked = of.editions.stopGates();
  const late = Promise.withResolvers<void>();
  const tooLate = Promise.withResolvers<void>();
  let timer = setTimeout(() => {
    destroyAll(sessions);
    of.editions.killSpares();
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

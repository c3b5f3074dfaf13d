// Composition: the one room that sees all others makes them into a server.

import type { Config } from "../config.ts";
import { createKernel, SLAB_SIZE } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import type { ConnectionOptions } from "../net/connection.ts";
import { Ticker } from "../net/ticker.ts";
import { Readiness } from "../descriptors/readiness.ts";
import { lookIntervalMs } from "../session/keepalive.ts";
import { acceptingOpener, type Accepting } from "./accepting.ts";
import type { AdminSource } from "../admin/source.ts";
import type { Admin, AdminOptions } from "./admin.ts";
import { Admission } from "./admission.ts";
import { keepaliveOf } from "./application.ts";
import { Attendance } from "./attendance.ts";
import { boundsOf } from "./bounds.ts";
import { ConnectionCounter, type ConnectionCounterOptions } from "./connection-counter.ts";
import { logDefect } from "./defect.ts";
import { drain } from "./drain.ts";
import { ACCEPTED_TIMEOUT_MS, type DrainPlan } from "./drain-plan.ts";
import { Edition } from "./edition.ts";
import type { Features } from "./features.ts";
import type { RequestTaker } from "./front-door.ts";
import type { LegacyParts } from "./legacy.ts";
import { listenAll, type Listening } from "./listening.ts";
import type { HeaderWait } from "./proxies.ts";
import { redirector } from "./redirector.ts";
import type { Resources } from "./resources.ts";
import { reloadSecrets } from "./secrets.ts";
import { Sessions } from "./sessions.ts";
import { warnAtStart } from "./start-warnings.ts";
import type { Tally } from "./tally.ts";

export interface Server {
  /** URLs, one for each listening socket. */
  readonly urls: readonly string[];
  /** Resolves when all accept that will; may reject with StartError. Default: they do. */
  readonly ready?: Promise<void>;
  /**
   * Says at once that it is not ready. After the plan's delay stops accepting; closes every client, and ends every
   * service, or lets them finish. Resolves when all are gone, and files under way are sent: with the exit status, 0 when
   * all went as it should. To be called once.
   */
  stop(plan: DrainPlan): Promise<number>;
  /** Reads certificates, passwords and tokens again, for the connections to come. A bad one changes nothing, and the log says so. */
  reload(): void | Promise<void>;
  /** Calls back when it is time to stop without a signal, with the reason. */
  whenOver(over: (reason: string) => void): void;
  /** Kills every service, without waiting for anything. */
  kill(): void;
  /** Opens log files of other processes anew. */
  reopen?(): void;
  /** What a successor gets of us. */
  legacy(): LegacyParts;
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
  const letNobodyIn = () => {
    listening.stop();
    admission.stopping = true;
  };
  const attendance = new Attendance({
    once: config.life.once,
    ...exitIdleOf(config, resources),
    isIdle: () => counter.isIdle && admission.taken === 0,
    told: share?.present ?? null,
    close() {
      letNobodyIn();
      void edition.stopSpares();
    },
  });
  const { admin, tally } = createAdmin(config, resources, { ...bounds, kernel, log, admission });
  const sessions = new Sessions();
  const shared = { tally, kernel, readiness, bounds, admission, log, keepalive, ticker };
  const edition = new Edition(config, resources, { ...shared, attendance, sessions });
  const whenReadable: HeaderWait["whenReadable"] = (...of) => readiness.whenReadable(...of);
  const counting = { tally, admission, bounds, log, attendance, whenReadable };
  const counter = createCounter(config, features, counting);
  let listening: Listening;
  const redirects = redirector(config, edition.starter, () => listening.port);
  try {
    const accepting = {
      ...intakesOf(counter, { door: edition.door, redirects, tlsOf }),
      secure: securingOf(resources, { bounds, whenReadable, log, room: counter.waitingRoom }),
      failed,
    };
    listening = await listenAll(config.listen, acceptingOpener(accepting), resources);
    await admin?.open(listening);
  } catch (error) {
    readiness.close(); // its bell would keep the process alive
    throw error;
  }
  if (share === null) warnAtStart(config, { resources, bounds, urls: listening.urls, log });
  ticker.start();
  attendance.changed();
  if (listening.urls.length > 0) edition.fill();
  return {
    urls: listening.urls,
    admin,
    whenOver: (over) => attendance.whenOver(over),
    legacy: () => ({ sockets: listening.legacy, admin: admin?.legacy() ?? null }),
    async stop(plan) {
      if (plan.hasSuccessor) await leave({ listening, admin, counter });
      admission.leaving = true;
      await drain({ letNobodyIn, sessions, attendance, counter, edition }, plan);
      ticker.close();
      readiness.close();
      admin?.close();
      return 0;
    },
    reload: () => reloadSecrets(resources, log),
    kill() {
      edition.killGates();
      for (const session of sessions.running) session.service.destroy();
      edition.killSpares();
    },
  };
}

/** A successor accepts, and is asked; resolves when whom we have accepted is served. */
async function leave(of: {
  readonly listening: Listening;
  readonly admin: Admin | null;
  readonly counter: ConnectionCounter;
}): Promise<void> {
  of.listening.leave();
  of.admin?.close();
  await of.counter.empty(ACCEPTED_TIMEOUT_MS);
}

/** A worker is asked by its parent alone. */
function createAdmin(
  { admin: at }: Config,
  { features, share, legacy }: Resources,
  of: Omit<AdminOptions, "at" | "isReady" | "legacy"> & { readonly admission: Admission },
): { readonly admin: Admin | null; readonly tally: Tally | null } {
  if (at === null || features.admin === null) return { admin: null, tally: null };
  const isReady = () => !of.admission.leaving && !of.admission.stopping;
  const admin = new features.admin.Admin({
    ...of,
    at: share === null ? at : null,
    legacy: legacy?.admin ?? null,
    isReady,
  });
  return { admin, tally: admin.tally };
}

function intakesOf(
  counter: ConnectionCounter,
  of: { door: RequestTaker; redirects: RequestTaker; tlsOf: ConnectionOptions["tlsOf"] },
): Pick<Accepting, "tcp" | "local" | "redirect"> {
  const { door, redirects, tlsOf } = of;
  return {
    tcp: counter.intake(door, { isLocal: false, tlsOf }),
    local: counter.intake(door, { isLocal: true, tlsOf }),
    redirect: counter.intake(redirects, { isLocal: false, tlsOf: null }),
  };
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

// Composition: the one room that sees all others makes them into a server.

import type { Config } from "../config.ts";
import { createKernel, SLAB_SIZE } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import { Ticker } from "../net/ticker.ts";
import { Readiness } from "../descriptors/readiness.ts";
import { lookIntervalMs } from "../session/keepalive.ts";
import { acceptingOpener, type Accepting } from "./accepting.ts";
import type { AdminSource } from "../admin/source.ts";
import { Admission } from "./admission.ts";
import { keepaliveOf } from "./application.ts";
import { Attendance } from "./attendance.ts";
import { boundsOf } from "./bounds.ts";
import { ConnectionCounter, type ConnectionCounterOptions } from "./connection-counter.ts";
import { logDefect } from "./defect.ts";
import { Editions } from "./editions.ts";
import { ACCEPTED_TIMEOUT_MS, type DrainPlan } from "./drain-plan.ts";
import type { Features } from "./features.ts";
import type { LegacyParts } from "./legacy.ts";
import { listenAll, type Listening } from "./listening.ts";
import type { HeaderWait } from "./proxies.ts";
import { redirector } from "./redirector.ts";
import type { Reading, Resources } from "./resources.ts";
import { reloadSecrets, tellOfSecrets } from "./secrets.ts";
import { Sessions } from "./sessions.ts";
import { warnAtStart } from "./start-warnings.ts";
import type { Watch } from "./watch.ts";
import { createWatch } from "./watching.ts";
import type { Share } from "../share/share.ts";
import type { TlsContext } from "../net/tls-context.ts";

export interface Server {
  /** URLs, one for each listening socket. */
  readonly urls: readonly string[];
  /** Resolves when all accept that will; may reject with StartError. Default: they do. */
  readonly ready?: Promise<void>;
  /**
   * Says at once that it is not ready. After the plan's delay stops accepting; closes every client, and ends every
   * service, or lets them finish. Resolves when all are gone, and files under way are sent: with the exit status, 0 when
   * all went as it should. To be called once, and once more where there was a successor, and nobody is to finish.
   */
  stop(plan: DrainPlan): Promise<number>;
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
    return editions.stopSpares();
  };
  const attendance = new Attendance({
    once: config.life.once,
    ...exitIdleOf(config, resources),
    isIdle: () => counter.isIdle && admission.taken === 0,
    isAlone: () => resources.legacy?.isPredecessorThere() !== true,
    told: share?.present ?? null,
    close: () => void letNobodyIn(),
  });
  const { admin, tally } = createWatch(config, resources, { ...bounds, kernel, log, admission });
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
    listening = await listenAll(config.listen, acceptingOpener(accepting), resources);
    await admin?.open(listening);
  } catch (error) {
    readiness.close(); // its bell would keep the process alive
    throw error;
  }
  if (share === null) warnAtStart(config, { resources, bounds, urls: listening.urls, log });
  ticker.start();
  attendance.changed();
  if (listening.urls.length > 0) editions.now.fill();
  const { tls } = resources;
  const running = { share, tls, log, readiness, ticker, admission, attendance };
  return new OpenServer({ ...running, letNobodyIn, sessions, counter, editions, listening, admin });
}

interface OpenServerParts {
  readonly share: Share | null;
  /** Those of the listeners. */
  readonly tls: TlsContext | null;
  readonly log: Log;
  readonly readiness: Readiness;
  readonly ticker: Ticker;
  readonly admission: Admission;
  readonly attendance: Attendance;
  readonly letNobodyIn: () => Promise<void>;
  readonly sessions: Sessions;
  readonly counter: ConnectionCounter;
  readonly editions: Editions;
  readonly listening: Listening;
  readonly admin: Watch | null;
}

class OpenServer implements Server {
  readonly #parts: OpenServerParts;

  #isClosed = false;
  /** Loaded when it listens: no start waits for it. */
  #drain: Promise<typeof import("./drain.ts")> | null = null;

  constructor(parts: OpenServerParts) {
    this.#parts = parts;
    setImmediate(() => this.#loadDrain().catch(() => {})); // told when it is wanted
  }

  get urls(): readonly string[] {
    return this.#parts.listening.urls;
  }

  get admin(): AdminSource | null {
    return this.#parts.admin;
  }

  whenOver(over: (reason: string) => void): void {
    this.#parts.attendance.whenOver(over);
  }

  legacy(): LegacyParts {
    const { listening, admin } = this.#parts;
    const watch = admin?.legacy() ?? { sockets: [], admin: null };
    return { ...watch, sockets: [...listening.legacy, ...watch.sockets] };
  }

  async stop(plan: DrainPlan): Promise<number> {
    const { admission, ticker, readiness, admin, listening, counter } = this.#parts;
    if (plan.hasSuccessor) {
      listening.leave();
      await Promise.all([counter.empty(ACCEPTED_TIMEOUT_MS), admin?.leave()]);
    }
    admission.leaving = true;
    const canCome = this.urls.length > 0 && !admission.stopping;
    const { drain } = await this.#loadDrain();
    await drain(this.#parts, canCome ? plan : { ...plan, delayMs: 0 });
    if (this.#isClosed) return 0;
    this.#isClosed = true;
    ticker.close();
    readiness.close();
    admin?.close();
    return 0;
  }

  #loadDrain(): Promise<typeof import("./drain.ts")> {
    return (this.#drain ??= import("./drain.ts"));
  }

  reload(next: Reading | null): void {
    const { admission, editions, log, tls, share } = this.#parts;
    if (admission.stopping) return; // one that was under way: what it would start is for nobody
    if (next === null) return reloadSecrets(editions.reading.resources, log);
    const { config, resources } = next;
    editions.begin({ ...next, resources: { ...resources, tls } });
    if (resources.tls !== null) tls?.become(resources.tls);
    tellOfSecrets(resources, log);
    if (share !== null) return; // the parent warns
    warnAtStart(config, { resources, bounds: boundsOf(config), urls: this.urls, log });
  }

  kill(): void {
    const { editions, sessions } = this.#parts;
    sessions.killGates();
    for (const session of sessions.running) session.service.destroy();
    editions.killSpares();
  }
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

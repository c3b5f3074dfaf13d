// Composition: the one room that sees all others makes them into a server.

import { LIMITS, type Config } from "../config.ts";
import { createKernel, SLAB_SIZE } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import type { TlsContext } from "../net/tls-context.ts";
import type { TlsOptions } from "../net/tls-listener.ts";
import { Ticker } from "../net/ticker.ts";
import { Readiness } from "../service/readiness.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import { lookIntervalMs } from "../session/keepalive.ts";
import type { Session } from "../session/session.ts";
import { Admission } from "./admission.ts";
import { Attendance } from "./attendance.ts";
import { boundsOf, type Bounds } from "./bounds.ts";
import { ConnectionGate } from "./connection-gate.ts";
import { openDoor } from "./door.ts";
import { listenAll, type Listening } from "./listening.ts";
import { Proxies } from "./proxies.ts";
import { redirector } from "./redirector.ts";
import type { Resources } from "./resources.ts";
import { Starter } from "./starter.ts";

export interface Server {
  /** URLs, one for each listening socket. */
  readonly urls: readonly string[];
  /**
   * Stops accepting, closes every client with 1001, ends every service; resolves when all are gone, and files under way
   * are sent. What is left after `timeoutMs` is ended at once.
   */
  stop(timeoutMs: number): Promise<void>;
  /** Reads certificates again, for the connections to come. A bad one changes nothing, and the log says so. */
  reload(): void;
  /** Calls back when it is time to stop without a signal, with the reason. */
  whenOver(over: (reason: string) => void): void;
  /** Kills every service, without waiting for anything. */
  kill(): void;
}

export async function startServer(config: Config, resources: Resources, log: Log): Promise<Server> {
  const bounds = boundsOf(config);
  if (bounds.problem !== null)
    log.write("info", bounds.problem, { maxforks: config.admission.sessionsMax });
  const { sessionsMax } = bounds;
  const kernel = createKernel({ slabBytes: bounds.slabs * SLAB_SIZE, sessionsMax });
  const failed = (error: unknown) => {
    log.write("error", `defect: ${error instanceof Error ? error.stack : String(error)}`);
  };
  const readiness = await createReadiness(log, failed);
  const keepalive = { ...LIMITS, pingIntervalMs: config.pingIntervalMs };
  const ticker = new Ticker({ roundMs: lookIntervalMs(keepalive), failed });
  const isTls = config.tls !== null;
  const admission = new Admission({ config: config.admission, sessionsMax });
  const marks = marksOf(config, bounds);
  const attendance = new Attendance({
    once: config.life.once,
    ...exitIdleOf(config, resources),
    isIdle: () => gate.isIdle && admission.taken === 0,
    close() {
      listening.stop();
      admission.stopping = true;
    },
  });
  const shared = { config, kernel, readiness, marks, admission, log, keepalive, ticker };
  const starter = new Starter({ ...shared, attendance, containment: resources.containment });
  const door = openDoor({ ...shared, starter, resources });
  const fields = [...config.http.fields, ...config.http.plainFields];
  const proxies = new Proxies(config.proxies);
  const whenReadable = whenReadableOf(readiness);
  const gated = { admission, bounds, fields, log, attendance, proxies, whenReadable };
  const gate = new ConnectionGate(gated);
  let listening: Listening;
  const redirects = redirector(config, starter, () => listening.port);
  try {
    const accepting = {
      tls: tlsOptionsOf(resources.tls, { bounds, whenReadable, log, room: gate.waitingRoom }),
      tcp: gate.intake(door, { isLocal: false, isTls }),
      local: gate.intake(door, { isLocal: true, isTls }),
      redirect: gate.intake(redirects, { isLocal: false, isTls: false }),
      failed,
    };
    listening = await listenAll(config.listen, accepting, resources.sockets);
  } catch (error) {
    readiness.close(); // its bell would keep the process alive
    throw error;
  }
  warnOfExpired(resources.tls, log);
  ticker.start();
  attendance.changed();
  const { sessions } = starter;
  return {
    urls: listening.urls,
    whenOver: (over) => attendance.whenOver(over),
    async stop(timeoutMs) {
      attendance.stop();
      listening.stop();
      admission.stopping = true;
      await drain(sessions, { gone: attendance.gone(), quiet: () => gate.quiet(), timeoutMs });
      ticker.close();
      readiness.close();
    },
    reload: () => reloadCertificates(resources.tls, log),
    kill() {
      for (const session of sessions) session.service.destroy();
    },
  };
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

/** Clients will refuse them; whoever runs this should hear of it first. */
function warnOfExpired(tls: TlsContext | null, log: Log): void {
  for (const { file, isExpired } of tls?.describe() ?? []) {
    if (isExpired)
      log.write("error", `the certificate in ${file} has expired (renew it, then SIGHUP)`);
  }
}

function reloadCertificates(tls: TlsContext | null, log: Log): void {
  try {
    tls?.reload();
    warnOfExpired(tls, log);
    log.write("info", tls === null ? "there are no certificates to read" : "certificates read");
  } catch (error) {
    const text = `the certificates stay as they were: ${(error as Error).message}`;
    log.write("error", text);
  }
}

/** For sockets whose first bytes are looked at before Bun reads them. */
function whenReadableOf(readiness: Readiness): TlsOptions["whenReadable"] {
  return (fd, ready) => {
    const unwatch = () => readiness.unwatch(fd);
    readiness.watchReadable(fd, {
      ready() {
        unwatch();
        ready();
      },
      failed() {}, // the socket's own deadline ends it
    });
    return unwatch;
  };
}

function tlsOptionsOf(
  context: TlsContext | null,
  of: Pick<TlsOptions, "whenReadable" | "room"> & { bounds: Bounds; log: Log },
): TlsOptions | null {
  if (context === null) return null;
  const { bounds, whenReadable, room, log } = of;
  return {
    context,
    hellosMax: bounds.reserved / 2,
    whenReadable,
    room,
    failed: (peer, text) => {
      const reason = text ?? "closed by the peer before its handshake";
      log.write(
        text === null ? "debug" : "access",
        "TLS REFUSED",
        { peer: peer || undefined, reason },
        "http",
      );
    },
  };
}

function marksOf(config: Config, bounds: Bounds): QueueMarks {
  const high = config.queueHigh;
  return { high, low: high / 4, slabsScarce: bounds.slabsBudget };
}

interface Drain {
  /** Resolves when the last session is gone. */
  readonly gone: Promise<void>;
  /** Resolves when no answer is under way. */
  readonly quiet: () => Promise<void>;
  readonly timeoutMs: number;
}

/** Ends all sessions, in an orderly way as long as there is time. */
async function drain(sessions: ReadonlySet<Session>, of: Drain): Promise<void> {
  for (const session of sessions) session.stop({ kind: "stopping" });
  const late = Promise.withResolvers<void>();
  const deadline = setTimeout(() => {
    destroyAll(sessions);
    late.resolve();
  }, of.timeoutMs);
  if (sessions.size > 0) await of.gone;
  await Promise.race([of.quiet(), late.promise]);
  clearTimeout(deadline);
}

function destroyAll(sessions: Iterable<Session>): void {
  for (const { client, service } of sessions) {
    client.destroy();
    service.destroy();
  }
}

// What serves WebSockets at a path: a program, or a directory of them, with all that its configuration says of it.

import { LIMITS, type Config } from "../config.ts";
import type { Readiness } from "../descriptors/readiness.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import type { Ticker } from "../net/ticker.ts";
import { launch } from "../service/launcher.ts";
import type { Spares } from "../service/spares.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import type { KeepaliveLimits } from "../session/keepalive.ts";
import type { Admission } from "./admission.ts";
import type { Attendance } from "./attendance.ts";
import type { Bounds } from "./bounds.ts";
import { EnvironmentMaker } from "./environment.ts";
import type { Features } from "./features.ts";
import type { ProgramResources } from "./resources.ts";
import { serviceOptionsOf } from "./service-options.ts";
import type { Sessions } from "./sessions.ts";
import { Starter } from "./starter.ts";
import type { Tally } from "./tally.ts";
import { Upgrader } from "./upgrade.ts";

/** What a server has once, whatever it serves. */
export interface ServerParts {
  readonly kernel: Kernel;
  readonly readiness: Readiness;
  readonly bounds: Bounds;
  readonly admission: Admission;
  readonly attendance: Attendance;
  readonly sessions: Sessions;
  readonly keepalive: KeepaliveLimits;
  readonly ticker: Ticker;
  readonly log: Log;
  /** Null: nobody counts. */
  readonly tally: Tally | null;
}

export interface ApplicationOptions extends ServerParts {
  readonly config: Config;
  readonly program: ProgramResources;
  readonly features: Features;
  /** Programs that wait for a client. */
  readonly spares: number;
}

export interface Application {
  readonly starter: Starter;
  /** Null: there is no program. */
  readonly upgrader: Upgrader | null;
  readonly marks: QueueMarks;
  readonly spares: Spares | null;
}

export function openApplication(options: ApplicationOptions): Application {
  const { config, program, features, kernel } = options;
  const { programs, containment } = program;
  const marks = marksOf(config, options.bounds);
  const shared = { ...options, marks, resources: program };
  const environment = new EnvironmentMaker(config.environment, process.env);
  const serviceOptions = serviceOptionsOf(config, shared);
  const launchProgram = features.terminal?.terminalLaunch(config) ?? launch;
  const waiting = { count: options.spares, environment: environment.own, launch: launchProgram };
  const service = serviceOptions.CONNECT;
  const spares = features.prefork?.createSpares({ ...shared, ...waiting, service }) ?? null;
  const gate = features.gate?.createGate(shared) ?? null;
  const { lookup } = features;
  const running = { containment, environment, serviceOptions, spares, gate, lookup };
  const starter = new Starter({ ...shared, ...running, launch: launchProgram });
  if (programs === null) return { starter, upgrader: null, marks, spares };
  const compression =
    config.compress === "off" || features.compression === null
      ? null
      : new features.compression.Compression(kernel, config);
  const upgrader = new Upgrader({ ...shared, programs, compression, starter });
  return { starter, upgrader, marks, spares };
}

function marksOf(config: Config, bounds: Bounds): QueueMarks {
  const high = config.queueHigh;
  return { high, low: high / 4, slabsScarce: bounds.slabsBudget };
}

/** Those of a server. */
export function keepaliveOf({ pingIntervalMs }: Config): KeepaliveLimits {
  return { ...LIMITS, pingIntervalMs };
}

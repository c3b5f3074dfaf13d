// What a command line comes to, for the tests that expect it to be taken, or refused.

import { parseArguments } from "./judged.ts";
import type { Config } from "../../src/config.ts";

export function configOf(...argv: string[]): Config {
  const result = parseArguments(argv);
  if (result.kind === "error") throw new Error(result.text);
  if (result.kind !== "run") throw new Error(result.kind);
  return result.config;
}

export function errorOf(...argv: string[]): string {
  const result = parseArguments(argv);
  if (result.kind !== "error") throw new Error(`taken: ${JSON.stringify(result)}`);
  return result.text;
}

/** What no option changes. */
export const DEFAULTS: Config = {
  personality: "websockd",
  file: null,
  command: ["cat"],
  directory: null,
  routes: [],
  basePath: "",
  listen: {
    addresses: [],
    port: 80,
    hasTcp: true,
    isAskedFor: false,
    unixSocket: null,
    redirectPort: null,
  },
  admin: null,
  health: null,
  tls: null,
  authentication: null,
  admission: {
    sessionsMax: 1024,
    sessionsPerAddressMax: 0,
    origin: { isOpen: false, sameOrigin: false, allowed: [] },
    hosts: [],
    reverseLookup: false,
  },
  proxies: { trusted: [], fields: ["x-forwarded-for"], headerRequired: false },
  gate: null,
  http: {
    staticDirectory: null,
    cgiDirectory: null,
    cgiTimeoutMs: 60_000,
    hasConsole: false,
    fields: [],
    upgradeFields: [],
    plainFields: [],
  },
  environment: { passed: ["PATH", "LD_LIBRARY_PATH"], set: [] },
  life: {
    ladder: [
      { signal: null, waitMs: 100 },
      { signal: "SIGINT", waitMs: 250 },
      { signal: "SIGTERM", waitMs: 500 },
      { signal: "SIGKILL", waitMs: 0 },
    ],
    finishTimeoutMs: null,
    lingerMs: 250,
    sessionTimeoutMs: null,
    idleTimeoutMs: null,
    once: false,
    exitIdleMs: null,
  },
  drain: { delayMs: 0, mode: "close", timeoutMs: null, code: 1001 },
  containment: {
    user: null,
    group: null,
    directory: null,
    umask: null,
    niceness: null,
    limits: [],
    cgroup: null,
  },
  prefork: { count: 0, tellsVariables: false },
  start: { inetd: false, daemon: false, pidFile: null, readyDescriptor: null, workers: 1 },
  messageSizeMax: 1_048_576,
  closeExtraMs: 0,
  queueHigh: 256 * 1024,
  bufferMemory: 256 * 1024 * 1024,
  log: { level: "access", format: "auto", stream: "stderr", file: null },
  closeCodes: "status",
  framing: "lines",
  frameType: null,
  recordSizeMax: 16 * 1024 * 1024,
  invalidUtf8: "replace",
  stderr: "log",
  pty: null,
  compress: "off",
  compressMin: 1024,
  subprotocols: [],
  subprotocolRequired: false,
  pingIntervalMs: 25_000,
};

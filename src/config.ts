// The frozen configuration: what cli/ makes of the command line and server/ builds from.

import type { LogLevel } from "./log.ts";

export interface Config {
  /** COMMAND and its arguments. */
  readonly command: readonly string[];
  readonly addresses: readonly string[];
  readonly port: number;
  /** Sessions at once; 0 = as many as the descriptors allow. */
  readonly sessionsMax: number;
  /** Bytes of a message from a client; 0 = no limit. */
  readonly messageSizeMax: number;
  /** Milliseconds added to each wait of the termination ladder. */
  readonly closeExtraMs: number;
  /** High mark of a queue, in bytes. */
  readonly queueHigh: number;
  /** Budget of all queues together, in bytes. */
  readonly bufferMemory: number;
  readonly logLevel: LogLevel;
  readonly closeCodes: "status" | "plain";
  /** How records are told apart on stdin and stdout. */
  readonly framing: "lines" | "length";
  /** permessage-deflate: `takeover` keeps the contexts from message to message where the client agrees. */
  readonly compress: "off" | "on" | "takeover";
  /** Bytes from which on a message is compressed. */
  readonly compressMin: number;
  /** The subprotocols that the program speaks. */
  readonly subprotocols: readonly string[];
  readonly subprotocolRequired: boolean;
  /** Milliseconds between pings; 0 = none. */
  readonly pingIntervalMs: number;
}

export const VERSION = "0.1.0";

/** Bounds without an option of their own yet; DESIGN 7 has their reasons. */
export const LIMITS = {
  headSizeMax: 16 * 1024,
  targetSizeMax: 8 * 1024,
  fieldsMax: 100,
  headTimeoutMs: 10_000,
  fragmentsMax: 1_048_576,
  fragmentsEmptyMax: 4096,
  closeTimeoutMs: 5000,
  stallTimeoutMs: 30_000,
  /**
   * A client that takes nothing is likely alive: its own kernel would soon say otherwise. Two minutes are a debugger's
   * breakpoint or a lost network that comes back, and what its program may hold of ours meanwhile is bounded.
   */
  writeStallTimeoutMs: 120_000,
  drainTimeoutMs: 60_000,
} as const;

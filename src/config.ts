// The frozen configuration: what cli/ makes of the command line and server/ builds from.

import type { AddressConfig, AdminConfig, ListenConfig } from "./config-listen.ts";
import type { ContainmentConfig, PtyConfig } from "./config-programs.ts";
import type { DrainConfig, LifeConfig, PreforkConfig } from "./config-life.ts";
import type { LogConfig } from "./log-format.ts";
import type { RoutePath } from "./route-path.ts";

/** A field of a response: name and value. */
export type HeaderField = readonly [name: string, value: string];

export interface Config {
  /** Under the name of websocketd its exit codes, its open Origin rule, its log and its stream hold. */
  readonly personality: "websockd" | "websocketd";
  /** The configuration file; null: there is none. It says what the programs' secrets are. */
  readonly file: string | null;
  /** COMMAND and its arguments; empty when there is none. */
  readonly command: readonly string[];
  /** Programs by path, instead of COMMAND. */
  readonly directory: string | null;
  /** In the order in which they are asked; what none of them takes is COMMAND's, or --dir's. */
  readonly routes: readonly RouteConfig[];
  /** Everything is below this path, `/app`, which is decoded; empty: it is not. */
  readonly basePath: string;
  readonly listen: ListenConfig;
  /** Where the operator asks; null: nowhere. */
  readonly admin: AdminConfig | null;
  /** Where anybody may ask whether it lives and is ready, and its figures; null: nowhere. */
  readonly health: AddressConfig | null;
  readonly tls: TlsConfig | null;
  /** Null: nobody need say who they are. */
  readonly authentication: AuthenticationConfig | null;
  readonly admission: AdmissionConfig;
  readonly proxies: ProxiesConfig;
  /** Null: none is asked. */
  readonly gate: GateConfig | null;
  readonly http: HttpConfig;
  readonly environment: EnvironmentConfig;
  readonly life: LifeConfig;
  readonly drain: DrainConfig;
  readonly containment: ContainmentConfig;
  readonly prefork: PreforkConfig;
  readonly start: StartConfig;
  /** Bytes of a message from a client; 0 = no limit. */
  readonly messageSizeMax: number;
  /** Milliseconds added to each wait of the termination ladder. */
  readonly closeExtraMs: number;
  /** High mark of a queue, in bytes. */
  readonly queueHigh: number;
  /** Budget of all queues together, in bytes. */
  readonly bufferMemory: number;
  readonly log: LogConfig;
  readonly closeCodes: "status" | "plain";
  /** How records are told apart on stdin and stdout. */
  readonly framing: "lines" | "nul" | "raw" | "length" | "netstring" | "json";
  /** What records go out as that do not say it themselves; null: as the framing has it. */
  readonly frameType: "text" | "binary" | "auto" | null;
  /** Bytes of a record whose length the program tells, or that must be whole. */
  readonly recordSizeMax: number;
  /** What becomes of output that should be UTF-8 and is not. */
  readonly invalidUtf8: "close" | "replace" | "binary";
  /** What becomes of stderr; `client`: stdout and stderr go out, told apart by JSON. */
  readonly stderr: "log" | "client" | "merge" | "inherit" | "off";
  /** Programs run in a terminal; null: on pipes. */
  readonly pty: PtyConfig | null;
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

/** Requests that have a program of their own. */
export interface RouteConfig {
  readonly path: RoutePath;
  /** Names that Host may have for it, as patterns; empty: any. */
  readonly hosts: readonly string[];
  /** As if this were all that is served. Of what a server has once, the whole configuration's counts. No routes in it. */
  readonly config: Config;
}

export interface TlsConfig {
  /** The first is for clients that name no other's host. */
  readonly certificates: readonly { readonly certificateFile: string; readonly keyFile: string }[];
  /** Certificates of those who may sign a client's; null: clients need none. */
  readonly clientAuthorityFile: string | null;
}

/** Files of names and what proves each; null: none of that kind. */
export interface AuthenticationConfig {
  readonly passwordFile: string | null;
  readonly tokenFile: string | null;
}

export interface AdmissionConfig {
  /** Sessions at once; 0 = as many as the descriptors allow. */
  readonly sessionsMax: number;
  /** Sessions at once of one client address; 0 = no such limit. */
  readonly sessionsPerAddressMax: number;
  readonly origin: OriginConfig;
  /** Names that Host may have, as patterns; empty: any. */
  readonly hosts: readonly string[];
  /** Look up the client's name, for REMOTE_HOST. */
  readonly reverseLookup: boolean;
}

export interface OriginConfig {
  /** Any Origin is let in unless an option says otherwise: websocketd's rule. */
  readonly isOpen: boolean;
  readonly sameOrigin: boolean;
  /** --origin, entry by entry; empty: not given. */
  readonly allowed: readonly string[];
}

/** Proxies before us, and what is believed of what they say of their clients. */
export interface ProxiesConfig {
  /** Networks as `address/bits`, addresses, and `unix` for peers of a Unix socket; empty: nobody is trusted. */
  readonly trusted: readonly string[];
  /** The fields that they are known to write, in lower case. */
  readonly fields: readonly (
    "forwarded" | "x-forwarded-for" | "x-forwarded-proto" | "x-forwarded-host"
  )[];
  /** Each connection begins with the header of haproxy's PROXY protocol. */
  readonly headerRequired: boolean;
}

/** The program that is asked before each WebSocket. */
export interface GateConfig {
  /** A path, or a name for PATH. */
  readonly program: string;
  readonly timeoutMs: number;
}

export interface HttpConfig {
  readonly staticDirectory: string | null;
  readonly cgiDirectory: string | null;
  /** Milliseconds for the head of a script's answer. */
  readonly cgiTimeoutMs: number;
  /** A Terminal view, too, where programs have a terminal. */
  readonly hasConsole: boolean;
  /** Fields of every response. */
  readonly fields: readonly HeaderField[];
  /** Fields of the 101 alone. */
  readonly upgradeFields: readonly HeaderField[];
  /** Fields of every response but the 101. */
  readonly plainFields: readonly HeaderField[];
}

export interface EnvironmentConfig {
  /** Names, and patterns that end in `*`, of variables that services get from our own environment. */
  readonly passed: readonly string[];
  readonly set: readonly (readonly [name: string, value: string])[];
}

/** How websockd is started, and whom it tells. */
export interface StartConfig {
  /** Descriptor 0 is a socket: inetd(8). */
  readonly inetd: boolean;
  readonly daemon: boolean;
  readonly pidFile: string | null;
  /** Gets a line feed when all sockets listen; null: none. */
  readonly readyDescriptor: number | null;
  /** Processes that share the clients; 1: the one that there is. */
  readonly workers: number | "auto";
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
  /** For all that is under way when the last session is told of its end. */
  endTimeoutMs: 60_000,
  /** What a gate may write to stdout, fields and body together: as much as a request's head may have. */
  gateOutputSizeMax: 16 * 1024,
  /** For a client's name: one that cannot be had by then is its address. */
  lookupTimeoutMs: 2000,
} as const;

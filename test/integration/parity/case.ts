// What a case of the comparison with websocketd is: data that says how to start a program, what to send, and what may differ.

/** The answer of one program, field by field. */
export type Value = string | number | boolean | readonly string[];
export type Observation = Readonly<Record<string, Value>>;

/**
 * A row of docs/compat.md that allows a field to differ, and what websockd gives in it: undefined when the field is
 * absent, a pattern where the value is a text of its own.
 */
export type Difference = readonly [row: string, websockd: Value | RegExp | undefined];

/** `{dir}`, `{port}` and `{redirport}` stand for the setup's folder and ports, here and in what is observed. */
export type Step =
  /** Bytes of an HTTP request, the first thing on a connection; what follows is left out unless a WebSocket opens. */
  | { readonly request: string; readonly to?: "port" | "redirport" }
  /** Several requests in one write; the field `answers` then says how many came back. */
  | { readonly pipelined: readonly { readonly request: string }[] }
  | { readonly text: string }
  | { readonly ping: string }
  /** Any bytes, frames mostly. */
  | { readonly hex: string }
  /** A Close, without a body when null. */
  | { readonly close: number | null; readonly reason?: string }
  /** Waits for the end that the server makes; without this step the case ends with our Close 1000. */
  | { readonly over: true }
  /** The end of what we send, by FIN. */
  | { readonly halfClose: true }
  /** Waits until so many messages have come, or the connection is over. */
  | { readonly messages: number }
  /** Waits for a message that ends in this. */
  | { readonly until: string }
  /** Waits until messages with so many bytes have come. */
  | { readonly bytes: number }
  | { readonly pongs: number }
  /** Another connection while this one is open. */
  | { readonly beside: readonly Step[] }
  /** Waits until the log holds it; the field `log` then says on which stream. */
  | { readonly logged: string }
  /** Signals the server and waits for its end: the last step, in a setup of its own. */
  | { readonly signal: NodeJS.Signals }
  /** The messages so far are numbers of processes: which of them live once the server says that the session is over? */
  | { readonly survivors: true };

export interface ParityCase {
  readonly name: string;
  readonly steps: readonly Step[];
  /** By the name of the field. */
  readonly differs?: Readonly<Record<string, Difference>>;
  /** What websocketd gives in some fields, where that must be seen to be so. */
  readonly gives?: Observation;
  /** The only fields that are compared. Default: all. */
  readonly observe?: readonly string[];
  /** How messages are observed: as a list (the default), as lines `NAME=VALUE`, or as bytes without their bounds. */
  readonly read?: "messages" | "environment" | "bytes";
}

export interface FileEntry {
  readonly text?: string;
  /** Default: 0644, and 0755 for a text that begins with `#!`. */
  readonly mode?: number;
  /** A symbolic link to there. */
  readonly link?: string;
}

/** One start of each program, and the cases that are run against it one after the other. */
export interface Setup {
  readonly name: string;
  readonly options?: readonly string[];
  /** For websockd alone. */
  readonly websockdOptions?: readonly string[];
  readonly command?: readonly string[];
  /** By their path in the setup's folder; a folder ends in a slash. */
  readonly files?: Readonly<Record<string, string | FileEntry>>;
  /** What the programs find in their environment besides PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cases: readonly ParityCase[];
}

/** RFC 6455 1.3: the example's key. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

export interface RequestParts {
  readonly method?: string;
  readonly target?: string;
  /** Header lines in place of those with the same name, or behind them. */
  readonly fields?: readonly string[];
  /** Names of fields that are left out, in lower case. */
  readonly without?: readonly string[];
  readonly body?: string;
}

type RequestStep = Extract<Step, { readonly request: string }>;

/** A request for a WebSocket. */
export function upgrade(parts: RequestParts = {}): RequestStep {
  return request(parts, [
    "Host: localhost:{port}",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${KEY}`,
    "Sec-WebSocket-Version: 13",
  ]);
}

/** A request for anything else, one to its connection. */
export function ask(parts: RequestParts = {}): RequestStep {
  return request(parts, ["Host: localhost:{port}", "Connection: close"]);
}

function request(parts: RequestParts, base: readonly string[]): RequestStep {
  const { method = "GET", target = "/", fields = [], without = [], body = "" } = parts;
  const given = new Set([...without, ...fields.map(nameOf)]);
  const length = body === "" ? [] : [`Content-Length: ${body.length}`];
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...base.filter((line) => !given.has(nameOf(line))),
    ...length,
    ...fields,
  ];
  return { request: lines.join("\r\n") + "\r\n\r\n" + body };
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(":")).toLowerCase();
}

// Starts websocketd or websockd on a port that is free, waits until it listens, and ends it with all that it started.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { eventually, within } from "../../support/server-deadline.ts";
import { childrenOf } from "../../support/server-processes.ts";
import type { Observation } from "./case.ts";

export interface ParityStart {
  readonly program: readonly string[];
  /** Its words, for the ports that were found free. */
  readonly words: (port: number, redirport: number) => readonly string[];
  readonly hasRedirport: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

const TRIES = 5;
const LOG_BYTES_MAX = 1_000_000;

export class ParityServer implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #output: Promise<unknown>;
  readonly #log = { stdout: "", stderr: "" };
  readonly port = freePort();
  /** 0 when there is none. */
  readonly redirport: number;

  private constructor(start: ParityStart) {
    this.redirport = start.hasRedirport ? freePort() : 0;
    this.#child = Bun.spawn([...start.program, ...start.words(this.port, this.redirport)], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...start.environment },
      cwd: start.directory,
    });
    this.#output = Promise.all([this.#read("stdout"), this.#read("stderr")]);
  }

  /** websocketd cannot choose a port itself; one that was free may be taken by the time it listens: then another. */
  static async start(start: ParityStart): Promise<ParityServer> {
    for (let tried = 1; ; tried++) {
      const server = new ParityServer(start);
      try {
        if (await server.#listens()) return server;
      } catch (error) {
        await server.kill();
        throw error;
      }
      const { log } = server;
      await server.kill();
      if (!/in use/i.test(log) || tried === TRIES) {
        throw new Error(`${start.program.join(" ")} did not start:\n${log}`);
      }
    }
  }

  /** What comes of words that may well be wrong: it listens, or exits; and, after a success, where it has printed. */
  static async outcome(start: ParityStart): Promise<Observation> {
    await using server = new ParityServer(start);
    if (await server.#listens()) return { result: "listens" };
    const result = `exit ${await server.exited()}`;
    if (result !== "exit 0") return { result };
    const prints = (["stdout", "stderr"] as const).filter((stream) => server.#log[stream] !== "");
    return { result, prints };
  }

  get pid(): number {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get log(): string {
    return this.#log.stdout + this.#log.stderr;
  }

  /** How often the log holds `text`. */
  logCount(text: string): number {
    return this.log.split(text).length - 1;
  }

  /** Waits until the log holds `text`, and says on which stream. */
  async logged(text: string): Promise<string> {
    return eventually(`"${text}" in the log`, () =>
      (["stdout", "stderr"] as const).find((stream) => this.#log[stream].includes(text)),
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The status, or the name of the signal that ended it. */
  async exited(): Promise<number | string> {
    await within("the end of the server", this.#child.exited);
    await within("the end of its output", this.#output);
    return this.#child.signalCode ?? this.#child.exitCode ?? "unknown";
  }

  /** Ends it and whatever runs below it: websocketd leaves its programs behind. */
  async kill(): Promise<void> {
    const below = descendants(this.pid);
    this.#child.kill("SIGKILL");
    for (const pid of below) kill(pid);
    await within("the end of the server", this.#child.exited);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  /** False when it ended instead. */
  async #listens(): Promise<boolean> {
    const wanted = [this.port, ...(this.redirport === 0 ? [] : [this.redirport])];
    await eventually(
      "a server that listens",
      () => !this.running || wanted.every((port) => listensOn(this.pid, port)),
    );
    if (!this.running) await this.#output;
    return this.running;
  }

  async #read(stream: "stdout" | "stderr"): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child[stream]) {
      this.#log[stream] = (this.#log[stream] + decoder.decode(chunk, { stream: true })).slice(
        -LOG_BYTES_MAX,
      );
    }
  }
}

function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

function descendants(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child.pid, ...descendants(child.pid)]);
}

/** Ends one process; what is no number of one is passed over. */
export function kill(pid: number): void {
  if (!(pid > 1)) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went by itself.
  }
}

const TCP_LISTEN = "0A";

/** proc(5): whether that very process has a socket that listens on the port. */
function listensOn(pid: number, port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((file) => readFileSync(file, "latin1").trim().split("\n").slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local = "", , state]) => local.endsWith(suffix) && state === TCP_LISTEN)
    .map((columns) => `socket:[${columns[9]}]`);
  return sockets.length > 0 && descriptors(pid).some((target) => sockets.includes(target));
}

function descriptors(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => linkTarget(`/proc/${pid}/fd/${name}`));
  } catch {
    return []; // it ended just now
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // closed just now
  }
}

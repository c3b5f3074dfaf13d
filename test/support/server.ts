// Starts the real program, waits for what it says, stops it, and sees to it that nothing is left of it.

import { join } from "node:path";
import { DEADLINE_MS, eventually, within } from "./server-deadline.ts";
import { describe, processes, type ProcessState } from "./server-processes.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
/** How the program from its sources is called, by the Bun that runs the tests. */
export const PROGRAM: readonly string[] = [process.execPath, MAIN];

export interface ServerOptions {
  /** Besides PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Default: PROGRAM. */
  readonly program?: readonly string[];
  /** Default: `--address=127.0.0.1`. */
  readonly addresses?: readonly string[];
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end: for the calls that start no server. */
export async function runProgram(
  words: readonly string[],
  options: ServerOptions = {},
): Promise<Finished> {
  const child = Bun.spawn([...(options.program ?? PROGRAM), ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: environmentOf(options),
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
  });
  try {
    const output = Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    const [stdout, stderr] = await within(`the end of ${words.join(" ")}`, output);
    await child.exited;
    return { status: child.exitCode, stdout, stderr };
  } finally {
    child.kill("SIGKILL");
  }
}

/** Starts `websockd --port=0 --log-format=text WORDS` and returns when it has announced its addresses. */
export async function startServer(
  words: readonly string[],
  options: ServerOptions = {},
): Promise<TestServer> {
  const addresses = options.addresses ?? ["--address=127.0.0.1"];
  const first = ["--port=0", "--log-format=text", ...addresses];
  const server = new TestServer([...first, ...words], options);
  try {
    await server.logged(/^websockd listens on wss?:/);
  } catch (error) {
    await server.crash();
    throw error;
  }
  return server;
}

/** PATH and what the caller gives, no more: what the developer's shell holds must not matter. */
function environmentOf(options: ServerOptions): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...options.environment };
}

interface Waiter {
  readonly match: RegExp;
  readonly found: (line: string) => void;
}

export class TestServer implements AsyncDisposable {
  /** What it wrote to stderr, a line each. */
  readonly lines: string[] = [];
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #stdout: Promise<string>;
  readonly #output: Promise<unknown>;
  readonly #waiters = new Set<Waiter>();

  constructor(words: readonly string[], options: ServerOptions) {
    this.#child = Bun.spawn([...(options.program ?? PROGRAM), ...words], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: environmentOf(options),
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
    });
    this.#stdout = new Response(this.#child.stdout).text();
    this.#output = Promise.all([this.#read(), this.#stdout]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The announced addresses, `ws://127.0.0.1:PORT/` first. */
  get urls(): string[] {
    const announced = this.lines.find((line) => line.startsWith("websockd listens on "));
    return announced?.split(" ").slice(3) ?? [];
  }

  get url(): string {
    return this.urls[0]!;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** The first line that matches, whether it has come already or will. */
  async logged(match: RegExp): Promise<string> {
    const before = this.lines.find((line) => match.test(line));
    if (before !== undefined) return before;
    const found = new Promise<string>((resolve) => this.#waiters.add({ match, found: resolve }));
    const ended = this.#output.then(() => {
      throw new Error(`The server ended and had not said ${match}.`);
    });
    return within(`a line like ${match}`, Promise.race([found, ended])).catch((error: Error) => {
      throw new Error(`${error.message}\nIt said:\n${this.lines.slice(-50).join("\n")}`);
    });
  }

  /** The lines that match, so far. */
  matching(match: RegExp): string[] {
    return this.lines.filter((line) => match.test(line));
  }

  /** The processes that it started as services, by its own log: each leads a session and a group of its own. */
  get services(): number[] {
    return this.matching(/ (?:CONNECT|CGI) /).map((line) => Number(/ pid=(\d+)/.exec(line)?.[1]));
  }

  /**
   * Processes that live in the sessions of its services: children and grandchildren. Zombies do not count: an orphan
   * is one until process 1 gets round to it. For the server's own zombies see `childrenOf`.
   */
  leftovers(): ProcessState[] {
    const sessions = new Set(this.services);
    return processes().filter(({ session, state }) => sessions.has(session) && state !== "Z");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** What it wrote to stdout, all of it: once it has ended. */
  async stdout(): Promise<string> {
    return this.#stdout;
  }

  /** Waits for its end. Returns the status, or the name of the signal that ended it. */
  async exited(): Promise<number | string> {
    await within("the end of the server", this.#child.exited);
    await within("the end of its output", this.#output);
    return this.#child.signalCode ?? this.#child.exitCode ?? "unknown";
  }

  /** Stops it in an orderly way. Throws unless it exits with 0 and nothing is left at that moment. */
  async stop(): Promise<void> {
    this.signal("SIGTERM");
    const status = await this.exited();
    const left = this.leftovers();
    await this.#clearAway();
    if (status !== 0) throw new Error(`The server ended with ${status}:\n${this.lines.join("\n")}`);
    if (left.length > 0) throw new Error(`The server left behind ${describe(left)}`);
  }

  /** Ends it as nothing in it can prevent, and waits until its services have noticed. Throws when one does not. */
  async crash(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited();
    try {
      await eventually("the end of the services", () => this.leftovers().length === 0);
    } finally {
      await this.#clearAway();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop();
  }

  /** After a failure: what a test started must not outlive it. */
  async #clearAway(): Promise<void> {
    for (const { pid } of this.leftovers()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It went by itself.
      }
    }
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of this.#child.stderr) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#line(line);
    }
    if (rest !== "") this.#line(rest);
  }

  #line(line: string): void {
    this.lines.push(line);
    for (const waiter of this.#waiters) {
      if (!waiter.match.test(line)) continue;
      this.#waiters.delete(waiter);
      waiter.found(line);
    }
  }
}

/** A test with a server in it starts processes on a busy machine: far more than Bun's 5 s may go by. */
export const TEST_TIMEOUT_MS = 3 * DEADLINE_MS;

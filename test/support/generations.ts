// A server and its successors, as a test sees them: all write to the same log, and all are ended with the test.

import { eventually } from "./server-deadline.ts";
import { isAlive } from "./server-processes.ts";
import { startServer, type ServerOptions, type TestServer } from "./server.ts";

export class Generations implements AsyncDisposable {
  /** Whose log has the lines of all; its process is the first. */
  readonly server: TestServer;
  /** The first one's, its successor's ... */
  readonly pids: number[];

  private constructor(server: TestServer) {
    this.server = server;
    this.pids = [server.pid];
  }

  static async start(words: readonly string[], options: ServerOptions = {}): Promise<Generations> {
    return new Generations(await startServer(words, options));
  }

  /** Who serves now. */
  get pid(): number {
    return this.pids.at(-1)!;
  }

  /** SIGUSR2, until the next one serves. */
  async upgrade(): Promise<void> {
    const pid = Number(/ pid=(\d+)/.exec(await this.#tellOf(/a successor serves, .* pid=\d+/))![1]);
    this.pids.push(pid);
  }

  /** SIGUSR2, until the log says why not. Returns that line. */
  async fail(): Promise<string> {
    return this.#tellOf(/ERROR +(?:the upgrade has failed|no upgrade)/);
  }

  async gone(pid: number): Promise<void> {
    await eventually(`the end of ${pid}`, () => !isAlive(pid));
  }

  async #tellOf(line: RegExp): Promise<string> {
    const before = this.server.matching(line).length;
    process.kill(this.pid, "SIGUSR2");
    await eventually(`a line like ${line}`, () => this.server.matching(line).length > before);
    return this.server.matching(line).at(-1)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.pids.filter(isAlive)) process.kill(pid, "SIGTERM");
    for (const pid of this.pids) await this.gone(pid);
    await this.server.exited();
  }
}

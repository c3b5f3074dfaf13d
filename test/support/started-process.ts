// A process of somebody else's program, started for a test and ended with it.

import { within } from "./server-deadline.ts";

export class StartedProcess implements AsyncDisposable {
  readonly child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** All that it says, once it has ended. */
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;

  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = Bun.spawn([...words], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...environment },
    });
    this.stdout = new Response(this.child.stdout).text();
    this.stderr = new Response(this.child.stderr).text();
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Asks it to end, and waits. Returns its status, or the signal's name. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    this.child.kill(signal);
    await within(`the end of process ${this.pid}`, this.child.exited);
    return this.child.signalCode ?? this.child.exitCode ?? "unknown";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
  }
}

/** A TCP port that was free just now: for programs that cannot choose one themselves. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

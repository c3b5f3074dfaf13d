// The process that follows us, as we have it until it serves: started, waited for, given up.

import { read } from "node:fs";
import { closeDescriptor, makePipe } from "../descriptors/posix.ts";
import type { OwnEnvironment } from "../server/own-variables.ts";
import { endedChild, startedChild } from "../service/orphans.ts";
import { handoverOf, REPORT_SIZE_MAX, type HandoverParts } from "./handover.ts";
import { withHanded } from "./own-program.ts";

export interface SuccessorPlan {
  readonly program: readonly string[];
  readonly environment: OwnEnvironment;
  readonly handover: HandoverParts;
  /** Ours leads nowhere: what it says there is heard until it serves. */
  readonly isDaemon: boolean;
  readonly timeoutMs: number;
}

export class Successor {
  readonly pid: number;
  /** Resolves when it serves, with null, or when it is gone, with the reason. */
  readonly outcome: Promise<string | null>;
  readonly #plan: SuccessorPlan;
  readonly #child: Bun.Subprocess;
  #whyEnded: string | null = null;

  /** Starts it. Throws what Bun.spawn throws, or that there is no descriptor left. */
  constructor(plan: SuccessorPlan) {
    this.#plan = plan;
    const pipe = makePipe();
    if (pipe === null) throw new Error("no file descriptor left");
    try {
      this.#child = this.#start(pipe.writeEnd);
    } catch (error) {
      closeDescriptor(pipe.readEnd);
      throw error;
    } finally {
      closeDescriptor(pipe.writeEnd);
    }
    this.pid = this.#child.pid;
    startedChild(this.pid);
    this.outcome = this.#wait(pipe.readEnd);
  }

  /** It is not wanted any longer; nothing is done to one that is gone. */
  end(signal: "SIGTERM" | "SIGKILL", why: string): void {
    this.#whyEnded ??= why;
    this.#child.kill(signal);
  }

  #start(report: number): Bun.Subprocess {
    const { program, environment, handover, isDaemon } = this.#plan;
    const { variable, descriptors } = handoverOf(handover, report);
    return withHanded(descriptors, (handed) =>
      Bun.spawn([...program], {
        argv0: process.argv0,
        env: { ...environment, ...variable },
        // In our own group: by that it is known, should it come to us as an orphan of the next.
        stdio: ["ignore", "inherit", isDaemon ? "pipe" : "inherit", ...handed],
        onExit: ({ pid }) => endedChild(pid),
      }),
    );
  }

  async #wait(report: number): Promise<string | null> {
    const { timeoutMs, isDaemon } = this.#plan;
    const late = () => this.end("SIGKILL", `it did not serve within ${timeoutMs} ms`);
    const deadline = setTimeout(late, timeoutMs);
    const said = await firstOf(report);
    closeDescriptor(report);
    if (said === "\n") {
      clearTimeout(deadline);
      this.#child.unref();
      return null;
    }
    const status = await this.#child.exited;
    clearTimeout(deadline);
    const stderr = isDaemon ? await new Response(this.#child.stderr as ReadableStream).text() : "";
    const { signalCode } = this.#child;
    const how = signalCode === null ? `exit ${status}` : `signal ${signalCode}`;
    return this.#whyEnded ?? (said || stderr.trim() || how);
  }
}

/** What comes first; empty when the other end is closed without a word. */
function firstOf(fd: number): Promise<string> {
  const bytes = Buffer.alloc(REPORT_SIZE_MAX);
  return new Promise((resolve) => {
    read(fd, bytes, 0, bytes.length, null, (_, length = 0) => {
      resolve(bytes.toString("utf8", 0, length));
    });
  });
}

// The service side of a session: a running program, its three pipes, its process group and its end.

import type { Kernel } from "../kernel/kernel.ts";
import {
  SILENT_LISTENER,
  type EndCause,
  type Endpoint,
  type EndpointListener,
} from "../session/endpoint.ts";
import { FrameQueue, type QueueMarks } from "../session/frame-queue.ts";
import {
  PipeReader,
  PipeWriter,
  type PipeContext,
  type PipeReaderHandler,
  type PipeWriterHandler,
} from "./pipes.ts";
import { StderrLines } from "./stderr-lines.ts";
import { Termination, type TerminationStep } from "./termination.ts";

/** How long a program's output may stay open after its exit, because a grandchild holds it. */
const OUTPUT_GRACE_MS = 250;

export interface ServiceOptions extends PipeContext {
  readonly marks: QueueMarks;
  /** See TerminationOptions.extraMs. */
  readonly closeExtraMs: number;
}

/** What the kernel counted of a program that has ended, getrusage(2). */
export interface ResourceUsage {
  /** Seconds of the processor, its own and the system's for it. */
  readonly cpuSeconds: number;
  /** The most memory it had at once, in KiB. */
  readonly memoryMaxKib: number;
}

/** Hears what a program says that is not for the client. */
export interface StderrListener {
  /** A line that the program wrote to stderr. */
  stderrLine(text: string): void;
}

/** The parent's ends of the pipes, and the process. */
export interface ServiceParts {
  readonly pid: number;
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
}

export class ServiceProcess implements Endpoint, PipeReaderHandler, PipeWriterHandler {
  listener: EndpointListener = SILENT_LISTENER;
  readonly pid: number;
  readonly #options: ServiceOptions;
  /** What waits for stdin. */
  readonly queue: FrameQueue;
  readonly #stdin: PipeWriter;
  readonly #stdout: PipeReader;
  readonly #stderr: PipeReader;
  readonly #stderrHandler: StderrHandler;
  #termination: Termination | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** How the program ended, once it has, and what it took. */
  exit: EndCause | null = null;
  usage: ResourceUsage | null = null;
  #stdoutFinished = false;
  #stderrFinished = false;
  #endedSaid = false;
  #closedSaid = false;
  #groupGone = false;

  constructor(parts: ServiceParts, options: ServiceOptions, stderr: StderrListener) {
    this.pid = parts.pid;
    this.#options = options;
    this.queue = new FrameQueue(options.kernel, options.marks);
    this.#stdin = new PipeWriter(parts.stdin, options, this);
    this.#stdout = new PipeReader(parts.stdout, options, this);
    this.#stderrHandler = new StderrHandler(this, options.kernel, stderr);
    this.#stderr = new PipeReader(parts.stderr, options, this.#stderrHandler);
  }

  get congested(): boolean {
    return this.queue.state === "PAUSED";
  }

  send(begin: number, end: number): void {
    if (this.#stdin.send(begin, end)) return;
    this.#sayEnded({ kind: "no-memory" });
    this.destroy();
  }

  pause(): void {
    this.#stdout.pause();
  }

  resume(): void {
    this.#stdout.resume();
  }

  /** What waits is written, then the program sees the end of file, and has all the time that it wants. */
  endInput(): void {
    this.#stdin.end();
  }

  /** Brings the program to its end: see termination.ts. */
  end(): void {
    if (this.#termination !== null || this.#closedSaid) return;
    this.#termination = this.#newTermination();
    if (this.exit === null) this.#step();
  }

  destroy(): void {
    this.#stdin.close();
    this.#signalGroup("SIGKILL");
    this.end();
  }

  // From the pipes.

  chunk(begin: number, end: number): void {
    this.listener.received(begin, end);
  }

  finished(): void {
    this.#stdoutFinished = true;
    this.#conclude();
  }

  drained(): void {
    this.listener.drained();
  }

  stderrFinished(): void {
    this.#stderrFinished = true;
    this.#conclude();
  }

  /** The program has ended; called once by whoever started it. */
  exited(cause: EndCause, usage: ResourceUsage | null): void {
    this.exit = cause;
    this.usage = usage;
    this.#signalGroup(0); // learns whether the group goes on
    const wasCongested = this.congested;
    this.#stdin.close();
    // A client that waits for a dead program's stdin must be heard while that program's output is still sent.
    if (wasCongested) this.listener.drained();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#conclude();
    if (!this.#stdoutFinished || !this.#stderrFinished) {
      setTimeout(() => this.#graceOver(), OUTPUT_GRACE_MS);
    }
  }

  /** A reader that is not paused has read all that there was: only a grandchild can hold the pipe open. */
  #graceOver(): void {
    if (!this.#stderrFinished) this.#stderr.ready();
    if (!this.#stderrFinished) {
      this.#stderr.close();
      this.#stderrHandler.finished();
    }
    if (!this.#stdoutFinished) {
      if (!this.#stdout.paused) this.#stdout.ready(); // all that a pipe holds, in one read
      if (this.#stdout.paused) {
        setTimeout(() => this.#graceOver(), OUTPUT_GRACE_MS); // there may be more in the pipe
        return;
      }
      this.#stdout.close();
      this.#stdoutFinished = true;
    }
    this.#conclude();
  }

  /** Says `ended` when the program has and its output is read, and then ends what is left of its process group. */
  #conclude(): void {
    if (this.exit === null || !this.#stdoutFinished || this.#closedSaid) return;
    this.#sayEnded(this.exit);
    if (!this.#stderrFinished || this.#timer !== null) return;
    this.#termination ??= this.#newTermination();
    this.#termination.skipEndOfFile();
    this.#step();
  }

  #newTermination(): Termination {
    return new Termination({
      extraMs: this.#options.closeExtraMs,
      act: (step) => this.#act(step),
      backlog: () => this.queue.length,
    });
  }

  #step(): void {
    this.#timer = null;
    const groupGone = this.exit !== null && !this.#signalGroup(0);
    const waitMs = groupGone ? null : this.#termination!.step();
    if (waitMs !== null) {
      this.#timer = setTimeout(() => this.#step(), waitMs);
      return;
    }
    if (this.exit === null) return; // SIGKILL was sent: the exit will come
    this.#closedSaid = true;
    this.listener.closed();
  }

  #act(step: TerminationStep): boolean {
    if (step.signal === null) {
      this.#stdin.end();
      return true;
    }
    return this.#signalGroup(step.signal);
  }

  /** False when the group has no member left. Its number may then become another's: it gets no signal any more. */
  #signalGroup(signal: NodeJS.Signals | 0): boolean {
    if (this.#groupGone) return false;
    try {
      process.kill(-this.pid, signal);
      return true;
    } catch {
      this.#groupGone = this.exit !== null;
      return false;
    }
  }

  #sayEnded(cause: EndCause): void {
    if (this.#endedSaid) return;
    this.#endedSaid = true;
    this.listener.ended(cause);
  }
}

/** What comes from stderr goes to the log, line by line. Most programs say nothing there, and own nothing for it. */
class StderrHandler implements PipeReaderHandler {
  readonly #service: ServiceProcess;
  readonly #kernel: Kernel;
  readonly #listener: StderrListener;
  #lines: StderrLines | null = null;

  constructor(service: ServiceProcess, kernel: Kernel, listener: StderrListener) {
    this.#service = service;
    this.#kernel = kernel;
    this.#listener = listener;
  }

  chunk(begin: number, end: number): void {
    this.#lines ??= new StderrLines((text) => this.#listener.stderrLine(text));
    this.#lines.receive(this.#kernel.bytes.subarray(begin, end));
  }

  finished(): void {
    this.#lines?.finish();
    this.#service.stderrFinished();
  }
}

// The service side of a session: a running program, its three pipes, its process group and its end.

import { CHUNK_SIZE_MAX, type Kernel } from "../kernel/kernel.ts";
import type { EndCause, Endpoint, EndpointListener } from "../session/endpoint.ts";
import { FrameQueue, type QueueMarks } from "../session/frame-queue.ts";
import { PipeReader, PipeWriter } from "./pipes.ts";
import { StderrLines } from "./stderr-lines.ts";
import { Termination, type TerminationStep } from "./termination.ts";

/** How long a program's output may stay open after its exit, because a grandchild holds it. */
const OUTPUT_GRACE_MS = 250;

export interface ServiceOptions {
  readonly kernel: Kernel;
  readonly marks: QueueMarks;
  /** See TerminationOptions.extraMs. */
  readonly closeExtraMs: number;
  /** A line that the program wrote to stderr. */
  readonly stderrLine: (text: string) => void;
}

/** The parent's ends of the pipes, and the process. */
export interface ServiceParts {
  readonly pid: number;
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
}

export class ServiceProcess implements Endpoint {
  listener: EndpointListener = SILENT;
  readonly pid: number;
  readonly #options: ServiceOptions;
  readonly #queue: FrameQueue;
  readonly #stdin: PipeWriter;
  readonly #stdout: PipeReader;
  readonly #stderr: PipeReader;
  #termination: Termination | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** How the program ended, once it has. */
  #exit: EndCause | null = null;
  #stdoutFinished = false;
  #stderrFinished = false;
  #endedSaid = false;
  #closedSaid = false;

  constructor(parts: ServiceParts, options: ServiceOptions) {
    this.pid = parts.pid;
    this.#options = options;
    this.#queue = new FrameQueue(options.kernel, options.marks);
    this.#stdin = new PipeWriter(parts.stdin, {
      kernel: options.kernel,
      queue: this.#queue,
      drained: () => this.listener.drained(),
      // The program closed its stdin and lives on: what the client sends is for nobody, and must not stop it.
      broken: () => this.listener.drained(),
    });
    this.#stdout = new PipeReader(parts.stdout, {
      chunk: (bytes) => this.#output(bytes),
      finished: () => this.#stdoutEnded(),
    });
    const lines = new StderrLines(options.stderrLine);
    this.#stderr = new PipeReader(parts.stderr, {
      chunk: (bytes) => lines.receive(bytes),
      finished: () => {
        lines.finish();
        this.#stderrFinished = true;
        this.#conclude();
      },
    });
  }

  get congested(): boolean {
    return this.#queue.state === "PAUSED";
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

  /** Brings the program to its end: see termination.ts. */
  end(): void {
    if (this.#termination !== null || this.#closedSaid) return;
    this.#termination = this.#newTermination();
    if (this.#exit === null) this.#step();
  }

  destroy(): void {
    this.#stdin.abandon();
    this.#signalGroup("SIGKILL");
    this.end();
  }

  /** The program has ended; called once by whoever started it. */
  exited(cause: EndCause): void {
    this.#exit = cause;
    this.#stdin.abandon();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#conclude();
    if (!this.#stdoutFinished || !this.#stderrFinished) {
      setTimeout(() => this.#graceOver(), OUTPUT_GRACE_MS);
    }
  }

  #output(bytes: Uint8Array): void {
    const { kernel } = this.#options;
    for (let at = 0; at < bytes.length; at += CHUNK_SIZE_MAX) {
      const piece =
        bytes.length <= CHUNK_SIZE_MAX ? bytes : bytes.subarray(at, at + CHUNK_SIZE_MAX);
      kernel.bytes.set(piece, kernel.outgoing);
      this.listener.received(kernel.outgoing, kernel.outgoing + piece.length);
    }
  }

  #stdoutEnded(): void {
    this.#stdoutFinished = true;
    this.#conclude();
  }

  /** Nobody who is asked to read on is waiting for anything: what the program wrote has been read. */
  #graceOver(): void {
    if (!this.#stderrFinished) this.#stderr.close();
    this.#stderrFinished = true;
    if (!this.#stdoutFinished) {
      if (!this.#stdout.waiting) {
        setTimeout(() => this.#graceOver(), OUTPUT_GRACE_MS); // paused: there may be more in the pipe
        return;
      }
      this.#stdout.close();
      this.#stdoutFinished = true;
    }
    this.#conclude();
  }

  /** Says `ended` when the program has and its output is read, and then ends what is left of its process group. */
  #conclude(): void {
    if (this.#exit === null || !this.#stdoutFinished || this.#closedSaid) return;
    this.#sayEnded(this.#exit);
    if (!this.#stderrFinished || this.#timer !== null) return;
    this.#termination ??= this.#newTermination();
    this.#termination.skipEndOfFile();
    this.#step();
  }

  #newTermination(): Termination {
    return new Termination({
      extraMs: this.#options.closeExtraMs,
      act: (step) => this.#act(step),
      backlog: () => this.#queue.length,
    });
  }

  #step(): void {
    this.#timer = null;
    const groupGone = this.#exit !== null && !this.#signalGroup(0);
    const waitMs = groupGone ? null : this.#termination!.step();
    if (waitMs !== null) {
      this.#timer = setTimeout(() => this.#step(), waitMs);
      return;
    }
    if (this.#exit === null) return; // SIGKILL was sent: the exit will come
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

  /** False when the group has no member left. */
  #signalGroup(signal: NodeJS.Signals | 0): boolean {
    try {
      process.kill(-this.pid, signal);
      return true;
    } catch {
      return false;
    }
  }

  #sayEnded(cause: EndCause): void {
    if (this.#endedSaid) return;
    this.#endedSaid = true;
    this.listener.ended(cause);
  }
}

const SILENT: EndpointListener = { received() {}, drained() {}, ended() {}, closed() {} };

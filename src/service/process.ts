// The service side of a session: a running program, its three pipes, its process group and its end.

import { CHUNK_SIZE_MAX } from "../kernel/kernel.ts";
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
import { ProcessGroup } from "./process-group.ts";
import type { ResourceUsage } from "./resource-usage.ts";
import { StderrReader, type StderrListener, type StderrOwner } from "./stderr-reader.ts";
import { SOURCE_SIZE_MAX, StreamRecords } from "./stream-records.ts";
import { Termination, type TerminationStep } from "./termination.ts";

/** How long a program's output may stay open after its exit, because a grandchild holds it. */
const OUTPUT_GRACE_MS = 250;

export interface ServiceOptions extends PipeContext {
  readonly marks: QueueMarks;
  /** See TerminationOptions.extraMs. */
  readonly closeExtraMs: number;
  /** stderr goes to the client too, and both streams as JSON; default: to the log alone. */
  readonly passStderr?: boolean;
}

/** The parent's ends of the pipes, and the process. */
export interface ServiceParts {
  readonly pid: number;
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
}

export class ServiceProcess implements Endpoint, PipeReaderHandler, PipeWriterHandler, StderrOwner {
  listener: EndpointListener = SILENT_LISTENER;
  readonly pid: number;
  readonly #options: ServiceOptions;
  /** What waits for stdin. */
  readonly queue: FrameQueue;
  readonly #group: ProcessGroup;
  readonly #stdin: PipeWriter;
  readonly #stdout: PipeReader;
  readonly #stderr: PipeReader;
  readonly #stderrReader: StderrReader;
  /** Null where stdout is for the client as it comes. */
  readonly #records: StreamRecords | null;
  #termination: Termination | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** How the program ended, once it has, and what it took. */
  exit: EndCause | null = null;
  usage: ResourceUsage | null = null;
  #stdoutFinished = false;
  #stderrFinished = false;
  #endedSaid = false;
  #closedSaid = false;

  constructor(parts: ServiceParts, options: ServiceOptions, stderr: StderrListener) {
    this.pid = parts.pid;
    this.#group = new ProcessGroup(parts.pid);
    this.#options = options;
    this.queue = new FrameQueue(options.kernel, options.marks);
    this.#stdin = new PipeWriter(parts.stdin, options, this);
    const reads = options.passStderr ? { ...options, readSizeMax: SOURCE_SIZE_MAX } : options;
    this.#stdout = new PipeReader(parts.stdout, reads, this);
    this.#stderrReader = new StderrReader(this, options.kernel, stderr);
    this.#stderr = new PipeReader(parts.stderr, reads, this.#stderrReader);
    this.#records = options.passStderr ? new StreamRecords((bytes) => this.#emit(bytes)) : null;
  }

  get congested(): boolean {
    return this.queue.state === "PAUSED";
  }

  send(begin: number, end: number): void {
    if (this.#stdin.send(begin, end)) return;
    this.#breakOff({ kind: "no-memory" });
  }

  pause(): void {
    this.#stdout.pause();
    if (this.#records !== null) this.#stderr.pause();
  }

  resume(): void {
    this.#stdout.resume();
    this.#stderr.resume();
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
    this.#signal("SIGKILL");
    this.end();
  }

  // From the pipes.

  chunk(begin: number, end: number): void {
    if (this.#records === null) this.listener.received(begin, end);
    else this.#records.receive("stdout", this.#options.kernel.bytes.subarray(begin, end));
  }

  /** Records for the client, through the memory that a chunk from the pipe lies in. */
  #emit(bytes: Uint8Array): void {
    const { kernel } = this.#options;
    for (let at = 0; at < bytes.length; at += CHUNK_SIZE_MAX) {
      const piece = bytes.subarray(at, at + CHUNK_SIZE_MAX);
      kernel.bytes.set(piece, kernel.outgoing);
      this.listener.received(kernel.outgoing, kernel.outgoing + piece.length);
    }
  }

  finished(): void {
    this.#records?.finish("stdout");
    this.#stdoutFinished = true;
    this.#conclude();
  }

  drained(): void {
    this.listener.drained();
  }

  failed(): void {
    this.#breakOff({ kind: "defect" });
  }

  stderrChunk(bytes: Uint8Array): void {
    this.#records?.receive("stderr", bytes);
  }

  stderrFinished(): void {
    this.#records?.finish("stderr");
    this.#stderrFinished = true;
    this.#conclude();
  }

  /** The program has ended; called once by whoever started it. */
  exited(cause: EndCause, usage: ResourceUsage | null): void {
    this.exit = cause;
    this.usage = usage;
    this.#signal(0); // learns whether the group goes on
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
    if (!this.#stderrFinished && !this.#stderr.paused) {
      this.#stderr.readRest();
      if (!this.#stderr.paused) this.#stderr.close();
      if (!this.#stderrFinished && !this.#stderr.paused) this.#stderrReader.finished();
    }
    if (!this.#stdoutFinished) {
      if (!this.#stdout.paused) this.#stdout.readRest();
      if (this.#stdout.paused) {
        setTimeout(() => this.#graceOver(), OUTPUT_GRACE_MS); // there may be more in the pipe
        return;
      }
      this.#stdout.close();
      this.#records?.finish("stdout");
      this.#stdoutFinished = true;
    }
    if (!this.#stderrFinished) setTimeout(() => this.#graceOver(), OUTPUT_GRACE_MS);
    this.#conclude();
  }

  /** Says `ended` when the program has and its output is read, and then ends what is left of its process group. */
  #conclude(): void {
    if (this.exit === null || !this.#stdoutFinished || this.#closedSaid) return;
    if (this.#records !== null && !this.#stderrFinished) return;
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
    const groupGone = this.exit !== null && !this.#signal(0);
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
    return this.#signal(step.signal);
  }

  #signal(signal: NodeJS.Signals | 0): boolean {
    return this.#group.signal(signal, this.exit !== null);
  }

  #breakOff(cause: EndCause): void {
    this.#sayEnded(cause);
    this.destroy();
  }

  #sayEnded(cause: EndCause): void {
    if (this.#endedSaid) return;
    this.#endedSaid = true;
    this.listener.ended(cause);
  }
}

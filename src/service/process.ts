// The service side of a session: a running program, its three pipes or its terminal, its process group and its end.

import { CHUNK_SIZE_MAX } from "../kernel/kernel.ts";
import {
  isOfClient,
  SILENT_LISTENER,
  type EndCause,
  type Endpoint,
  type EndpointListener,
} from "../session/endpoint.ts";
import { FrameQueue, type QueueMarks } from "../session/frame-queue.ts";
import { Ending, type EndingLimits } from "./ending.ts";
import { PipeReader, PipeWriter, type PipeContext } from "./pipes.ts";
import { ProcessGroup } from "./process-group.ts";
import type { ResourceUsage } from "./resource-usage.ts";
import type { InputEnd, OutputEnd, ServiceParts, TerminalHandler } from "./service-parts.ts";
import { StderrReader, type StderrListener, type StderrOwner } from "./stderr-reader.ts";
import { SOURCE_SIZE_MAX, StreamRecords } from "./stream-records.ts";

/** How often a pipe that is paused is looked at, after its program's exit. */
const LOOK_MS = 250;

/** What becomes of stderr; `client`: it goes to the client too, and both streams as JSON. */
export type StderrMode = "log" | "client" | "merge" | "inherit" | "off";

export interface ServiceOptions extends PipeContext {
  readonly marks: QueueMarks;
  readonly ending: EndingLimits;
  /** How long a program's output may stay open after its exit, because a grandchild holds it. */
  readonly lingerMs: number;
  readonly stderr: StderrMode;
}

export class ServiceProcess implements Endpoint, TerminalHandler, StderrOwner {
  listener: EndpointListener = SILENT_LISTENER;
  readonly pid: number;
  readonly #options: ServiceOptions;
  /** What waits for stdin. */
  readonly queue: FrameQueue;
  readonly #ending: Ending;
  readonly #stdin: InputEnd;
  readonly #stdout: OutputEnd;
  readonly #stderr: PipeReader | null;
  readonly #stderrReader: StderrReader;
  /** Null where stdout is for the client as it comes. */
  readonly #records: StreamRecords | null;
  /** How the program ended, once it has, and what it took. */
  exit: EndCause | null = null;
  usage: ResourceUsage | null = null;
  #stdoutFinished = false;
  #stderrFinished = false;
  #endedSaid = false;
  #isForNobody = false;
  #graceTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(parts: ServiceParts, options: ServiceOptions, stderr: StderrListener) {
    this.pid = parts.pid;
    this.#options = options;
    this.queue = new FrameQueue(options.kernel, options.marks);
    const isForClient = options.stderr === "client";
    const reads = isForClient ? { ...options, readSizeMax: SOURCE_SIZE_MAX } : options;
    const ends = parts.terminal?.attach(this, reads);
    this.#stdin = ends?.input ?? new PipeWriter(parts.stdin, options, this);
    this.#ending = new Ending({
      ...options.ending,
      group: parts.terminal?.group ?? new ProcessGroup(parts.pid, parts.leaf),
      endInput: () => this.#stdin.end(),
      ...(ends === undefined ? {} : { hangUp: () => ends.input.hangUp() }),
      backlog: () => this.queue.length,
      over: () => this.listener.closed(),
    });
    this.#stdout = ends?.output ?? new PipeReader(parts.stdout, reads, this);
    this.#stderrReader = new StderrReader(this, options.kernel, stderr);
    this.#stderr =
      parts.stderr === null ? null : new PipeReader(parts.stderr, reads, this.#stderrReader);
    this.#stderrFinished = parts.stderr === null;
    this.#records = isForClient ? new StreamRecords((bytes) => this.#emit(bytes)) : null;
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
    if (this.#records !== null) this.#stderr?.pause();
  }

  resume(): void {
    this.#stdout.resume();
    this.#stderr?.resume();
  }

  /** What waits is written, then the program sees the end of file, and has all the time that it wants. */
  endInput(): void {
    this.#stdin.end();
  }

  /** Brings the program to its end, or lets it come to it by itself when it is only its client that is gone. */
  end(cause: EndCause): void {
    const { finishTimeoutMs } = this.#options.ending;
    if (finishTimeoutMs === null || !isOfClient(cause)) this.#ending.begin();
    else this.#ending.beginLate(finishTimeoutMs);
    this.#dropOutput();
  }

  destroy(): void {
    this.#stdin.close();
    this.#ending.signal("SIGKILL");
    this.#ending.begin();
    this.#dropOutput();
  }

  /** Nobody listens: what a grandchild may yet say is not waited for. */
  #dropOutput(): void {
    this.#isForNobody = true;
    if (this.#graceTimer !== null) this.#graceOver();
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

  refused(cause: EndCause): void {
    this.#sayEnded(cause);
    this.end(cause);
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
    this.#ending.leaderExited();
    const wasCongested = this.congested;
    this.#stdin.close();
    // A client that waits for a dead program's stdin must be heard while that program's output is still sent.
    if (wasCongested) this.listener.drained();
    this.#conclude();
    if (!this.#stdoutFinished || !this.#stderrFinished) {
      const { lingerMs } = this.#options;
      this.#awaitOutput(this.#isForNobody ? Math.min(lingerMs, LOOK_MS) : lingerMs);
    }
  }

  #awaitOutput(milliseconds: number): void {
    this.#graceTimer = setTimeout(() => this.#graceOver(), milliseconds);
  }

  /** A reader that is not paused has read all that there was: only a grandchild can hold the pipe open. */
  #graceOver(): void {
    if (this.#graceTimer !== null) clearTimeout(this.#graceTimer);
    this.#graceTimer = null;
    const stderr = this.#stderr;
    if (stderr !== null && !this.#stderrFinished && !stderr.paused) {
      stderr.readRest();
      if (!stderr.paused) stderr.close();
      if (!this.#stderrFinished && !stderr.paused) this.#stderrReader.finished();
    }
    if (!this.#stdoutFinished) {
      if (!this.#stdout.paused) this.#stdout.readRest();
      if (this.#stdout.paused) {
        this.#awaitOutput(LOOK_MS); // there may be more in the pipe
        return;
      }
      this.#stdout.close();
      this.#records?.finish("stdout");
      this.#stdoutFinished = true;
    }
    if (!this.#stderrFinished) this.#awaitOutput(LOOK_MS);
    this.#conclude();
  }

  /** Says `ended` when the program has and its output is read, and then ends what is left of its process group. */
  #conclude(): void {
    if (this.exit === null || !this.#stdoutFinished || this.#ending.isOver) return;
    if (this.#records !== null && !this.#stderrFinished) return;
    this.#sayEnded(this.exit);
    if (this.#stderrFinished) this.#ending.conclude();
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

// An endpoint as the two shells are, over a real FrameQueue, with a peer that the test moves by hand.

import type { Kernel } from "../../src/kernel/kernel.ts";
import {
  SILENT_LISTENER,
  type EndCause,
  type Endpoint,
  type EndpointListener,
} from "../../src/session/endpoint.ts";
import { FrameQueue, type QueueMarks } from "../../src/session/frame-queue.ts";

export interface QueuedEndpointOptions {
  readonly marks: QueueMarks;
  /** Where a chunk is put before it is given to the session. */
  readonly workspace: number;
}

export class QueuedEndpoint implements Endpoint {
  listener: EndpointListener = SILENT_LISTENER;
  /** What the peer has been handed. */
  readonly delivered: number[] = [];
  /** The most that ever waited. */
  backlogMax = 0;
  state: "OPEN" | "ENDING" | "CLOSED" = "OPEN";
  /** How many bytes the peer had been handed when it saw the end of input; null: it has not. */
  inputEndedAt: number | null = null;
  readonly #kernel: Kernel;
  readonly #queue: FrameQueue;
  readonly #workspace: number;
  #paused = false;
  #inputEnding = false;
  #inputEndedSaid = false;
  #endedSaid = false;

  constructor(kernel: Kernel, options: QueuedEndpointOptions) {
    this.#kernel = kernel;
    this.#queue = new FrameQueue(kernel, options.marks);
    this.#workspace = options.workspace;
  }

  get congested(): boolean {
    return this.#queue.state === "PAUSED";
  }

  get mayGive(): boolean {
    return !this.#paused && !this.gaveLast;
  }

  /** The peer has said that it gives no more. */
  get gaveLast(): boolean {
    return this.#inputEndedSaid || this.#endedSaid;
  }

  /** Nobody is there any more to take what is sent once it has ended, or was told to. */
  get takes(): boolean {
    return this.state === "OPEN" && !this.#endedSaid;
  }

  // From the session.

  send(begin: number, end: number): void {
    if (!this.takes) return;
    if (!this.#queue.push(begin, end)) throw new Error("no slab");
    this.backlogMax = Math.max(this.backlogMax, this.#queue.length);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  endInput(): void {
    this.#inputEnding = true;
    this.take(0);
  }

  end(_cause: EndCause): void {
    if (this.state === "OPEN") this.state = "ENDING";
  }

  destroy(): void {
    this.#queue.clear();
    this.#close();
  }

  // From the test.

  /** The peer gives these bytes. */
  give(bytes: readonly number[]): void {
    if (!this.mayGive) throw new Error("gives although paused or ended");
    this.#kernel.bytes.set(bytes, this.#workspace);
    this.listener.received(this.#workspace, this.#workspace + bytes.length);
    this.#kernel.bytes.fill(0xee, this.#workspace, this.#workspace + bytes.length);
  }

  /** The peer takes up to `count` bytes. */
  take(count: number): void {
    let flowing = false;
    while (count > 0 && this.#queue.length > 0) {
      const taken = Math.min(count, this.#queue.frontLength);
      const front = this.#queue.front;
      for (let i = 0; i < taken; i++) this.delivered.push(this.#kernel.bytes[front + i]!);
      if (this.#queue.consume(taken)) flowing = true;
      count -= taken;
    }
    if (this.#inputEnding && this.#queue.length === 0) this.inputEndedAt ??= this.delivered.length;
    if (flowing) this.listener.drained();
  }

  /** The peer gives no more, and still takes. */
  sayInputEnded(): void {
    if (this.gaveLast) return;
    this.#inputEndedSaid = true;
    this.listener.inputEnded();
  }

  /** The peer gives no more: it closed, or it exited. */
  sayEnded(cause: EndCause): void {
    if (this.#endedSaid) return;
    this.#endedSaid = true;
    this.listener.ended(cause);
  }

  /** What waits is taken, then it is gone. */
  finish(): void {
    this.take(Infinity);
    this.sayEnded({ kind: "gone" });
    this.#close();
  }

  #close(): void {
    if (this.state === "CLOSED") return;
    this.state = "CLOSED";
    this.sayEnded({ kind: "gone" });
    this.listener.closed();
  }
}

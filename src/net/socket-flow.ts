// What flows through a client's socket: read or paused, written at once or when it can be, and ended in bounded time.

import type { Kernel } from "../kernel/kernel.ts";
import { FrameQueue, type QueueMarks } from "../session/frame-queue.ts";
import type { KeepaliveClient, KeepaliveLimits } from "../session/keepalive.ts";
import type { FlowSocket } from "./socket-user.ts";
import { hasPeerLeft, unacknowledgedBytes } from "./socket-state.ts";

/** How often a peer that reads, however slowly, gets more time at the end: 5 minutes of 5 s. */
const RENEWALS_MAX = 60;

export interface SocketFlowOptions {
  readonly kernel: Kernel;
  readonly marks: QueueMarks;
  /** Milliseconds for the peer's part in the end, once it has all. */
  readonly closeTimeoutMs: number;
  /** Its stallTimeoutMs is what waits for the peer at the end may wait without a byte of progress. */
  readonly keepalive: Pick<KeepaliveLimits, "stallTimeoutMs">;
}

export class SocketFlow implements KeepaliveClient {
  /** What the peer sends is left in the kernel. */
  paused = false;
  /** It has sent its last byte. */
  peerHasEnded = false;
  /** Bytes that the socket has taken, ever. */
  taken = 0;
  readonly #socket: FlowSocket;
  readonly #options: SocketFlowOptions;
  readonly #queue: FrameQueue;
  /** Nothing more will be written: what waits goes out, then FIN. */
  #finishing = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #renewals = 0;
  /** What waited in the kernel for the peer when its time was last looked at, if it was. */
  #unacknowledged: number | null = null;

  constructor(socket: FlowSocket, options: SocketFlowOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#queue = new FrameQueue(options.kernel, options.marks);
  }

  get congested(): boolean {
    return this.#queue.state === "PAUSED";
  }

  /** Bytes that wait for the socket. */
  get backlog(): number {
    return this.#queue.length;
  }

  /** Bytes taken that the peer's kernel has not acknowledged. */
  get unacknowledged(): number {
    return unacknowledgedBytes(this.#socket.fd);
  }

  /** The peer has sent its last byte, whether or not we have read it. */
  get hasLeft(): boolean {
    return hasPeerLeft(this.#socket.fd);
  }

  /** What is under way may still come. */
  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.#socket.pause();
  }

  /** True: it was paused. */
  resume(): boolean {
    if (!this.paused) return false;
    this.paused = false;
    this.#socket.resume();
    return true;
  }

  /**
   * Sends kernel memory [begin, end), or what the socket refuses of it later. False: nor could it wait, the slabs are
   * used up, and part of it may be out.
   */
  write(begin: number, end: number): boolean {
    if (begin === end) return true;
    if (this.peerHasEnded) this.awaitPeer();
    if (this.#queue.length === 0) {
      const taken = this.#socket.write(this.#options.kernel.bytes, begin, end - begin);
      if (taken < 0) return true; // gone: its user will hear of it
      this.taken += taken;
      begin += taken;
      if (begin === end) return true;
    }
    return this.#queue.push(begin, end);
  }

  /** The socket may take more. True: no longer congested. */
  drained(): boolean {
    let flowing = false;
    while (this.#queue.length > 0) {
      const length = this.#queue.frontLength;
      const taken = this.#socket.write(this.#options.kernel.bytes, this.#queue.front, length);
      if (taken > 0) this.taken += taken;
      if (taken > 0 && this.#queue.consume(taken)) flowing = true;
      if (taken < length) break;
    }
    if (this.#timer !== null) this.awaitPeer(); // progress: its time begins anew
    if (this.#finishing && this.#queue.length === 0) this.#socket.shutdown();
    return flowing;
  }

  /** Ends our side when all is out. The peer's bytes are still read, until its FIN or for so long. */
  finish(): void {
    this.#finishing = true;
    this.awaitPeer();
    // FIN, and then what the peer still sends is read until its own (RFC 6455 7.1.1, RFC 9112 9.6). Bun's end() would
    // close at once: the kernel answers such bytes with a reset, and the peer may lose our last words by it.
    if (this.#queue.length === 0) this.#socket.shutdown();
  }

  /** The peer's FIN: it may read on, for as long as no more time goes by without something for it than an end may take. */
  peerEnded(): void {
    this.peerHasEnded = true;
    this.awaitPeer();
  }

  /** From now the peer has its time: to take what waits, then to do its part in the end. */
  awaitPeer(): void {
    if (this.#socket.readyState < 0) return; // gone: memory ran out for what it was to be told
    const { closeTimeoutMs, keepalive } = this.#options;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const timeoutMs = this.#queue.length > 0 ? keepalive.stallTimeoutMs : closeTimeoutMs;
    if (this.#queue.length > 0) this.#unacknowledged = this.unacknowledged;
    this.#timer = setTimeout(() => this.#late(), timeoutMs);
  }

  /** The peer gets its time once, however slowly it reads: the server's own end is not to wait longer. */
  hurry(): void {
    this.#renewals = RENEWALS_MAX;
  }

  /** Drops what waits, and cuts the connection. */
  destroy(): void {
    this.#queue.clear();
    this.#socket.terminate();
  }

  /** The connection is gone. */
  release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#queue.clear();
  }

  /** The kernel may hold megabytes before our last word: a peer that still reads them is slow, not silent. */
  #late(): void {
    const before = this.#unacknowledged;
    const now = this.unacknowledged;
    this.#unacknowledged = now;
    const reads = before === null ? now > 0 : now < before;
    if (reads && this.#renewals++ < RENEWALS_MAX) this.awaitPeer();
    else if (now === 0 && this.#queue.length === 0)
      this.#socket.end(); // FIN: it may yet read what its kernel has
    else this.destroy();
  }
}

// The client side of a session: a socket that speaks WebSocket.

import type { Kernel } from "../kernel/kernel.ts";
import {
  SILENT_LISTENER,
  type EndCause,
  type Endpoint,
  type EndpointListener,
} from "../session/endpoint.ts";
import { FrameQueue, type QueueMarks } from "../session/frame-queue.ts";
import { Keepalive, type KeepaliveClient, type KeepaliveLimits } from "../session/keepalive.ts";
import { Protocol, type ProtocolHandler, type ProtocolOptions } from "../websocket/protocol.ts";
import type { Violation } from "../websocket/violation.ts";
import { closeReasonFor, CUT_RECORD, type CloseCodeStyle } from "./close-reason.ts";
import { Farewell } from "./farewell.ts";
import type { ClientSocket, SocketUser } from "./listener.ts";
import { hasPeerLeft, unacknowledgedBytes } from "./socket-state.ts";
import type { Ticked, Ticker } from "./ticker.ts";

export interface WebSocketClientOptions {
  readonly kernel: Kernel;
  readonly protocol: ProtocolOptions;
  readonly marks: QueueMarks;
  readonly closeCodes: CloseCodeStyle;
  /** Milliseconds for the peer's part in the end: its Close, then its FIN. */
  readonly closeTimeoutMs: number;
  /** Its stallTimeoutMs is also what waits for the peer at the end may wait without a byte of progress. */
  readonly keepalive: KeepaliveLimits;
  readonly ticker: Ticker;
  /** The program has written a line that is not UTF-8, the first one. */
  readonly invalidOutput: () => void;
}

export class WebSocketClient
  implements Endpoint, SocketUser, ProtocolHandler, Ticked, KeepaliveClient
{
  listener: EndpointListener = SILENT_LISTENER;
  readonly #socket: ClientSocket;
  readonly #options: WebSocketClientOptions;
  readonly #protocol: Protocol;
  readonly #queue: FrameQueue;
  #paused = false;
  readonly #keepalive: Keepalive;
  taken = 0;
  /** The code of the Close that was sent or received first; none while open, or when there was none. */
  closeCode: number | undefined;
  #endedSaid = false;
  /** Both Closes, or a violation, are through: what waits goes out, then FIN. */
  #finishing = false;
  readonly #farewell: Farewell;

  constructor(socket: ClientSocket, options: WebSocketClientOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#protocol = new Protocol(options.kernel, options.protocol, this);
    this.#queue = new FrameQueue(options.kernel, options.marks);
    this.#keepalive = new Keepalive(options.keepalive, options.ticker.now);
    this.#farewell = new Farewell({
      closeTimeoutMs: options.closeTimeoutMs,
      stallTimeoutMs: options.keepalive.stallTimeoutMs,
      queued: () => this.#queue.length,
      unacknowledged: () => this.unacknowledged,
      over: (hasAll) => {
        if (hasAll)
          this.#socket.end(); // FIN: it may yet read what its kernel has
        else this.destroy();
      },
    });
    options.ticker.add(this);
  }

  get congested(): boolean {
    return this.#queue.state === "PAUSED";
  }

  /** Lines of the program that were not UTF-8. */
  get invalidRecords(): number {
    return this.#protocol.invalidRecords;
  }

  get messages(): { incoming: number; outgoing: number } {
    return this.#protocol.messages;
  }

  // From the socket.

  receive(chunk: Uint8Array): void {
    this.#keepalive.heard = true;
    this.#protocol.receive(chunk);
  }

  drained(): void {
    let flowing = false;
    while (this.#queue.length > 0) {
      const length = this.#queue.frontLength;
      const taken = this.#socket.write(this.#options.kernel.bytes, this.#queue.front, length);
      if (taken > 0) this.taken += taken;
      if (taken > 0 && this.#queue.consume(taken)) flowing = true;
      if (taken < length) break;
    }
    this.#farewell.progress();
    if (flowing) {
      this.#protocol.answerPing();
      this.listener.drained();
    }
    if (this.#finishing && this.#queue.length === 0) this.#socket.shutdown();
  }

  disconnected(): void {
    this.#farewell.cancel();
    this.#options.ticker.delete(this);
    this.#queue.clear();
    this.#protocol.release();
    this.#sayEnded({ kind: "gone" });
    this.listener.closed();
  }

  // From the ticker, and what it looks at.

  tick(now: number): void {
    if (this.#protocol.state !== "OPEN") return; // its end has begun, and has times of its own
    const verdict = this.#keepalive.judge(now, this);
    if (verdict === null) return;
    if (verdict === "ping") return this.#protocol.ping();
    this.#sayEnded(verdict);
    this.destroy();
  }

  get unacknowledged(): number {
    return unacknowledgedBytes(this.#socket.fd);
  }

  get hasLeft(): boolean {
    return hasPeerLeft(this.#socket.fd);
  }

  // From the protocol.

  payload(begin: number, end: number): void {
    this.listener.received(begin, end);
  }

  transmit(frame: Uint8Array): void {
    const { kernel } = this.#options;
    kernel.bytes.set(frame, kernel.frames);
    this.#write(kernel.frames, kernel.frames + frame.length);
  }

  get paused(): boolean {
    return this.#paused;
  }

  transmitFrames(begin: number, end: number): void {
    this.#write(begin, end);
  }

  closed(code: number | undefined): void {
    this.closeCode ??= code;
    this.#sayEnded({ kind: "closed", code });
    this.#finish();
  }

  failed(violation: Violation): void {
    const { closeCode: code, name, text } = violation;
    this.closeCode ??= code;
    this.#sayEnded({ kind: "violation", code, name, text });
    this.#finish();
  }

  invalidOutput(): void {
    this.#options.invalidOutput();
  }

  // From the session.

  send(begin: number, end: number): void {
    this.#protocol.send(begin, end);
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
    this.#protocol.resume();
  }

  /** A WebSocket has no end of input but its Close. */
  endInput(): void {}

  end(cause: EndCause): void {
    if (this.#protocol.state !== "OPEN") return;
    const { closeCodes } = this.#options;
    // Only the program's own end makes a record of what it wrote last: one that was under way is no message.
    const programEnded = cause.kind === "exit" || cause.kind === "signal";
    const isWhole = programEnded ? this.#protocol.finish() : true;
    if (cause.kind === "stopping") this.#farewell.hurry(); // the server's own end is not to wait so long
    const { code, reason } = isWhole ? closeReasonFor(cause, closeCodes) : CUT_RECORD;
    this.closeCode = code;
    this.#protocol.close(code, reason);
    this.#awaitPeer();
  }

  destroy(): void {
    this.#queue.clear();
    this.#socket.terminate();
  }

  /** Sends kernel memory [begin, end), or what the socket refuses of it later. */
  #write(begin: number, end: number): void {
    if (begin === end) return;
    const { bytes } = this.#options.kernel;
    if (this.#queue.length === 0) {
      const taken = this.#socket.write(bytes, begin, end - begin);
      if (taken < 0) return; // gone: `disconnected` follows
      this.taken += taken;
      begin += taken;
      if (begin === end) return;
    }
    if (!this.#queue.push(begin, end)) this.outOfMemory();
  }

  /** Part of a frame may be out: no Close can follow it, only the end of the connection. */
  outOfMemory(): void {
    this.#sayEnded({ kind: "no-memory" });
    this.destroy();
  }

  #finish(): void {
    this.#finishing = true;
    this.#awaitPeer();
    // 7.1.1: FIN, and then what the peer still sends is read until its own. Bun's end() would close at once: the
    // kernel answers such bytes with a reset, and the peer may lose our Close by it.
    if (this.#queue.length === 0) this.#socket.shutdown();
  }

  #awaitPeer(): void {
    if (this.#socket.readyState < 0) return; // gone: memory ran out for what it was to be told
    this.#farewell.wait();
  }

  #sayEnded(cause: EndCause): void {
    if (this.#endedSaid) return;
    this.#endedSaid = true;
    this.listener.ended(cause);
  }
}

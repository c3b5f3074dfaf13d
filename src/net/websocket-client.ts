// The client side of a session: a socket that speaks WebSocket.

import type { Kernel } from "../kernel/kernel.ts";
import {
  SILENT_LISTENER,
  type EndCause,
  type Endpoint,
  type EndpointListener,
} from "../session/endpoint.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import { Keepalive, type KeepaliveClient, type KeepaliveLimits } from "../session/keepalive.ts";
import type { OutputFault } from "../websocket/output-fault.ts";
import { Protocol, type MessageCounts } from "../websocket/protocol.ts";
import type { ProtocolHandler, ProtocolOptions } from "../websocket/protocol-handler.ts";
import type { Violation } from "../websocket/violation.ts";
import { closeReasonFor, CUT_RECORD, type CloseCodeStyle } from "./close-reason.ts";
import { DirectSocket, type DirectSocketOptions, type DirectSocketUser } from "./direct-socket.ts";
import type { ClientSocket, SocketUser } from "./socket-user.ts";
import { SocketFlow } from "./socket-flow.ts";
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
  /** Null: Bun reads and writes the socket, which it must with TLS. */
  readonly direct: DirectSocketOptions | null;
}

/** Hears what is wrong with what the program writes, or reads. */
export interface RecordListener {
  /** A message had a delimiter inside, and became more than one record: the first one. */
  extraRecord(): void;
  /** Text is not UTF-8, the first one. */
  invalidOutput(): void;
  /** It is not what its framing asks for, or ends inside of a record. */
  brokenOutput(fault: OutputFault): void;
}

export class WebSocketClient
  implements Endpoint, SocketUser, DirectSocketUser, ProtocolHandler, Ticked, KeepaliveClient
{
  listener: EndpointListener = SILENT_LISTENER;
  records: RecordListener | null = null;
  readonly #options: WebSocketClientOptions;
  readonly #protocol: Protocol;
  /** Null: Bun reads and writes the socket. */
  readonly #direct: DirectSocket | null;
  readonly flow: SocketFlow;
  readonly #keepalive: Keepalive;
  /** The code of the Close that was sent or received first; none while open, or when there was none. */
  closeCode: number | undefined;
  #endedSaid = false;

  constructor(socket: ClientSocket, options: WebSocketClientOptions) {
    this.#options = options;
    this.#protocol = new Protocol(options.kernel, options.protocol, this);
    const { direct } = options;
    this.#direct = direct === null ? null : new DirectSocket(socket, direct, this);
    this.flow = new SocketFlow(this.#direct ?? socket, options);
    this.#keepalive = new Keepalive(options.keepalive, options.ticker.now);
    options.ticker.add(this);
  }

  get congested(): boolean {
    return this.flow.congested;
  }

  /** Lines of the program that were not UTF-8. */
  get invalidRecords(): number {
    return this.#protocol.invalidRecords;
  }

  get messages(): MessageCounts {
    return this.#protocol.counts;
  }

  // From the socket.

  receive(chunk: Uint8Array): void {
    this.#keepalive.heard = true;
    this.#protocol.receive(chunk);
    this.#direct?.used();
  }

  arrived(length: number): void {
    this.#keepalive.heard = true;
    this.#protocol.arrived(length);
  }

  drained(): void {
    if (!this.flow.drained()) return;
    this.#protocol.answerPing();
    this.listener.drained();
  }

  /**
   * FIN without a Close: it may yet read. Its program sees the end of file, and what that still says is sent, for as
   * long as a peer has for its part in the end: one that has crashed looks the same.
   */
  peerEnded(): void {
    this.#direct?.release();
    this.flow.peerEnded();
    if (this.#protocol.state !== "OPEN") return this.flow.finish();
    if (!this.#protocol.isBetweenMessages) return this.destroy(); // the rest of its message will not come
    this.listener.inputEnded();
  }

  disconnected(): void {
    this.#options.ticker.delete(this);
    this.#direct?.release();
    this.flow.release();
    this.#protocol.release();
    this.#sayEnded({ kind: "gone" });
    this.listener.closed();
  }

  // From the ticker, and what it looks at.

  tick(now: number): void {
    if (this.#protocol.state !== "OPEN") return; // its end has begun, and has times of its own
    if (this.flow.peerHasEnded) this.#keepalive.heard = true; // it can say nothing, nor answer a Ping
    const verdict = this.#keepalive.judge(now, this);
    if (verdict === null) return;
    if (verdict === "ping") return this.#protocol.ping();
    this.#sayEnded(verdict);
    this.destroy();
  }

  get taken(): number {
    return this.flow.taken;
  }

  get unacknowledged(): number {
    return this.flow.unacknowledged;
  }

  get hasLeft(): boolean {
    return this.flow.hasLeft;
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
    return this.flow.paused;
  }

  transmitFrames(begin: number, end: number): void {
    this.#write(begin, end);
  }

  closed(code: number | undefined): void {
    this.closeCode ??= code;
    this.#sayEnded({ kind: "closed", code });
    this.flow.finish();
  }

  failed(violation: Violation): void {
    const { closeCode: code, name, text } = violation;
    this.closeCode ??= code;
    this.#sayEnded({ kind: violation.isOfProgram ? "output" : "violation", code, name, text });
    this.flow.finish();
  }

  extraRecord(): void {
    this.records?.extraRecord();
  }

  invalidOutput(): void {
    this.records?.invalidOutput();
  }

  brokenOutput(fault: OutputFault): void {
    this.records?.brokenOutput(fault);
  }

  // From the session.

  send(begin: number, end: number): void {
    this.#protocol.send(begin, end);
  }

  pause(): void {
    this.flow.pause();
  }

  resume(): void {
    if (this.flow.resume()) this.#protocol.resume();
  }

  /** A WebSocket has no end of input but its Close. */
  endInput(): void {}

  end(cause: EndCause): void {
    if (this.#protocol.state !== "OPEN") return;
    const { closeCodes } = this.#options;
    // Only the program's own end makes a record of what it wrote last: one that was under way is no message.
    const programEnded = cause.kind === "exit" || cause.kind === "signal";
    const isWhole = programEnded ? this.#protocol.finish() : true;
    if (cause.kind === "stopping") this.flow.hurry(); // the server's own end is not to wait so long
    const { code, reason } = isWhole ? closeReasonFor(cause, closeCodes) : CUT_RECORD;
    this.closeCode ??= code; // what was written last may have been refused just now
    this.#protocol.close(code, reason);
    if (this.flow.peerHasEnded) this.flow.finish();
    else this.flow.awaitPeer();
  }

  destroy(): void {
    this.flow.destroy();
  }

  #write(begin: number, end: number): void {
    if (!this.flow.write(begin, end)) this.outOfMemory();
  }

  /** Part of a frame may be out: no Close can follow it, only the end of the connection. */
  outOfMemory(): void {
    this.#sayEnded({ kind: "no-memory" });
    this.destroy();
  }

  #sayEnded(cause: EndCause): void {
    if (this.#endedSaid) return;
    this.#endedSaid = true;
    this.listener.ended(cause);
  }
}

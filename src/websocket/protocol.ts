// A server's side of one WebSocket connection after the handshake: RFC 6455 5.4-5.5 and 7, without a socket.

import { UTF8_ACCEPT, type Kernel } from "../kernel/kernel.ts";
import { isCloseCodeLegal } from "./close-code.ts";
import { Decoder, type FrameHandler } from "./decoder.ts";
import { Encoder } from "./encoder.ts";
import type { Extension } from "./extension.ts";
import { closeFrame, controlFrame, OPCODE_CLOSE, OPCODE_PING, OPCODE_PONG } from "./frame.ts";
import { framingRow } from "./framing.ts";
import type { OutputFault } from "./output-fault.ts";
import type { OutputSink } from "./output-sink.ts";
import type { ProtocolHandler, ProtocolOptions } from "./protocol-handler.ts";
import type { RecordOutput } from "./record-output.ts";
import {
  CLOSE_BODY_TOO_SHORT,
  CLOSE_CODE_ILLEGAL,
  CLOSE_REASON_INVALID_UTF8,
  OUTPUT_BROKEN,
  OUTPUT_INVALID_UTF8,
  type Violation,
} from "./violation.ts";

/** CLOSING: our Close is sent, the peer's is awaited. CLOSED: no frame will be read or written any more. */
export type ProtocolState = "OPEN" | "CLOSING" | "CLOSED";

export interface MessageCounts {
  /** Messages received and sent whole, modulo 2^32. */
  readonly incoming: number;
  readonly outgoing: number;
  /** Records that were made beyond one for each message, as delimiters were inside of messages. */
  readonly extraRecords: number;
}

const RECORD_SIZE_MAX = 16 * 1024 * 1024;
const NO_BODY = new Uint8Array(0);

export class Protocol implements FrameHandler, OutputSink {
  state: ProtocolState = "OPEN";
  /** Lines of ours that were not UTF-8. */
  invalidRecords = 0;
  readonly #kernel: Kernel;
  readonly #record: number;
  readonly #handler: ProtocolHandler;
  readonly #decoder: Decoder;
  readonly #encoder: Encoder;
  readonly #extension: Extension | null;
  readonly #output: RecordOutput;
  #hasExtraRecords = false;
  #finalCounts: MessageCounts | null = null;
  /** 5.5.3: "may elect to send a Pong frame for only the most recently processed Ping frame": this one's body. */
  #ping: Uint8Array | null = null;

  /** Throws when the kernel has no state record left: bound the sessions by KernelOptions.sessionsMax. */
  constructor(kernel: Kernel, options: ProtocolOptions, handler: ProtocolHandler) {
    const record = kernel.states.borrow();
    if (record === 0) throw new RangeError("all state records of the kernel are in use");
    kernel.bytes.fill(0, record, record + kernel.states.size);
    this.#kernel = kernel;
    this.#record = record;
    this.#handler = handler;
    const { frameType = null, invalidUtf8 = "replace", recordSizeMax = RECORD_SIZE_MAX } = options;
    const framing = framingRow(options.framing, frameType);
    const encoder = new Encoder(kernel, record, { ...framing, recordSizeMax });
    this.#decoder = new Decoder(kernel, record, { ...options, framing });
    this.#encoder = encoder;
    this.#extension = options.extension;
    this.#output = framing.output({
      kernel,
      encoder,
      frameType: frameType ?? framing.frameType,
      invalidUtf8,
      recordSizeMax,
    });
  }

  get isOpen(): boolean {
    return this.state === "OPEN";
  }

  /** True when the peer could end here: no message, and no frame, has begun that has not ended. */
  get isBetweenMessages(): boolean {
    return this.#decoder.isBetweenMessages;
  }

  /** What has gone each way. */
  get counts(): MessageCounts {
    return this.#finalCounts ?? this.#countNow();
  }

  #countNow(): MessageCounts {
    const { messages: incoming, extraRecords } = this.#decoder;
    return { incoming, outgoing: this.#encoder.records, extraRecords };
  }

  /** Takes bytes from the peer; the handler is called back before this returns. The bytes may be reused after. */
  receive(chunk: Uint8Array): void {
    if (this.state === "CLOSED") return; // 5.5.1: nothing after a Close is read
    this.#decoder.receive(chunk, this);
    this.#noteExtraRecords();
    if (this.#ping !== null) this.answerPing();
  }

  /** The same for a chunk that lies at `kernel.incoming`. */
  arrived(length: number): void {
    if (this.state === "CLOSED") return;
    this.#decoder.arrived(length, this);
    this.#noteExtraRecords();
    if (this.#ping !== null) this.answerPing();
  }

  /**
   * Sends the Pong that is due, if any, but not to a peer that does not read: its pings would fill our memory. To be
   * called when the handler is congested no more.
   */
  answerPing(): void {
    const body = this.#ping;
    if (body === null || this.#handler.congested) return;
    this.#ping = null;
    // 5.5.2: "MUST send a Pong frame in response, unless it already received a Close frame".
    if (this.state === "OPEN") this.#handler.transmit(controlFrame(OPCODE_PONG, body));
  }

  /** 5.5.2: asks the peer for a Pong. Nothing while not OPEN. */
  ping(): void {
    if (this.state === "OPEN") this.#handler.transmit(controlFrame(OPCODE_PING, NO_BODY));
  }

  /** True while something waits for `resume`. */
  get isWaiting(): boolean {
    return this.state !== "CLOSED" && this.#decoder.isWaiting;
  }

  /** Goes on with what waited while the handler was paused. */
  resume(): void {
    if (this.state === "CLOSED") return;
    this.#decoder.resume(this);
    this.#noteExtraRecords();
    if (this.#ping !== null) this.answerPing();
  }

  /** Frames records, in kernel memory [begin, end), for the peer. Nothing while not OPEN: 5.5.1, no data after a Close. */
  send(begin: number, end: number): void {
    if (this.state !== "OPEN") return;
    this.#output.send(begin, end, this);
  }

  // From the output.

  transmit(framesEnd: number): void {
    const { frames } = this.#kernel;
    if (framesEnd === frames) return;
    if (this.#extension === null) this.#handler.transmitFrames(frames, framesEnd);
    else this.#extension.transform(frames, framesEnd, this.#handler);
  }

  invalid(): void {
    if (this.invalidRecords++ === 0) this.#handler.invalidOutput?.();
  }

  broken(fault: OutputFault): void {
    if (this.state !== "OPEN") return;
    this.#handler.brokenOutput?.(fault);
    this.violation(OUTPUT_BROKEN);
  }

  refuse(): void {
    this.violation(OUTPUT_INVALID_UTF8);
  }

  /** Frames the last line, the one without a delimiter. False: what was sent last ends inside of a record. */
  finish(): boolean {
    if (this.state !== "OPEN") return true;
    const fault = this.#output.finish(this);
    if (fault !== null) this.#handler.brokenOutput?.(fault);
    return fault === null;
  }

  /** 7.1.2: starts the closing handshake. Does nothing when a Close has been sent. */
  close(code: number, reason: string): void {
    if (this.state !== "OPEN") return;
    this.state = "CLOSING";
    this.#handler.transmit(closeFrame(code, reason));
  }

  /** Ends without a word, and gives the kernel's memory back. Must be called once, when the connection is gone. */
  release(): void {
    this.state = "CLOSED";
    this.#finalCounts = this.#countNow(); // the record will be another session's
    this.#decoder.release();
    this.#encoder.release();
    this.#output.release?.();
    this.#kernel.states.giveBack(this.#record);
  }

  get closed(): boolean {
    return this.state === "CLOSED";
  }

  get paused(): boolean {
    return this.#handler.paused ?? false;
  }

  payload(begin: number, end: number): void {
    this.#handler.payload(begin, end);
  }

  outOfMemory(): void {
    this.#handler.outOfMemory();
  }

  control(opcode: number, begin: number, end: number): void {
    if (this.state === "CLOSED") return; // released while this chunk was decoded
    if (opcode === OPCODE_PING) this.#ping = this.#kernel.bytes.slice(begin, end);
    if (opcode === OPCODE_CLOSE) this.#peerClosed(begin, end);
  }

  violation(violation: Violation): void {
    if (this.state === "CLOSED") return; // as above
    this.#ping = null;
    const closeSent = this.state === "CLOSING";
    this.state = "CLOSED";
    if (!closeSent) this.#handler.transmit(closeFrame(violation.closeCode, violation.text));
    this.#handler.failed(violation);
  }

  #noteExtraRecords(): void {
    if (this.#hasExtraRecords || (this.#finalCounts ?? this.#decoder).extraRecords === 0) return;
    this.#hasExtraRecords = true;
    this.#handler.extraRecord?.();
  }

  /** 5.5.1: a Close is answered by a Close with the same code, once. */
  #peerClosed(begin: number, end: number): void {
    const { bytes } = this.#kernel;
    if (end - begin === 1) return this.violation(CLOSE_BODY_TOO_SHORT);
    const code = end === begin ? undefined : (bytes[begin]! << 8) | bytes[begin + 1]!;
    if (code !== undefined) {
      if (!isCloseCodeLegal(code)) return this.violation(CLOSE_CODE_ILLEGAL);
      const reasonState = this.#kernel.utf8(UTF8_ACCEPT, begin + 2, end - begin - 2);
      if (reasonState !== UTF8_ACCEPT) return this.violation(CLOSE_REASON_INVALID_UTF8);
    }
    const closeSent = this.state === "CLOSING";
    this.#ping = null;
    this.state = "CLOSED";
    if (!closeSent) this.#handler.transmit(closeFrame(code));
    this.#handler.closed(code);
  }
}

// What a Protocol is told, and whom it tells.

import type { DecoderOptions } from "./decoder.ts";
import type { FrameSink } from "./extension.ts";
import type { Framing } from "./framing.ts";
import type { OutputFault } from "./output-fault.ts";
import type { FrameType, InvalidUtf8 } from "./record-output.ts";
import type { Violation } from "./violation.ts";

/** The framing is that of what `payload` gives and `send` takes. */
export interface ProtocolOptions extends Omit<DecoderOptions, "framing"> {
  readonly framing: Framing;
  /** What records go out as that do not say it themselves; default: as their framing has it. */
  readonly frameType?: FrameType | null;
  /** What becomes of text that is not UTF-8; default: it is replaced. */
  readonly invalidUtf8?: InvalidUtf8;
  /** Bytes of a record whose length is told, or that must be whole; default: 16 MiB. */
  readonly recordSizeMax?: number;
}

export interface ProtocolHandler extends FrameSink {
  /** Payload as records, in kernel memory [begin, end): dies on return. */
  payload(begin: number, end: number): void;
  /** True while what much is made of should wait; then `resume` must follow. */
  readonly paused?: boolean;
  /** A control frame to be sent, after all that was sent before it. */
  transmit(frame: Uint8Array): void;
  /** True while too much of what was transmitted waits: a Pong then waits for `answerPing`. */
  readonly congested?: boolean;
  /** The peer closed; its Close has been answered. `code` is undefined when it gave none. */
  closed(code: number | undefined): void;
  /** The peer broke the protocol; a Close that says so has been transmitted. */
  failed(violation: Violation): void;
  /** A message had a delimiter inside and became more than one record: told of the first one. */
  extraRecord?(): void;
  /** Text that was to be sent is not UTF-8: told of the first one. */
  invalidOutput?(): void;
  /** The program broke its framing: told before `failed`, or before what was sent last turns out to be cut. */
  brokenOutput?(fault: OutputFault): void;
  /** What must be kept of a message, or of a record, could not be: the connection must end. */
  outOfMemory(): void;
}

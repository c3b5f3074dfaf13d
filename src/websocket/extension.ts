// RFC 6455 9: what the core knows of an extension that was agreed on.

import type { Violation } from "./violation.ts";

/** What is to be transformed and where the result goes, by kernel address; the callee moves `source` and `target` on. */
export interface Span {
  source: number;
  sourceEnd: number;
  target: number;
  targetEnd: number;
}

export interface FrameSink {
  /** Frames to be sent, in kernel memory [begin, end): they die on return. */
  transmitFrames(begin: number, end: number): void;
}

export interface Extension {
  /** The reserved bits, as in byte 0 of a frame, on the first frame of a message that the extension has transformed. */
  readonly reservedBits: number;
  /** To be put behind the payload of such a message before it is transformed back; at most TRAILER_SIZE_MAX bytes. */
  readonly trailer: Uint8Array;
  /**
   * Transforms payload of the one marked message that is open back to what it was. Returns when the source is used up
   * with room left in the target, or when the target is full: then it is to be called again, with what remains of the
   * source, be it nothing, and a new target. `isLast`: the source ends with the trailer; when all of it is done the
   * next message may come.
   */
  restore(span: Span, isLast: boolean): Violation | null;
  /**
   * Transforms the unmasked frames in kernel memory [begin, end), each of at most 65,535 bytes of payload, and gives the
   * sink what it made of them. Frames of one message may come in several calls.
   */
  transform(begin: number, end: number, sink: FrameSink): void;
  /** Gives back what it holds. Called once. */
  release(): void;
}

/** What `unframe` leaves free behind the payload of a marked message. */
export const TRAILER_SIZE_MAX = 16;

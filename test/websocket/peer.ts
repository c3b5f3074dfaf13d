// Runs a Protocol on bytes in pieces, and writes down what it did.

import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import type { DecoderLimits } from "../../src/websocket/decoder.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import type { ProtocolHandler, ProtocolOptions } from "../../src/websocket/protocol-handler.ts";
import type { Violation } from "../../src/websocket/violation.ts";
import { ByteList } from "../support/byte-list.ts";
import { toHex } from "../support/frames.ts";
import { cutAt } from "../support/splits.ts";

export const kernel = createKernel({ slabBytes: 16 * SLAB_SIZE, sessionsMax: 4 });

/** Small enough to be reached, and the same as the kernel's vectors have. */
export const LIMITS: DecoderLimits = {
  messageSizeMax: 1024 * 1024,
  fragmentsMax: 4,
  fragmentsEmptyMax: 2,
};

export const OPTIONS: ProtocolOptions = { limits: LIMITS, framing: "lines", extension: null };

/** What a handler hears that is to hear nothing of it. */
function unreachable(): never {
  throw new Error("not to be called");
}

export const NEVER = {
  transmit: unreachable,
  transmitFrames: unreachable,
  closed: unreachable,
  failed: unreachable,
  outOfMemory: unreachable,
};

/** A server's protocol, seen from outside. Disposing releases it. */
export class Peer implements ProtocolHandler, Disposable {
  readonly protocol: Protocol;
  /** Frames that were transmitted, in hex. */
  readonly sent: string[] = [];
  /** How it ended: `closed CODE`, `closed`, `failed NAME`; empty while it has not. */
  end = "";
  readonly #payload = new ByteList();

  constructor(limits: Partial<DecoderLimits> = {}) {
    this.protocol = new Protocol(kernel, { ...OPTIONS, limits: { ...LIMITS, ...limits } }, this);
  }

  /** All payload so far, in hex. */
  get payloadHex(): string {
    return toHex(this.#payload.view());
  }

  /** Gives a stream to the protocol in the pieces between `cuts`. */
  feed(stream: Uint8Array, cuts: readonly number[] = []): void {
    for (const piece of cutAt(stream, cuts)) this.protocol.receive(piece);
  }

  payload(begin: number, end: number): void {
    if (this.end !== "") throw new Error("payload after the end");
    if (begin >= end) throw new Error("payload without a byte");
    this.#payload.append(kernel.bytes.subarray(begin, end));
  }

  transmit(frame: Uint8Array): void {
    if (this.end !== "") throw new Error("a frame after the end");
    this.sent.push(toHex(frame));
  }

  /** What records were framed as. */
  readonly frames = new ByteList();

  transmitFrames(begin: number, end: number): void {
    if (this.end !== "") throw new Error("a frame after the end");
    this.frames.append(kernel.bytes.subarray(begin, end));
  }

  outOfMemory(): void {
    this.#ended("out of memory");
  }

  closed(code: number | undefined): void {
    this.#ended(code === undefined ? "closed" : `closed ${code}`);
  }

  failed(violation: Violation): void {
    this.#ended(`failed ${violation.name}`);
  }

  [Symbol.dispose](): void {
    this.protocol.release();
  }

  #ended(end: string): void {
    if (this.end !== "") throw new Error(`${end} after ${this.end}`);
    if (this.protocol.state !== "CLOSED") throw new Error(`${end} while ${this.protocol.state}`);
    this.end = end;
  }
}

// RFC 7692: permessage-deflate, for one connection: messages inflated as they come, frames deflated as they go.

import { TRANSFORMED_SIZE, type Kernel } from "../kernel/kernel.ts";
import type { DeflateParameters } from "./deflate-parameters.ts";
import type { DeflatePool } from "./deflate-pool.ts";
import type { RawStream } from "./deflate-stream.ts";
import type { Extension, FrameSink, Span } from "./extension.ts";
import { FIN, OPCODE_BITS } from "./frame.ts";
import { DEFLATE_CORRUPT, TOO_MANY_FINAL_BLOCKS, type Violation } from "./violation.ts";

/** 6: "Per-Message Compressed" bit. */
const RSV1 = 0x40;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const HEADER_SIZE_MAX = 10;
/** 7.2.1: the empty block that a sender takes off the end of a message, and 7.2.2: a receiver puts back. */
const TAIL = [0x00, 0x00, 0xff, 0xff];
/**
 * Behind it, where no context is kept: an empty block that says that it is the last, and a byte too many. A message
 * that is whole leaves that byte over; one that is cut takes it for data.
 */
const END = [0x01, 0x00, 0x00, 0xff, 0xff, 0x00];
/** 7.2.3.4 lets a sender end a block as the last one, for want of a flush. Each costs a reset, which is 0.2 us. */
const FINAL_BLOCKS_MAX = 4096;

export interface PermessageDeflateOptions {
  readonly parameters: DeflateParameters;
  readonly pool: DeflatePool;
  /** Bytes from which on a message is compressed. */
  readonly sizeMin: number;
}

export class PermessageDeflate implements Extension {
  readonly reservedBits = RSV1;
  readonly trailer: Uint8Array;
  readonly #kernel: Kernel;
  readonly #options: PermessageDeflateOptions;
  /** Null between messages when the client keeps no context, and before the first one. */
  #inflater: RawStream | null = null;
  #finalBlocks = 0;
  /** Ours, with a context, once something was sent; null when all share one. */
  #deflater: RawStream | null = null;
  /** Whether the message whose frames are going out is deflated. */
  #isDeflating = false;

  constructor(kernel: Kernel, options: PermessageDeflateOptions) {
    this.#kernel = kernel;
    this.#options = options;
    const { clientNoContextTakeover } = options.parameters;
    this.trailer = Uint8Array.from(clientNoContextTakeover ? [...TAIL, ...END] : TAIL);
  }

  restore(span: Span, isLast: boolean): Violation | null {
    const { parameters, pool } = this.#options;
    const inflater = (this.#inflater ??= pool.borrowInflater());
    const keepsContext = !parameters.clientNoContextTakeover;
    for (;;) {
      if (!inflater.run(span, isLast)) return DEFLATE_CORRUPT;
      if (span.target === span.targetEnd) return null;
      const left = span.sourceEnd - span.source;
      if (left === 0 && (!isLast || keepsContext)) break;
      // All was taken, the byte too many as well: the message was cut.
      if (left === 0 && pool.hasContext) return DEFLATE_CORRUPT;
      if (isLast && left <= 1 && !keepsContext) {
        span.source = span.sourceEnd;
        break;
      }
      // 7.2.3.4: a last block, and more behind it.
      if (++this.#finalBlocks > FINAL_BLOCKS_MAX) return TOO_MANY_FINAL_BLOCKS;
      inflater.reset();
    }
    if (isLast) this.#endMessage(inflater, keepsContext);
    return null;
  }

  #endMessage(inflater: RawStream, keepsContext: boolean): void {
    this.#finalBlocks = 0;
    if (keepsContext) return;
    this.#inflater = null;
    this.#options.pool.giveBackInflater(inflater);
  }

  transform(begin: number, end: number, sink: FrameSink): void {
    const { bytes } = this.#kernel;
    const output = new Output(this.#kernel, begin, sink);
    for (let at = begin; at < end;) {
      const first = bytes[at]!;
      const payload = at + headerSize(bytes[at + 1]!);
      const next = payload + payloadLength(bytes, at);
      if ((first & OPCODE_BITS) !== 0) this.#isDeflating = this.#isWorthIt(first, next - payload);
      if (this.#isDeflating) {
        const target = output.begin(at, sizeBound(next - payload));
        const targetEnd = output.end;
        const span = { source: payload, sourceEnd: next, target, targetEnd };
        output.made(this.#deflateFrame(first, span), next);
      }
      at = next;
    }
    output.finish(end);
  }

  release(): void {
    this.#inflater?.close();
    this.#deflater?.close();
    this.#inflater = null;
    this.#deflater = null;
  }

  /** 6.1: an endpoint may send any message as it is. */
  #isWorthIt(first: number, length: number): boolean {
    return length > 0 && (length >= this.#options.sizeMin || (first & FIN) === 0);
  }

  /** Writes the frame at the span's target. Returns its end, or 0 when the frame is better sent as it is. */
  #deflateFrame(first: number, span: Span): number {
    const { bytes } = this.#kernel;
    const { parameters, pool } = this.#options;
    const keepsContext = !parameters.serverNoContextTakeover;
    const deflater = keepsContext
      ? (this.#deflater ??= pool.openDeflater(parameters.serverMaxWindowBits))
      : pool.sharedDeflater(parameters.serverMaxWindowBits);
    // Also between the frames of one message: what the next one does not refer to, another message may come between.
    if (!keepsContext) deflater.reset();
    const frame = span.target;
    const length = span.sourceEnd - span.source;
    const isFinal = (first & FIN) !== 0;
    span.target += HEADER_SIZE_MAX;
    const begin = span.target;
    // 7.2.3.6: nothing, deflated, is the first byte of an empty block.
    if (length === 0) bytes[span.target++] = TAIL[0]!;
    else if (!deflater.run(span, isFinal)) throw new Error("deflate failed");
    if (span.source < span.sourceEnd && length > 0) throw new Error("deflate ran out of room");
    const size = span.target - begin - (isFinal && length > 0 ? TAIL.length : 0);
    const isWhole = isFinal && (first & OPCODE_BITS) !== 0;
    if (isWhole && !keepsContext && size >= length) return 0;
    const mark = (first & OPCODE_BITS) === 0 ? 0 : RSV1;
    const payload = writeHeader(bytes, frame, { first: first | mark, length: size });
    bytes.copyWithin(payload, begin, begin + size);
    return payload + size;
  }
}

/** Gathers the frames that were made and those that stay as they are, for one write of all where they fit. */
class Output {
  readonly #kernel: Kernel;
  readonly #sink: FrameSink;
  readonly end: number;
  #at: number;
  /** Where the frames begin that have not gone to the output yet. */
  #plainBegin: number;

  constructor(kernel: Kernel, begin: number, sink: FrameSink) {
    this.#kernel = kernel;
    this.#sink = sink;
    this.end = kernel.transformed + TRANSFORMED_SIZE;
    this.#at = kernel.transformed;
    this.#plainBegin = begin;
  }

  /** Returns where a frame of at most `size` bytes can be made of the one at `plainEnd`. */
  begin(plainEnd: number, size: number): number {
    this.#passPlain(plainEnd);
    if (this.#at + size > this.end) this.#flush();
    return this.#at;
  }

  /** The frame that was begun lies there up to `madeEnd`, and stands for what ends at `plainEnd`; 0: it stays as it is. */
  made(madeEnd: number, plainEnd: number): void {
    if (madeEnd === 0) return;
    this.#at = madeEnd;
    this.#plainBegin = plainEnd;
  }

  finish(plainEnd: number): void {
    const nothingMade = this.#at === this.#kernel.transformed;
    if (nothingMade && this.#plainBegin < plainEnd) {
      this.#sink.transmitFrames(this.#plainBegin, plainEnd);
      return;
    }
    this.#passPlain(plainEnd);
    this.#flush();
  }

  #passPlain(plainEnd: number): void {
    const begin = this.#plainBegin;
    this.#plainBegin = plainEnd;
    if (this.#at + plainEnd - begin <= this.end) {
      this.#kernel.bytes.copyWithin(this.#at, begin, plainEnd);
      this.#at += plainEnd - begin;
      return;
    }
    this.#flush();
    this.#sink.transmitFrames(begin, plainEnd);
  }

  #flush(): void {
    const begin = this.#kernel.transformed;
    if (this.#at > begin) this.#sink.transmitFrames(begin, this.#at);
    this.#at = begin;
  }
}

/** More than zlib's deflateBound, and a header. */
function sizeBound(length: number): number {
  return HEADER_SIZE_MAX + length + (length >>> 7) + 64;
}

/** The kernel's frames are at most 65,535 bytes. */
function headerSize(second: number): number {
  return second < LENGTH_16 ? 2 : 4;
}

function payloadLength(bytes: Uint8Array, frame: number): number {
  const second = bytes[frame + 1]!;
  return second < LENGTH_16 ? second : (bytes[frame + 2]! << 8) | bytes[frame + 3]!;
}

/** Returns where the payload goes. */
function writeHeader(
  bytes: Uint8Array,
  at: number,
  header: { first: number; length: number },
): number {
  const { first, length } = header;
  bytes[at] = first;
  if (length < LENGTH_16) {
    bytes[at + 1] = length;
    return at + 2;
  }
  const octets = length < 65536 ? 2 : 8;
  bytes[at + 1] = octets === 2 ? LENGTH_16 : LENGTH_64;
  for (let octet = 0; octet < octets; octet++) {
    const shift = octets - 1 - octet;
    bytes[at + 2 + octet] = shift > 3 ? 0 : length >>> (8 * shift);
  }
  return at + 2 + octets;
}

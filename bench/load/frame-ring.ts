// A ring of prebuilt frames whose payloads begin with a number that counts up by one a message.
import type { FrameSource } from "./messages.ts";

/** RFC 6455 5.2: FIN and opcode text, or FIN and opcode binary. */
export const FIRST_BYTE_TEXT = 0x81;
export const FIRST_BYTE_BINARY = 0x82;

/** Twelve digits give each of 10,000 connections 100 million numbers of its own: what is sent to the wrong client shows. */
const DIGITS_MAX = 12;
const NUMBERS_OF_A_CONNECTION = 100_000_000;
const ZERO = 0x30;
const NINE = 0x39;
/** The filler cycles through the printable ASCII letters without the space: no service trims or splits there. */
const FILLER_FIRST = 0x21;
const FILLER_PERIOD = 94;

export type FrameRingOptions = {
  /** Which connection it is, from 0: no two send the same bytes. */
  readonly connection: number;
  /** Payload of a message, in bytes. */
  readonly size: number;
  /** Messages that may be in flight; the ring has at least as many slots. */
  readonly window: number;
  readonly firstByte: number;
  /** 5.1: a client masks its frames, a server does not. */
  readonly maskingKey?: Uint8Array;
  /** `size` bytes that every message consists of, instead of its number. */
  readonly content?: Uint8Array;
};

/**
 * The number of slots is a power of ten, so a slot's low digits never change: a round later its number is larger by one in the
 * digits above. A new message costs one byte written, whatever its size. Behind the ring lie `window` spare
 * slots, so that frames which wrap around can still leave in one write.
 */
export class FrameRing implements FrameSource {
  readonly bytes: Buffer;
  /** Payload of a message in bytes. */
  readonly size: number;
  readonly headerLength: number;
  readonly frameLength: number;
  readonly ringLength: number;
  /** Messages written into the ring since the start. */
  produced = 0;
  readonly #slots: number;
  readonly #key: Uint8Array;
  /** Digits above those that tell the slots apart. */
  readonly #changingDigits: number;
  #position = 0;

  constructor(options: FrameRingOptions) {
    const { size, window, connection } = options;
    const header = frameHeader(options);
    this.size = size;
    this.#slots = slotsFor(window);
    this.#key = options.maskingKey ?? new Uint8Array(4);
    this.headerLength = header.length;
    this.frameLength = header.length + size;
    this.ringLength = this.#slots * this.frameLength;
    this.bytes = Buffer.alloc(this.ringLength + window * this.frameLength);
    const digits = options.content === undefined ? Math.min(size, DIGITS_MAX) : 0;
    this.#changingDigits = Math.max(0, digits - Math.log10(this.#slots));
    for (let slot = 0; slot < this.#slots; slot++) {
      const begin = slot * this.frameLength;
      this.bytes.set(header, begin);
      const payload = begin + header.length;
      if (options.content === undefined) {
        // A round behind: the first `produce` of a slot adds the round.
        const number = connection * NUMBERS_OF_A_CONNECTION + slot - this.#slots;
        this.#fill(payload, { number, digits, size, phase: connection + slot });
      } else {
        this.bytes.set(options.content, payload);
      }
      if (options.maskingKey !== undefined) this.#mask(payload);
    }
  }

  /** Writes the next `count` messages into their slots. */
  produce(count: number): void {
    let position = this.#position;
    for (let left = count; left > 0; left--) {
      this.#countUp(position + this.headerLength);
      position += this.frameLength;
      if (position === this.ringLength) position = 0;
    }
    this.#position = position;
    this.produced += count;
  }

  /** All of them: where they run past the ring's end, a copy of its begin lies in the spare slots. */
  inARow(begin: number, length: number): number {
    const past = begin + length - this.ringLength;
    if (past > 0) this.bytes.copyWithin(this.ringLength, 0, past);
    return length;
  }

  setFirstByte(firstByte: number): void {
    for (let at = 0; at < this.ringLength; at += this.frameLength) this.bytes[at] = firstByte;
  }

  #countUp(payload: number): void {
    const { bytes } = this;
    for (let index = this.#changingDigits - 1; index >= 0; index--) {
      const key = this.#key[index & 3] ?? 0;
      const digit = (bytes[payload + index] ?? 0) ^ key;
      if (digit !== NINE) {
        bytes[payload + index] = (digit + 1) ^ key;
        return;
      }
      bytes[payload + index] = ZERO ^ key;
    }
  }

  #fill(
    begin: number,
    content: { number: number; digits: number; size: number; phase: number },
  ): void {
    const { digits, size, phase } = content;
    const modulus = 10 ** digits;
    const number = ((content.number % modulus) + modulus) % modulus;
    this.bytes.write(String(number).padStart(digits, "0"), begin, "latin1");
    for (let index = digits; index < size; index++) {
      // Each slot and each connection has its own phase: a payload spliced from another message shows.
      this.bytes[begin + index] = FILLER_FIRST + ((phase + index) % FILLER_PERIOD);
    }
  }

  #mask(payload: number): void {
    for (let index = 0; index < this.size; index++) {
      const at = payload + index;
      this.bytes[at] = (this.bytes[at] ?? 0) ^ (this.#key[index & 3] ?? 0);
    }
  }
}

/** 5.2: the shortest header for the payload's size. */
function frameHeader({ firstByte, size, maskingKey }: FrameRingOptions): Uint8Array {
  const masked = maskingKey === undefined ? 0 : 0x80;
  const header = Buffer.alloc(14);
  header[0] = firstByte;
  let length = 2;
  if (size < 126) {
    header[1] = masked | size;
  } else if (size < 65_536) {
    header[1] = masked | 126;
    length = header.writeUInt16BE(size, 2);
  } else {
    header[1] = masked | 127;
    length = header.writeBigUInt64BE(BigInt(size), 2);
  }
  if (maskingKey === undefined) return header.subarray(0, length);
  header.set(maskingKey, length);
  return header.subarray(0, length + 4);
}

function slotsFor(window: number): number {
  let slots = 1;
  while (slots < window) slots *= 10;
  return slots;
}

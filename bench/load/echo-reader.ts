// Reads echoes frame by frame, however the server cuts them into frames, and compares each byte with what was sent.
import {
  FrameReader,
  OPCODE_BINARY,
  OPCODE_CLOSE,
  OPCODE_CONTINUATION,
  OPCODE_PING,
  OPCODE_PONG,
  OPCODE_TEXT,
  type FrameHandler,
} from "./frame-reader.ts";
import type { FrameRing } from "./frame-ring.ts";
import { describeClose } from "./message-reader.ts";

const EXCERPT_LENGTH = 24;

export type EchoOptions = {
  /** The echoes as unmasked frames; produced in step with what is sent. */
  readonly expected: FrameRing;
  /** Whether either opcode will do: a line service answers binary messages in text. */
  readonly anyOpcode: boolean;
  /** The payload is the callee's to keep. */
  readonly onPing: (payload: Uint8Array) => void;
};

export class EchoReader implements FrameHandler {
  completed = 0;
  /** Where the expected frame of message `completed` begins in the ring. */
  frameBegin = 0;
  readonly #options: EchoOptions;
  readonly #expected: FrameRing;
  readonly #frames = new FrameReader(this);
  #opcode = OPCODE_CONTINUATION;
  #final = true;
  #inMessage = false;
  #messageLength = 0;
  readonly #control = Buffer.alloc(125);
  #controlLength = 0;

  constructor(options: EchoOptions) {
    this.#options = options;
    this.#expected = options.expected;
  }

  /** Returns the first problem. */
  read(chunk: Buffer, begin: number, end: number): string | undefined {
    return this.#frames.read(chunk, begin, end);
  }

  /** Takes the next `count` echoes as read. */
  skip(count: number): void {
    const { frameLength, ringLength } = this.#expected;
    this.completed += count;
    this.frameBegin = (this.frameBegin + count * frameLength) % ringLength;
  }

  /** Hands the frame in hand over, and returns how much of it was read; -1 when it is not of the expected form. */
  leave(): number {
    const { header, headerFilled, inPayload } = this.#frames;
    const { bytes, headerLength } = this.#expected;
    const begin = this.frameBegin;
    const inFirstFrame = inPayload && this.#opcode !== OPCODE_CONTINUATION;
    if (this.#inMessage && !inFirstFrame) return -1;
    if (headerFilled > headerLength) return -1;
    if (bytes.compare(header, 0, headerFilled, begin, begin + headerFilled) !== 0) return -1;
    const length = headerFilled + this.#messageLength;
    this.#frames.reset();
    this.#inMessage = false;
    this.#messageLength = 0;
    return length;
  }

  beginFrame(firstByte: number, length: number): string | undefined {
    this.#opcode = firstByte & 0x0f;
    this.#final = (firstByte & 0x80) !== 0;
    if (this.#opcode >= OPCODE_CLOSE) {
      this.#controlLength = 0;
      return this.#opcode > OPCODE_PONG ? `unknown opcode ${this.#opcode}` : undefined;
    }
    if (this.completed === this.#expected.produced) return "an echo of nothing that was sent";
    if (this.#opcode === OPCODE_CONTINUATION) {
      return this.#inMessage ? undefined : "a continuation without a beginning";
    }
    if (this.#inMessage) return "a message begins inside a fragmented one";
    this.#inMessage = true;
    const size = this.#expected.size;
    if (this.#final && length !== size) return `${length} bytes, expected ${size}`;
    return this.#judgeOpcode();
  }

  payload(chunk: Buffer, begin: number, end: number): string | undefined {
    if (this.#opcode >= OPCODE_CLOSE) {
      this.#controlLength += chunk.copy(this.#control, this.#controlLength, begin, end);
      return undefined;
    }
    const { bytes, headerLength } = this.#expected;
    const length = end - begin;
    if (this.#messageLength + length > this.#expected.size) return "longer than what was sent";
    const from = this.frameBegin + headerLength + this.#messageLength;
    if (bytes.compare(chunk, begin, end, from, from + length) !== 0) {
      const difference = describeDifference(
        chunk.subarray(begin, end),
        bytes.subarray(from, from + length),
      );
      return `after ${this.#messageLength} right bytes: ${difference}`;
    }
    this.#messageLength += length;
    return undefined;
  }

  endFrame(): string | undefined {
    if (this.#opcode >= OPCODE_CLOSE) return this.#endControl();
    if (!this.#final) return undefined;
    const size = this.#expected.size;
    if (this.#messageLength !== size) return `${this.#messageLength} bytes, expected ${size}`;
    this.#inMessage = false;
    this.#messageLength = 0;
    this.skip(1);
    return undefined;
  }

  #judgeOpcode(): string | undefined {
    const expected = (this.#expected.bytes[this.frameBegin] ?? 0) & 0x0f;
    if (this.#opcode === expected) return undefined;
    const known = this.#opcode === OPCODE_TEXT || this.#opcode === OPCODE_BINARY;
    if (!known || !this.#options.anyOpcode) return `opcode ${this.#opcode}, expected ${expected}`;
    this.#expected.setFirstByte(0x80 | this.#opcode);
    return undefined;
  }

  #endControl(): string | undefined {
    const payload = this.#control.subarray(0, this.#controlLength);
    if (this.#opcode === OPCODE_PING) this.#options.onPing(new Uint8Array(payload));
    return this.#opcode === OPCODE_CLOSE ? describeClose(payload) : undefined;
  }
}

function describeDifference(got: Buffer, expected: Buffer): string {
  let same = 0;
  while (got[same] === expected[same]) same++;
  const [left, right] = [got, expected].map((bytes) =>
    JSON.stringify(bytes.toString("latin1", same, same + EXCERPT_LENGTH)),
  );
  return `byte ${same} on is ${left}, expected ${right}`;
}

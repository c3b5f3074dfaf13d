// Puts the messages of a server together, whatever the frames and chunks they come in.
import {
  FrameReader,
  OPCODE_CLOSE,
  OPCODE_CONTINUATION,
  OPCODE_PING,
  OPCODE_PONG,
  type FrameHandler,
} from "./frame-reader.ts";

/** RFC 7692 7.2.3: this bit of a message's first frame says that it is compressed. */
export const COMPRESSED_BIT = 0x40;

export type WholeMessage = {
  readonly opcode: number;
  readonly compressed: boolean;
  /** Dies when the callback returns. */
  readonly payload: Buffer;
};

export type MessageReaderOptions = {
  /** Whether the server may compress. */
  readonly deflate: boolean;
  /** A longer message is a problem. In bytes, as it comes. */
  readonly bytesMax: number;
  /** Returns what is wrong with it. */
  readonly onMessage: (message: WholeMessage) => string | undefined;
  /** The payload is the callee's to keep. */
  readonly onPing: (payload: Uint8Array) => void;
};

export class MessageReader implements FrameHandler {
  readonly #options: MessageReaderOptions;
  readonly #frames: FrameReader;
  readonly #control = Buffer.alloc(125);
  #controlLength = 0;
  #message = Buffer.alloc(1024);
  #length = 0;
  #firstByte = 0;
  #opcode = 0;
  #final = true;
  #inMessage = false;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
    this.#frames = new FrameReader(this, options.deflate ? COMPRESSED_BIT : 0);
  }

  /** Returns the first problem; after one the reader is of no further use. */
  read(chunk: Buffer, begin: number): string | undefined {
    return this.#frames.read(chunk, begin, chunk.length);
  }

  beginFrame(firstByte: number, length: number): string | undefined {
    this.#opcode = firstByte & 0x0f;
    this.#final = (firstByte & 0x80) !== 0;
    if (this.#opcode >= OPCODE_CLOSE) {
      this.#controlLength = 0;
      if (firstByte & COMPRESSED_BIT) return "a control frame is compressed";
      return this.#opcode > OPCODE_PONG ? `unknown opcode ${this.#opcode}` : undefined;
    }
    if (this.#opcode === OPCODE_CONTINUATION) {
      if (!this.#inMessage) return "a continuation without a beginning";
      if (firstByte & COMPRESSED_BIT) return "a continuation says anew that it is compressed";
    } else {
      if (this.#inMessage) return "a message begins inside a fragmented one";
      this.#inMessage = true;
      this.#firstByte = firstByte;
      this.#length = 0;
    }
    return this.#makeRoom(length);
  }

  payload(chunk: Buffer, begin: number, end: number): string | undefined {
    if (this.#opcode >= OPCODE_CLOSE) {
      this.#controlLength += chunk.copy(this.#control, this.#controlLength, begin, end);
    } else {
      this.#length += chunk.copy(this.#message, this.#length, begin, end);
    }
    return undefined;
  }

  endFrame(): string | undefined {
    if (this.#opcode >= OPCODE_CLOSE) return this.#endControl();
    if (!this.#final) return undefined;
    this.#inMessage = false;
    return this.#options.onMessage({
      opcode: this.#firstByte & 0x0f,
      compressed: (this.#firstByte & COMPRESSED_BIT) !== 0,
      payload: this.#message.subarray(0, this.#length),
    });
  }

  #makeRoom(length: number): string | undefined {
    const whole = this.#length + length;
    const { bytesMax } = this.#options;
    if (whole > bytesMax) return `a message of ${whole} bytes, expected at most ${bytesMax}`;
    if (whole <= this.#message.length) return undefined;
    const larger = Buffer.alloc(Math.min(bytesMax, 2 * whole));
    this.#message.copy(larger, 0, 0, this.#length);
    this.#message = larger;
    return undefined;
  }

  #endControl(): string | undefined {
    const payload = this.#control.subarray(0, this.#controlLength);
    if (this.#opcode === OPCODE_PING) this.#options.onPing(new Uint8Array(payload));
    return this.#opcode === OPCODE_CLOSE ? describeClose(payload) : undefined;
  }
}

/** 7.1.5: 1005 stands for a close frame without a code. */
export function describeClose(payload: Buffer): string {
  const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
  return `the server closed with code ${code} ${JSON.stringify(payload.toString("utf8", 2))}`;
}

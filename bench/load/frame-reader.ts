// Reads the frames of a server one by one, whatever the chunks they come in.

export const OPCODE_CONTINUATION = 0x0;
export const OPCODE_TEXT = 0x1;
export const OPCODE_BINARY = 0x2;
export const OPCODE_CLOSE = 0x8;
export const OPCODE_PING = 0x9;
export const OPCODE_PONG = 0xa;

/** Each method returns what is wrong, or undefined. */
export type FrameHandler = {
  beginFrame(firstByte: number, length: number): string | undefined;
  /** The bytes die when the call returns. */
  payload(chunk: Buffer, begin: number, end: number): string | undefined;
  endFrame(): string | undefined;
};

export class FrameReader {
  readonly header = Buffer.alloc(10);
  headerFilled = 0;
  /** Whether a header is complete: its payload is being read. */
  inPayload = false;
  readonly #handler: FrameHandler;
  readonly #wrongBits: number;
  #left = 0;

  /** `reservedBits`: those of 0x70 that an extension has a use for. */
  constructor(handler: FrameHandler, reservedBits = 0) {
    this.#handler = handler;
    this.#wrongBits = 0x70 & ~reservedBits;
  }

  /** Begins anew, at a frame's first byte. */
  reset(): void {
    this.headerFilled = 0;
    this.inPayload = false;
    this.#left = 0;
  }

  /** Returns the first problem; after one the reader is of no further use. */
  read(chunk: Buffer, begin: number, end: number): string | undefined {
    let at = begin;
    let problem: string | undefined;
    while (at < end && problem === undefined) {
      if (this.inPayload) {
        const until = Math.min(end, at + this.#left);
        problem = this.#payload(chunk, at, until);
        at = until;
      } else {
        this.header[this.headerFilled++] = chunk[at++] ?? 0;
        problem = this.#judgeHeader();
      }
    }
    return problem;
  }

  #payload(chunk: Buffer, begin: number, end: number): string | undefined {
    const problem = this.#handler.payload(chunk, begin, end);
    if (problem !== undefined) return problem;
    this.#left -= end - begin;
    return this.#left === 0 ? this.#endFrame() : undefined;
  }

  #endFrame(): string | undefined {
    this.reset();
    return this.#handler.endFrame();
  }

  /** Called after each byte of a header: most often there is nothing to say yet. */
  #judgeHeader(): string | undefined {
    if (this.headerFilled < 2) return undefined;
    const firstByte = this.header[0] ?? 0;
    const secondByte = this.header[1] ?? 0;
    // 5.1: a server must not mask; 5.2: without an extension the reserved bits are zero.
    if (secondByte & 0x80) return "the server masks its frames";
    if (firstByte & this.#wrongBits) return `reserved bits are set: 0x${firstByte.toString(16)}`;
    if (this.headerFilled < headerLength(secondByte)) return undefined;
    const length = this.#payloadLength(secondByte);
    if (headerLength(shortLength(length)) !== this.headerFilled) {
      return `a length of ${length} is not in its shortest form`;
    }
    // 5.5: control frames carry at most 125 bytes and must not be fragmented.
    if (firstByte & 0x08 && (length > 125 || !(firstByte & 0x80))) {
      return `a control frame is fragmented or too long: 0x${firstByte.toString(16)}, ${length} bytes`;
    }
    this.inPayload = true;
    this.#left = length;
    const problem = this.#handler.beginFrame(firstByte, length);
    return problem === undefined && length === 0 ? this.#endFrame() : problem;
  }

  #payloadLength(secondByte: number): number {
    if (secondByte === 126) return this.header.readUInt16BE(2);
    if (secondByte === 127) return Number(this.header.readBigUInt64BE(2));
    return secondByte;
  }
}

function headerLength(secondByte: number): number {
  if (secondByte === 126) return 4;
  return secondByte === 127 ? 10 : 2;
}

function shortLength(length: number): number {
  if (length < 126) return length;
  return length < 65_536 ? 126 : 127;
}

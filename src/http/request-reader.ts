// RFC 9112 2.2: gathers a request head that comes in pieces, in time that grows with its bytes, and no more than are allowed.

import { isTokenByte, parseHead } from "./request-parser.ts";
import { refuse, type RequestHead, type RequestLimits, type RequestRefusal } from "./request.ts";

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const HEAD_END = "\r\n\r\n";
const BUFFER_SIZE_LEAST = 1024;

export class RequestReader {
  readonly #limits: RequestLimits;
  /** What has come of a head that did not come whole; grows by doubling. */
  #buffer: Buffer | null = null;
  #length = 0;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** True when part of a head has come. */
  get begun(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes the next bytes (copied). Returns null while the head has not ended; else the head with `rest`, the bytes
   * that came behind it, or a refusal, after which there is nothing more to read.
   */
  receive(chunk: Uint8Array): { head: RequestHead; rest: Uint8Array } | RequestRefusal | null {
    const before = this.#length;
    const bytes = before === 0 ? asBuffer(chunk) : this.#append(chunk);
    if (before === 0) {
      const whole = this.#readWhole(bytes);
      if (whole !== null) return whole;
    }
    // A method is a token: what does not begin like one (a TLS hello, say) need not be waited for.
    if (before === 0 && bytes.length > 0 && !isTokenByte(bytes[0]!)) {
      return refuse(400, "This is not HTTP.");
    }
    const end = headEnd(bytes, before, this.#limits.headSizeMax);
    if (end > 0) {
      const head = parseHead(bytes.toString("latin1", 0, end - 4), this.#limits);
      return "status" in head ? head : { head, rest: chunk.subarray(end - before) };
    }
    if (end < 0) return refuse(400, "A line of a request head must end with CR LF.");
    if (bytes.length >= this.#limits.headSizeMax) return this.#tooLarge(bytes);
    if (before === 0) this.#append(chunk);
    return null;
  }

  /**
   * A good head that came whole, as nearly all do, by native searches: bytes in a loop cost ten times as much while the
   * loop is not compiled. Null: not that; a CR or LF that stands alone is in no head that the parser finds good.
   */
  #readWhole(bytes: Buffer): { head: RequestHead; rest: Uint8Array } | null {
    const end = bytes.indexOf(HEAD_END, 0, "latin1");
    if (end < 0 || end + HEAD_END.length > this.#limits.headSizeMax) return null;
    const head = parseHead(bytes.toString("latin1", 0, end), this.#limits);
    return "status" in head ? null : { head, rest: bytes.subarray(end + HEAD_END.length) };
  }

  /** Returns all that has come, or headSizeMax bytes of it. */
  #append(chunk: Uint8Array): Buffer {
    const { headSizeMax } = this.#limits;
    const count = Math.min(chunk.length, headSizeMax - this.#length);
    const length = this.#length + count;
    let buffer = this.#buffer;
    if (buffer === null || buffer.length < length) {
      const size = Math.max(length, 2 * this.#length, BUFFER_SIZE_LEAST);
      buffer = Buffer.allocUnsafeSlow(Math.min(size, headSizeMax));
      if (this.#buffer !== null) buffer.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = buffer;
    }
    buffer.set(chunk.subarray(0, count), this.#length);
    this.#length = length;
    return buffer.subarray(0, length);
  }

  #tooLarge(bytes: Buffer): RequestRefusal {
    const { headSizeMax, targetSizeMax } = this.#limits;
    if (!bytes.subarray(0, headSizeMax).includes(LINE_FEED)) {
      return refuse(414, `The request target is longer than ${targetSizeMax} bytes.`);
    }
    return refuse(431, `The request head is larger than ${headSizeMax} bytes.`);
  }
}

/** What Bun gives is one already; asking for the memory of another view would cost it a copy of its own. */
function asBuffer(chunk: Uint8Array): Buffer {
  if (chunk instanceof Buffer) return chunk;
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
}

/** Where the head that CR LF CR LF ends stops, 0 when it has not ended, -1 when a CR or LF stands alone. */
function headEnd(bytes: Uint8Array, from: number, sizeMax: number): number {
  const end = Math.min(bytes.length, sizeMax);
  for (let i = from; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === LINE_FEED) {
      if (i === 0 || bytes[i - 1] !== CARRIAGE_RETURN) return -1;
      if (i >= 3 && bytes[i - 2] === LINE_FEED) return i + 1;
    } else if (i > 0 && bytes[i - 1] === CARRIAGE_RETURN) {
      return -1;
    }
  }
  return 0;
}

// Gathers the bytes that a server sends and cuts a response head or frames out of them (RFC 6455 5.2).

export interface ServerFrame {
  readonly fin: boolean;
  /** RSV1 to RSV3 as a number from 0 to 7. */
  readonly reserved: number;
  readonly opcode: number;
  /** A copy. */
  readonly payload: Uint8Array;
}

const SIZE_FIRST = 64 * 1024;

export class RawFrameBuffer {
  #bytes = new Uint8Array(SIZE_FIRST);
  #begin = 0;
  #end = 0;

  /** Bytes that have come and were not taken. */
  get length(): number {
    return this.#end - this.#begin;
  }

  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** All that has come and was not taken; a copy. */
  takeAll(): Uint8Array {
    const all = this.#bytes.slice(this.#begin, this.#end);
    this.#begin = this.#end;
    return all;
  }

  /** The head of an HTTP response, its empty line included; null when it is not whole yet. */
  takeHead(): string | null {
    const end = Buffer.from(this.#bytes.buffer, this.#begin, this.length).indexOf("\r\n\r\n");
    if (end < 0) return null;
    const begin = this.#begin;
    this.#begin += end + 4;
    return Buffer.from(this.#bytes.buffer, begin, end + 4).toString("latin1");
  }

  /** The next frame; null when it is not whole yet. Throws at a masked one: 5.1 forbids a server to mask. */
  takeFrame(): ServerFrame | null {
    if (this.length < 2) return null;
    const first = this.#bytes[this.#begin]!;
    const second = this.#bytes[this.#begin + 1]!;
    if (second >= 0x80) throw new Error("the server sent a masked frame");
    const lengthBytes = second === 126 ? 2 : second === 127 ? 8 : 0;
    if (this.length < 2 + lengthBytes) return null;
    let length = second;
    const view = new DataView(this.#bytes.buffer, this.#begin + 2);
    if (lengthBytes === 2) length = view.getUint16(0);
    if (lengthBytes === 8) length = Number(view.getBigUint64(0));
    const begin = this.#begin + 2 + lengthBytes;
    if (begin + length > this.#end) return null;
    this.#begin = begin + length;
    return {
      fin: first >= 0x80,
      reserved: (first >> 4) & 7,
      opcode: first & 15,
      payload: this.#bytes.slice(begin, begin + length),
    };
  }

  #makeRoom(length: number): void {
    let size = this.#bytes.length;
    while (size < this.length + length) size *= 2;
    const bytes = size === this.#bytes.length ? this.#bytes : new Uint8Array(size);
    bytes.set(this.#bytes.subarray(this.#begin, this.#end));
    this.#bytes = bytes;
    this.#end -= this.#begin;
    this.#begin = 0;
  }
}

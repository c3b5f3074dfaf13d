// A list of bytes that grows.

export class ByteList {
  length = 0;
  #bytes = new Uint8Array(256);

  push(byte: number): void {
    if (this.length === this.#bytes.length) this.#grow(this.length + 1);
    this.#bytes[this.length++] = byte;
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) this.#grow(this.length + bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A view of the bytes so far; it dies at the next push or append. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
  }
}

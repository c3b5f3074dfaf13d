// The configuration that workers are to read, in the memory that they share: their parent writes it, and then tells them.

/** How often it was written, twice; odd: it is being written. And its bytes. */
const SEQUENCE = 0;
const LENGTH = 1;
const TEXT_BEGIN = 2 * Int32Array.BYTES_PER_ELEMENT;

/** Bytes of it: what a configuration file may have, and its path. */
export const CONFIG_TEXT_SIZE = 128 * 1024;

export class ConfigText {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  /** `memory` ends with it. */
  constructor(memory: Int32Array) {
    const begin = memory.byteOffset + memory.byteLength - CONFIG_TEXT_SIZE;
    this.#words = new Int32Array(memory.buffer, begin, TEXT_BEGIN / Int32Array.BYTES_PER_ELEMENT);
    this.#bytes = new Uint8Array(memory.buffer, begin + TEXT_BEGIN, CONFIG_TEXT_SIZE - TEXT_BEGIN);
  }

  /** For the parent. Throws RangeError when it is too long. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    if (bytes.length > this.#bytes.length) throw new RangeError("a configuration is too long");
    Atomics.add(this.#words, SEQUENCE, 1);
    this.#bytes.set(bytes);
    Atomics.store(this.#words, LENGTH, bytes.length);
    Atomics.add(this.#words, SEQUENCE, 1);
  }

  /** Null: there is none, or the next is being written, of which the parent will tell. */
  read(): string | null {
    const before = Atomics.load(this.#words, SEQUENCE);
    if (before === 0 || before % 2 !== 0) return null;
    const length = Atomics.load(this.#words, LENGTH);
    const text = Buffer.from(this.#bytes.subarray(0, length)).toString();
    return Atomics.load(this.#words, SEQUENCE) === before ? text : null;
  }
}

// Compares every byte that a server sends with the echoes that it owes.
import { EchoReader, type EchoOptions } from "./echo-reader.ts";

/**
 * Most servers echo one frame a message in the shortest form, so what they send is known byte for byte: a chunk is then
 * judged by one comparison with the expected ring, wherever it is cut. Anything else is read frame by frame.
 */
export class EchoChecker {
  /** What the server did wrong; nothing is checked after it. */
  problem: string | undefined;
  readonly #options: EchoOptions;
  readonly #reader: EchoReader;
  /** Bytes of the frame in hand which were matched by comparison; -1 while the reader is at work. */
  #matched = 0;

  constructor(options: EchoOptions) {
    this.#options = options;
    this.#reader = new EchoReader(options);
  }

  /** Echoes received whole since the start. */
  get completed(): number {
    return this.#reader.completed;
  }

  /** Returns how many echoes the chunk completed. */
  check(chunk: Buffer, begin: number): number {
    if (this.problem !== undefined) return 0;
    const before = this.#reader.completed;
    if (this.#matched >= 0 && this.#matches(chunk, begin)) {
      const { frameLength } = this.#options.expected;
      const length = this.#matched + chunk.length - begin;
      const frames = Math.floor(length / frameLength);
      this.#matched = length - frames * frameLength;
      this.#reader.skip(frames);
    } else {
      this.#read(chunk, begin);
    }
    return this.#reader.completed - before;
  }

  #matches(chunk: Buffer, begin: number): boolean {
    const { bytes, frameLength, ringLength, produced } = this.#options.expected;
    const length = chunk.length - begin;
    const owed = (produced - this.#reader.completed) * frameLength - this.#matched;
    if (length > owed) return false;
    // What is matched of a frame never fills it, so `from` is inside the ring.
    const from = this.#reader.frameBegin + this.#matched;
    const first = Math.min(length, ringLength - from);
    const cut = begin + first;
    return (
      bytes.compare(chunk, begin, cut, from, from + first) === 0 &&
      (first === length || bytes.compare(chunk, cut, chunk.length, 0, length - first) === 0)
    );
  }

  #read(chunk: Buffer, begin: number): void {
    if (this.#matched > 0) {
      // The reader starts at the frame's first byte: what was matched is what was received.
      const { frameBegin } = this.#reader;
      const { bytes } = this.#options.expected;
      this.problem = this.#reader.read(bytes, frameBegin, frameBegin + this.#matched);
    }
    this.problem ??= this.#reader.read(chunk, begin, chunk.length);
    if (this.problem === undefined) this.#matched = this.#reader.leave();
    else this.problem = `message ${this.#reader.completed}: ${this.problem}`;
  }
}

// The deflate streams of a server: what sessions share, and what one borrows for a message or for its life.

import type { Kernel } from "../kernel/kernel.ts";
import { hasStreams, openDeflater, openInflater, type RawStream } from "./deflate-stream.ts";
import { openWholeDeflater, openWholeInflater } from "./deflate-whole.ts";

/** Inflaters kept for the next message: as many as are commonly inside of messages at once. 21 KiB each. */
const INFLATERS_IDLE_MAX = 16;

export interface DeflatePoolOptions {
  /** Bytes of a message; 0 = none. For the way that needs whole messages. */
  readonly messageSizeMax: number;
  /** False: do without the handle inside of node:zlib; for tests. */
  readonly streams?: boolean;
}

export class DeflatePool {
  /** Whether contexts can be kept from one message to the next. */
  readonly hasContext: boolean;
  readonly #kernel: Kernel;
  readonly #options: DeflatePoolOptions;
  readonly #deflaters = new Map<number, RawStream>();
  readonly #inflaters: RawStream[] = [];

  constructor(kernel: Kernel, options: DeflatePoolOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.hasContext = options.streams !== false && hasStreams();
  }

  /** The one deflater that all without a context share; to be reset before each use. */
  sharedDeflater(windowBits: number): RawStream {
    const known = this.#deflaters.get(windowBits);
    if (known !== undefined) return known;
    const deflater = this.openDeflater(windowBits);
    this.#deflaters.set(windowBits, deflater);
    return deflater;
  }

  /** A deflater of the caller's own: about 200 KiB until it is closed. */
  openDeflater(windowBits: number): RawStream {
    const { bytes } = this.#kernel;
    return this.hasContext
      ? openDeflater(bytes, { windowBits })
      : openWholeDeflater(bytes, { windowBits });
  }

  /** Lends an inflater without a context, until it is given back. */
  borrowInflater(): RawStream {
    const { bytes } = this.#kernel;
    const idle = this.#inflaters.pop();
    if (idle !== undefined) return idle;
    return this.hasContext
      ? openInflater(bytes)
      : openWholeInflater(bytes, this.#options.messageSizeMax);
  }

  giveBackInflater(inflater: RawStream): void {
    if (this.#inflaters.length >= INFLATERS_IDLE_MAX) return inflater.close();
    inflater.reset();
    this.#inflaters.push(inflater);
  }
}

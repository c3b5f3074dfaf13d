// What stands in for deflate-stream.ts where its handle is missing: node:zlib's documented functions, a message at a time.

import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { zlibOptions, type DeflaterOptions, type RawStream } from "./deflate-stream.ts";
import type { Span } from "./extension.ts";

/** What an inflated message may come to when no limit is set. */
const SIZE_MAX = 64 * 1024 * 1024;

/** Keeps no context: every run stands for itself. */
export function openWholeDeflater(memory: Uint8Array, options: DeflaterOptions): RawStream {
  return {
    run(span) {
      const deflated = deflateRawSync(memory.subarray(span.source, span.sourceEnd), {
        ...zlibOptions(options),
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      memory.set(deflated, span.target);
      span.target += deflated.length;
      span.source = span.sourceEnd;
      return true;
    },
    reset() {},
    close() {},
  };
}

/** Gathers a message, inflates it when it is whole, and hands it out as there is room. */
export function openWholeInflater(memory: Uint8Array, sizeMax: number): RawStream {
  return new WholeInflater(memory, sizeMax || SIZE_MAX);
}

class WholeInflater implements RawStream {
  readonly #memory: Uint8Array;
  readonly #sizeMax: number;
  #gathered: Uint8Array[] = [];
  #gatheredSize = 0;
  #inflated: Uint8Array | null = null;
  #at = 0;

  constructor(memory: Uint8Array, sizeMax: number) {
    this.#memory = memory;
    this.#sizeMax = sizeMax;
  }

  run(span: Span, isLast: boolean): boolean {
    if (this.#inflated === null) {
      this.#gathered.push(this.#memory.slice(span.source, span.sourceEnd));
      this.#gatheredSize += span.sourceEnd - span.source;
      span.source = span.sourceEnd;
      // Deflate never makes much more of anything: what is so long on the wire is over the limit, or nonsense.
      if (this.#gatheredSize > 2 * this.#sizeMax + 1024) return false;
      if (!isLast) return true;
      this.#inflated = this.#inflate(Buffer.concat(this.#gathered));
      if (this.#inflated === null) return false;
    }
    const count = Math.min(this.#inflated.length - this.#at, span.targetEnd - span.target);
    this.#memory.set(this.#inflated.subarray(this.#at, this.#at + count), span.target);
    this.#at += count;
    span.target += count;
    if (span.target < span.targetEnd) this.reset();
    return true;
  }

  /** One byte over the limit is enough for whoever judges the size. Null: not deflate. */
  #inflate(deflated: Uint8Array): Uint8Array | null {
    try {
      return inflateRawSync(deflated, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: this.#sizeMax + 1,
      });
    } catch (error) {
      const isTooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
      return isTooLarge ? new Uint8Array(this.#sizeMax + 1) : null;
    }
  }

  reset(): void {
    this.#gathered = [];
    this.#gatheredSize = 0;
    this.#inflated = null;
    this.#at = 0;
  }

  close(): void {
    this.reset();
  }
}

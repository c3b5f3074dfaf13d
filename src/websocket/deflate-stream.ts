// RFC 1951, synchronously, over kernel memory: a raw deflate or inflate stream of node:zlib, driven by its inner handle.

import { constants, createDeflateRaw, createInflateRaw, type ZlibOptions } from "node:zlib";
import type { Span } from "./extension.ts";

// node:zlib's streams work in promises and events, its synchronous functions on whole messages without context. The
// handle inside of the streams does neither, and what it has not room for it leaves where it is. Its names are not
// documented: test/websocket/zlib-contract.test.ts holds them, and `hasStreams` is asked before they are used.

export interface RawStream {
  /**
   * Takes [source, sourceEnd) and writes to [target, targetEnd), as far as either lasts, and moves both on; a deflater
   * writes out all that it has taken. `isLast`: the source ends a message. False: the source is not deflate.
   */
  run(span: Span, isLast: boolean): boolean;
  /** Forgets what came before. */
  reset(): void;
  close(): void;
}

export interface DeflaterOptions {
  /** 8 to 15: bytes of the window, as a power of 2. */
  readonly windowBits: number;
}

/** What node:zlib has inside of a stream. */
interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void;
  reset(): void;
  close(): void;
  onerror: (message: string, errno: number, code: string) => void;
}

interface Streaming {
  readonly _handle: Handle;
  /** After writeSync: bytes of room and of input that are left. */
  readonly _writeState: Uint32Array;
}

/** zlib's least for a raw stream. */
const WINDOW_BITS_LEAST = 9;
/** node:zlib allocates an output buffer for a stream, which is not used here. */
const CHUNK_SIZE_LEAST = 64;

/** With Z_RLE every distance is 1: so the window of 256 bytes is kept to that zlib does not have. */
export function zlibOptions({ windowBits }: DeflaterOptions): ZlibOptions {
  if (windowBits >= WINDOW_BITS_LEAST) return { windowBits };
  return { windowBits: WINDOW_BITS_LEAST, strategy: constants.Z_RLE };
}

export function openDeflater(memory: Uint8Array, options: DeflaterOptions): RawStream {
  const stream = createDeflateRaw({ ...zlibOptions(options), chunkSize: CHUNK_SIZE_LEAST });
  return new HandleStream(memory, stream as unknown as Streaming);
}

/** Takes any window. */
export function openInflater(memory: Uint8Array): RawStream {
  const stream = createInflateRaw({ windowBits: 15, chunkSize: CHUNK_SIZE_LEAST });
  return new HandleStream(memory, stream as unknown as Streaming);
}

/** Whether the handle is what it is taken for: a few bytes go out and come back. */
export function hasStreams(): boolean {
  const text = "websockd websockd";
  const memory = new Uint8Array(256);
  memory.set(Buffer.from(text));
  try {
    const deflater = openDeflater(memory, { windowBits: 15 });
    const inflater = openInflater(memory);
    const span = { source: 0, sourceEnd: text.length, target: 64, targetEnd: 128 };
    const deflated = deflater.run(span, true) && span.source === text.length;
    const back = { source: 64, sourceEnd: span.target, target: 128, targetEnd: 256 };
    const inflated = inflater.run(back, true) && back.target === 128 + text.length;
    deflater.close();
    inflater.close();
    return (
      deflated &&
      inflated &&
      Buffer.from(memory.subarray(128, back.target)).equals(Buffer.from(text))
    );
  } catch {
    return false;
  }
}

class HandleStream implements RawStream {
  readonly #memory: Uint8Array;
  readonly #handle: Handle;
  readonly #left: Uint32Array;
  #failed = false;

  constructor(memory: Uint8Array, stream: Streaming) {
    const { _handle: handle, _writeState: left } = stream;
    this.#memory = memory;
    this.#handle = handle;
    this.#left = left;
    this.#handle.onerror = () => (this.#failed = true);
  }

  run(span: Span): boolean {
    const { source, sourceEnd, target, targetEnd } = span;
    const memory = this.#memory;
    this.#handle.writeSync(
      constants.Z_SYNC_FLUSH,
      memory,
      source,
      sourceEnd - source,
      memory,
      target,
      targetEnd - target,
    );
    if (this.#failed) return false;
    span.source = sourceEnd - this.#left[1]!;
    span.target = targetEnd - this.#left[0]!;
    return true;
  }

  reset(): void {
    this.#failed = false;
    this.#handle.reset();
  }

  close(): void {
    this.#handle.close();
  }
}

// A ring of client frames of any payloads, built once: the first comes again after the last.
import { newMaskingKey } from "./control-frames.ts";
import type { FrameSource } from "./messages.ts";

export type CycleFrame = { readonly firstByte: number; readonly payload: Uint8Array };

export class FrameCycle implements FrameSource {
  readonly bytes: Buffer;
  readonly ringLength: number;
  /** Whole frames, each in bytes. */
  readonly #lengths: readonly number[];
  #next = 0;

  constructor(frames: readonly CycleFrame[]) {
    const built = frames.map((frame) => maskedFrame(frame));
    this.bytes = Buffer.concat(built);
    this.ringLength = this.bytes.length;
    this.#lengths = built.map(({ length }) => length);
  }

  /** Steps over the next `count` frames, and returns how many bytes they are. */
  take(count: number): number {
    let length = 0;
    for (let left = count; left > 0; left--) {
      length += this.#lengths[this.#next] ?? 0;
      this.#next = (this.#next + 1) % this.#lengths.length;
    }
    return length;
  }

  inARow(begin: number, length: number): number {
    return Math.min(length, this.ringLength - begin);
  }
}

/** RFC 6455 5.2, with the length in its shortest form. */
export function maskedFrame({ firstByte, payload }: CycleFrame): Buffer {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = firstByte;
  header[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  const key = newMaskingKey();
  const masked = payload.map((byte, index) => byte ^ (key[index & 3] ?? 0));
  return Buffer.concat([header, key, masked]);
}

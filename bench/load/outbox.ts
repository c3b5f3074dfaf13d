// What a connection has still to write: the newest bytes of a ring of frames, with a control frame in between.
import type { FrameSource } from "./messages.ts";

export type Writable = {
  /** Returns how many bytes were taken: fewer when the socket is full, -1 when it is closed. */
  write(bytes: Uint8Array, offset: number, length: number): number;
};

export class Outbox {
  readonly #ring: FrameSource;
  #begin = 0;
  #length = 0;
  #control: Uint8Array | undefined;
  #controlWritten = 0;
  #nextControl: Uint8Array | undefined;

  constructor(ring: FrameSource) {
    this.#ring = ring;
  }

  /** Bytes of frames that wait. */
  get waiting(): number {
    return this.#length;
  }

  /** The next `length` bytes of the ring, whole frames, are to be written. */
  addFrames(length: number): void {
    this.#length += length;
  }

  /** 5.5.3: of several pings only the most recent needs an answer, so a waiting one is replaced. */
  addControl(frame: Uint8Array): void {
    this.#nextControl = frame;
  }

  /** Writes until all is taken or the socket is full; never puts a control frame inside another frame. */
  flush(socket: Writable): void {
    if (!this.#flushControl(socket)) return;
    if (!this.#flushFrames(socket)) return;
    this.#control = this.#nextControl;
    this.#nextControl = undefined;
    this.#flushControl(socket);
  }

  #flushFrames(socket: Writable): boolean {
    while (this.#length > 0) {
      const length = this.#ring.inARow(this.#begin, this.#length);
      const written = Math.max(0, socket.write(this.#ring.bytes, this.#begin, length));
      this.#begin = (this.#begin + written) % this.#ring.ringLength;
      this.#length -= written;
      if (written < length) return false;
    }
    return true;
  }

  #flushControl(socket: Writable): boolean {
    const control = this.#control;
    if (control === undefined) return true;
    const rest = control.length - this.#controlWritten;
    this.#controlWritten += Math.max(0, socket.write(control, this.#controlWritten, rest));
    if (this.#controlWritten < control.length) return false;
    this.#control = undefined;
    this.#controlWritten = 0;
    return true;
  }
}

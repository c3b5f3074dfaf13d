// A character of UTF-8 that the end of a chunk has cut: its begin waits for the rest.

import { UTF8_ACCEPT, UTF8_REJECT, type Kernel } from "../kernel/kernel.ts";

export class CutCharacter {
  readonly #kernel: Kernel;
  /** Its bytes, as `utf8` has them in its state. */
  state: number = UTF8_ACCEPT;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get isThere(): boolean {
    return this.state !== UTF8_ACCEPT;
  }

  /** Bytes that wait: up to three. */
  get length(): number {
    return cutLength(this.state);
  }

  /** Writes what waits before `begin`, and has nothing then. Returns where that is. */
  putBack(begin: number): number {
    if (this.state === UTF8_ACCEPT) return begin;
    const cut = cutBytes(this.state);
    this.#kernel.bytes.set(cut, begin - cut.length);
    this.state = UTF8_ACCEPT;
    return begin - cut.length;
  }

  /** Takes the character that kernel memory [begin, end) ends inside of, if it does, whatever is before it. */
  take(begin: number, end: number): void {
    this.state = cutState(this.#kernel, begin, end);
  }
}

/** The character that [begin, end) ends inside of, as a state; UTF8_ACCEPT when it does not. */
export function cutState(kernel: Kernel, begin: number, end: number): number {
  const { bytes } = kernel;
  for (let at = end - 1; at >= begin && at >= end - 3; at--) {
    if (bytes[at]! < 0x80) break;
    if (bytes[at]! < 0xc0) continue;
    const state = kernel.utf8(UTF8_ACCEPT, at, end - at);
    return state === UTF8_REJECT ? UTF8_ACCEPT : state;
  }
  return UTF8_ACCEPT;
}

/** What has come of the character that a state of `utf8` is in. */
export function cutBytes(state: number): Uint8Array {
  const bytes = new Uint8Array(cutLength(state));
  for (let i = 0; i < bytes.length; i++) bytes[i] = state >>> (32 - 8 * (bytes.length - i));
  return bytes;
}

/** Bytes of the character that a state of `utf8` has the begin of: they are its upper three, the last one on top. */
export function cutLength(state: number): number {
  if (state === UTF8_ACCEPT) return 0;
  if ((state & 0xff00) !== 0) return 3;
  return (state & 0xff0000) === 0 ? 1 : 2;
}

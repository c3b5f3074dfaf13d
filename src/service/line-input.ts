// Lines for a line terminal, which holds 4 KiB of one: a longer one is pushed on in parts, and no byte does anything.

import { LINE_PUSH, LINE_QUOTE } from "../descriptors/pty.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { TerminalInput } from "./service-parts.ts";
import type { Terminal } from "./terminal.ts";

const LINE_FEED = 0x0a;
/** Bytes of a line after which it is pushed on: half of what the kernel's line discipline holds (N_TTY_BUF_SIZE). */
const PART_SIZE_MAX = 2048;

/** What it is written to. */
type Written = Pick<Terminal, "write" | "writeBytes" | "closeInput">;

export class LineInput implements TerminalInput {
  readonly #terminal: Written;
  readonly #kernel: Kernel;
  /** Bytes since the last line feed or push. */
  #open = 0;

  constructor(terminal: Written, kernel: Kernel) {
    this.#terminal = terminal;
    this.#kernel = kernel;
  }

  send(begin: number, end: number): boolean {
    const bytes = this.#kernel.bytes.subarray(begin, end);
    let quoted = nextQuoted(bytes, 0);
    let written = 0;
    for (let at = 0; at < bytes.length;) {
      const limit = Math.min(at + PART_SIZE_MAX - this.#open, quoted);
      const feed = bytes.subarray(at, limit).lastIndexOf(LINE_FEED);
      if (feed >= 0) {
        at += feed + 1;
        this.#open = 0;
        continue;
      }
      this.#open += limit - at;
      at = limit;
      const isFull = this.#open === PART_SIZE_MAX;
      const isQuoted = at === quoted && at < bytes.length;
      if (!isFull && !isQuoted) continue;
      if (!this.#terminal.write(begin + written, begin + at)) return false;
      written = at;
      if (isFull && !this.#push()) return false;
      if (!isQuoted) continue;
      if (!this.#terminal.writeBytes(LINE_QUOTE, bytes[at]!)) return false;
      written = ++at;
      this.#open++;
      quoted = nextQuoted(bytes, at);
    }
    return written === bytes.length || this.#terminal.write(begin + written, end);
  }

  /** What has no line feed goes before it. */
  end(): void {
    if (this.#open > 0) this.#push();
    this.#push();
  }

  hangUp(): void {
    this.end();
  }

  close(): void {
    this.#terminal.closeInput();
  }

  #push(): boolean {
    this.#open = 0;
    return this.#terminal.writeBytes(LINE_PUSH);
  }
}

/** Where the first byte from `from` on is that the terminal would heed; the length: there is none. */
function nextQuoted(bytes: Uint8Array, from: number): number {
  const places = [LINE_PUSH, LINE_QUOTE].map((byte) => bytes.indexOf(byte, from));
  return Math.min(...places.map((place) => (place < 0 ? bytes.length : place)));
}

// The begin of what a program writes to stderr, line by line; the rest is read, so that the program can go on, and dropped.

import { PipeReader, type PipeContext, type PipeReaderHandler } from "./pipes.ts";
import { StderrLines } from "./stderr-lines.ts";
import type { StderrListener } from "./stderr-reader.ts";

/** Enough for a script's trace (`set -x`) or a long traceback, and no flood for the log. */
const SIZE_MAX = 16 * 1024;
const LINES_MAX = 200;
/** Of one read: what is dropped need not be read in large pieces. */
const READ_SIZE_MAX = 64 * 1024;

export class StderrExcerpt implements PipeReaderHandler {
  readonly #kernel: PipeContext["kernel"];
  readonly #listener: StderrListener;
  readonly #reader: PipeReader;
  readonly #lines: StderrLines;
  #sizeLeft = SIZE_MAX;
  #linesLeft = LINES_MAX;
  #isOver = false;

  /** Takes over `fd`, the read end of a pipe. */
  constructor(fd: number, context: PipeContext, listener: StderrListener) {
    this.#kernel = context.kernel;
    this.#listener = listener;
    this.#lines = new StderrLines((text) => this.#line(text));
    this.#reader = new PipeReader(fd, { ...context, readSizeMax: READ_SIZE_MAX }, this);
  }

  /** The program has ended: what it wrote before is in the pipe, what a grandchild may yet write is not waited for. */
  end(): void {
    this.#reader.readRest();
    this.#reader.close();
    this.#lines.finish();
  }

  chunk(begin: number, end: number): void {
    if (this.#isOver) return;
    const size = Math.min(end - begin, this.#sizeLeft);
    this.#sizeLeft -= size;
    this.#lines.receive(this.#kernel.bytes.subarray(begin, begin + size));
    if (size === end - begin) return;
    this.#lines.finish();
    this.#dropRest();
  }

  finished(): void {}

  failed(): void {
    this.#reader.close();
  }

  #line(text: string): void {
    if (this.#linesLeft-- > 0) this.#listener.stderrLine(text);
    else this.#dropRest();
  }

  #dropRest(): void {
    if (!this.#isOver) this.#listener.stderrLine("(the rest of its stderr is left out)");
    this.#isOver = true;
  }
}

// What comes from stderr goes to the log, line by line. Most programs say nothing there, and own nothing for it.

import type { Kernel } from "../kernel/kernel.ts";
import type { PipeReaderHandler } from "./pipes.ts";
import { StderrLines } from "./stderr-lines.ts";

/** Hears what a program says that is not for the client. */
export interface StderrListener {
  /** A line that the program wrote to stderr. */
  stderrLine(text: string): void;
}

export interface StderrOwner {
  /** The bytes are the callee's for the call only. */
  stderrChunk(bytes: Uint8Array): void;
  stderrFinished(): void;
  failed(): void;
}

export class StderrReader implements PipeReaderHandler {
  readonly #owner: StderrOwner;
  readonly #kernel: Kernel;
  readonly #listener: StderrListener;
  #lines: StderrLines | null = null;

  constructor(owner: StderrOwner, kernel: Kernel, listener: StderrListener) {
    this.#owner = owner;
    this.#kernel = kernel;
    this.#listener = listener;
  }

  chunk(begin: number, end: number): void {
    this.#lines ??= new StderrLines((text) => this.#listener.stderrLine(text));
    const bytes = this.#kernel.bytes.subarray(begin, end);
    this.#lines.receive(bytes);
    this.#owner.stderrChunk(bytes);
  }

  failed(): void {
    this.#owner.failed();
  }

  finished(): void {
    this.#lines?.finish();
    this.#owner.stderrFinished();
  }
}

// What a client does at a terminal: binary messages are typed, text messages are control.

import type { Kernel } from "../kernel/kernel.ts";
import type { TerminalInput, TerminalHandler } from "./service-parts.ts";
import { CONTROL_SIZE_MAX, CONTROL_WANTED, readControl } from "./terminal-control.ts";
import type { Terminal } from "./terminal.ts";

/** What it is typed at. */
type Keyboard = Pick<
  Terminal,
  "write" | "typeEndOfFile" | "hangUp" | "closeInput" | "resize" | "signal"
>;

/** Before each message: four bytes, big-endian, its length, with the top bit for a binary one. */
const PREFIX_SIZE = 4;
const BINARY = 0x8000_0000;

const READONLY = "signal: this terminal is for viewing alone (--readonly)";

export interface TypedInputOptions {
  readonly handler: Pick<TerminalHandler, "refused">;
  /** Keys are dropped, for an emulator sends some by itself; a signal, which somebody wants, is refused. */
  readonly isReadonly: boolean;
}

/** Takes messages as `--framing=length` writes them, wherever they are cut. */
export class TypedInput implements TerminalInput {
  readonly #terminal: Keyboard;
  readonly #kernel: Kernel;
  readonly #handler: TypedInputOptions["handler"];
  readonly #isReadonly: boolean;
  /** What has come of a prefix, as a number, and how many bytes of it. */
  #prefix = 0;
  #prefixLength = 0;
  /** Bytes of the open message that are still to come. */
  #remaining = 0;
  #isControl = false;
  /** What has come of a control message lies here; null: none has come yet. */
  #control: Buffer | null = null;
  #controlLength = 0;
  #isOpen = true;

  constructor(terminal: Keyboard, kernel: Kernel, { handler, isReadonly }: TypedInputOptions) {
    this.#terminal = terminal;
    this.#kernel = kernel;
    this.#handler = handler;
    this.#isReadonly = isReadonly;
  }

  send(begin: number, end: number): boolean {
    while (begin < end && this.#isOpen) {
      if (this.#prefixLength < PREFIX_SIZE) {
        this.#takePrefix(this.#kernel.bytes[begin++]!);
        continue;
      }
      const next = Math.min(end, begin + this.#remaining);
      this.#remaining -= next - begin;
      if (this.#isControl) this.#gather(begin, next);
      else if (!this.#isReadonly && !this.#terminal.write(begin, next)) return false;
      begin = next;
      if (this.#remaining === 0) this.#endMessage();
    }
    return true;
  }

  end(): void {
    this.#terminal.typeEndOfFile();
  }

  hangUp(): void {
    this.#terminal.hangUp();
  }

  close(): void {
    this.#isOpen = false;
    this.#terminal.closeInput();
  }

  #takePrefix(byte: number): void {
    this.#prefix = ((this.#prefix << 8) | byte) >>> 0;
    if (++this.#prefixLength < PREFIX_SIZE) return;
    const isTyped = this.#prefix >= BINARY;
    this.#remaining = isTyped ? this.#prefix - BINARY : this.#prefix;
    this.#isControl = !isTyped;
    this.#controlLength = 0;
    if (!isTyped && this.#remaining > CONTROL_SIZE_MAX) this.#refuse(CONTROL_WANTED);
    else if (this.#remaining === 0) this.#endMessage();
  }

  #gather(begin: number, end: number): void {
    this.#control ??= Buffer.alloc(CONTROL_SIZE_MAX);
    const { bytes } = this.#kernel;
    for (let at = begin; at < end; at++) this.#control[this.#controlLength++] = bytes[at]!;
  }

  #endMessage(): void {
    this.#prefix = 0;
    this.#prefixLength = 0;
    if (!this.#isControl) return;
    const asked = readControl(this.#control?.toString("utf8", 0, this.#controlLength) ?? "");
    if (typeof asked === "string") this.#refuse(asked);
    else if (asked.type === "resize") this.#terminal.resize(asked.size);
    else if (this.#isReadonly) this.#refuse(READONLY);
    else this.#terminal.signal(asked.signal);
  }

  #refuse(text: string): void {
    this.#isOpen = false;
    this.#handler.refused({ kind: "refused", text });
  }
}

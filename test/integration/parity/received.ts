// The messages and Pongs that a server has sent in a case, and how they are told.

import type { ServerFrame } from "../../support/raw-frame-buffer.ts";
import type { ParityCase, Value } from "./case.ts";

const OPCODE_TEXT = 1;
const OPCODE_BINARY = 2;
const OPCODE_PONG = 10;

interface Message {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

export class Received {
  readonly pongs: string[] = [];
  readonly #messages: Message[] = [];
  /** The fragments of a message that has not ended. */
  #parts: Uint8Array[] = [];
  #opcode = OPCODE_TEXT;

  /** Any frame but a Close. */
  push({ fin, opcode, payload }: ServerFrame): void {
    if (opcode === OPCODE_PONG) this.pongs.push(Buffer.from(payload).toString("latin1"));
    if (opcode > OPCODE_BINARY) return;
    if (opcode !== 0) this.#opcode = opcode;
    this.#parts.push(payload);
    if (!fin) return;
    this.#messages.push({ opcode: this.#opcode, payload: Buffer.concat(this.#parts) });
    this.#parts = [];
  }

  get count(): number {
    return this.#messages.length;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#messages.map(({ payload }) => payload));
  }

  get lastText(): string {
    return this.#texts().at(-1) ?? "";
  }

  /** The messages so far, which are numbers of processes, and are told no more. */
  takePids(): number[] {
    return this.#texts(this.#messages.splice(0)).map(Number);
  }

  tell(read: ParityCase["read"]): Record<string, Value> {
    const pongs: Record<string, Value> = this.pongs.length > 0 ? { pongs: this.pongs } : {};
    if (read === "environment") return { ...pongs, ...this.#variables() };
    if (read === "bytes") return { ...pongs, bytes: this.bytes.toHex(), kinds: this.#kinds() };
    return { ...pongs, messages: this.#texts() };
  }

  #variables(): Record<string, string> {
    const variables = this.#messages.map(({ payload }) => {
      const mark = payload.indexOf("=".charCodeAt(0));
      return [`env ${shown(payload.subarray(0, mark))}`, shown(payload.subarray(mark + 1))];
    });
    return Object.fromEntries(variables);
  }

  #kinds(): string[] {
    const opcodes = new Set(this.#messages.map(({ opcode }) => opcode));
    return [...opcodes].map((opcode) => (opcode === OPCODE_BINARY ? "binary" : "text"));
  }

  #texts(messages: readonly Message[] = this.#messages): string[] {
    return messages.map(
      ({ opcode, payload }) => (opcode === OPCODE_BINARY ? "binary " : "") + shown(payload),
    );
  }
}

/** Bytes as text, or as hex where they are none. */
function shown(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  return Buffer.from(text).equals(bytes) ? text : `hex ${bytes.toHex()}`;
}

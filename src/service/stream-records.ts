// --passstderr: the lines of stdout and stderr as JSON objects, one a line, that say which of the two they are from.

import { isUtf8 } from "node:buffer";
import { pieceLength } from "./stderr-lines.ts";

export type StreamName = "stdout" | "stderr";

/**
 * Bytes to be taken at a time. An empty line becomes 31, a byte of a line that was kept up to six, so this makes less
 * than 1 MiB: what a session may have beyond the budget of all queues before its pause takes hold.
 */
export const SOURCE_SIZE_MAX = 16 * 1024;
/** Bytes of a line that are kept for its end. More come as objects of their own, each but the last with `more`. */
const LINE_SIZE_MAX = 64 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const NOTHING = Buffer.alloc(0);

export class StreamRecords {
  readonly #emit: (records: Uint8Array) => void;
  readonly #rests: Record<StreamName, Buffer> = { stdout: NOTHING, stderr: NOTHING };

  /** `emit` gets whole records, LF behind each. */
  constructor(emit: (records: Uint8Array) => void) {
    this.#emit = emit;
  }

  /** `chunk`, at most SOURCE_SIZE_MAX bytes, is the callee's for the call only. */
  receive(stream: StreamName, chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.#rests[stream], chunk]);
    const records: string[] = [];
    let at = 0;
    for (;;) {
      const line = bytes.indexOf(LINE_FEED, at);
      const isWhole = line >= 0 && line - at <= LINE_SIZE_MAX;
      // At exactly LINE_SIZE_MAX bytes the next one decides: it may be the line's end.
      if (!isWhole && bytes.length - at <= LINE_SIZE_MAX) break;
      const end = isWhole ? line : at + pieceLength(bytes.subarray(at), LINE_SIZE_MAX);
      const hasReturn = isWhole && end > at && bytes[end - 1] === CARRIAGE_RETURN;
      records.push(record(stream, bytes.subarray(at, hasReturn ? end - 1 : end), !isWhole));
      at = isWhole ? end + 1 : end;
    }
    this.#rests[stream] = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
    if (records.length > 0) this.#emit(Buffer.from(records.join("")));
  }

  /** The last line may have no end. */
  finish(stream: StreamName): void {
    const rest = this.#rests[stream];
    this.#rests[stream] = NOTHING;
    if (rest.length > 0) this.#emit(Buffer.from(record(stream, rest, false)));
  }
}

/** As Go's encoding/json writes it, so that those who compare texts find the same. */
function record(stream: StreamName, line: Buffer, more: boolean): string {
  const data = isUtf8(line) ? quoted(line) : quotedFaulty(line);
  return `{"stream":"${stream}","data":"${data}"${more ? ',"more":true' : ""}}\n`;
}

function quoted(text: Buffer): string {
  return JSON.stringify(text.toString("utf8"))
    .slice(1, -1)
    .replace(/[<>&\u2028\u2029]/g, (character) => escaped(character));
}

function escaped(character: string): string {
  return "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");
}

/** Go escapes U+FFFD where it stands for a fault, and has one for each byte. */
function quotedFaulty(line: Buffer): string {
  let text = "";
  let from = 0;
  for (let at = 0; at < line.length;) {
    const size = characterSize(line, at);
    if (size === 0) {
      text += quoted(line.subarray(from, at)) + "\\ufffd";
      from = at + 1;
    }
    at += Math.max(1, size);
  }
  return text + quoted(line.subarray(from));
}

/** Bytes of the character at `at`, 0 when there is none. */
function characterSize(line: Buffer, at: number): number {
  const first = line[at]!;
  if (first < 0x80) return 1;
  const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return isUtf8(line.subarray(at, at + size)) ? size : 0;
}

// --passstderr: the lines of stdout and stderr as JSON objects, one a line, that say which of the two they are from.

import { pieceLength } from "./stderr-lines.ts";

export type StreamName = "stdout" | "stderr";

/** Bytes of a line that are kept for its end. More come as objects of their own, each but the last with `more`. */
const LINE_SIZE_MAX = 64 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export class StreamRecords {
  readonly #emit: (records: Uint8Array) => void;
  readonly #rests: Record<StreamName, Uint8Array> = {
    stdout: new Uint8Array(0),
    stderr: new Uint8Array(0),
  };

  /** `emit` gets whole records, LF behind each. */
  constructor(emit: (records: Uint8Array) => void) {
    this.#emit = emit;
  }

  /** `chunk` is the callee's for the call only. */
  receive(stream: StreamName, chunk: Uint8Array): void {
    let bytes = Buffer.concat([this.#rests[stream], chunk]);
    const records: string[] = [];
    for (;;) {
      const end = bytes.indexOf(LINE_FEED);
      // At exactly LINE_SIZE_MAX bytes the next one decides: it may be the line's end.
      if (end < 0 && bytes.length <= LINE_SIZE_MAX) break;
      const isWhole = end >= 0 && end <= LINE_SIZE_MAX;
      const length = isWhole ? end : pieceLength(bytes, LINE_SIZE_MAX);
      records.push(record(stream, bytes.subarray(0, length), !isWhole));
      bytes = bytes.subarray(isWhole ? length + 1 : length);
    }
    this.#rests[stream] = new Uint8Array(bytes);
    if (records.length > 0) this.#emit(Buffer.from(records.join("")));
  }

  /** The last line may have no end. */
  finish(stream: StreamName): void {
    const rest = Buffer.from(this.#rests[stream]);
    this.#rests[stream] = new Uint8Array(0);
    if (rest.length > 0) this.#emit(Buffer.from(record(stream, rest, false, true)));
  }
}

/** As Go writes it, so that those who compare texts find the same. */
function record(stream: StreamName, line: Buffer, more: boolean, isLast = false): string {
  const hasReturn = !more && !isLast && line.at(-1) === CARRIAGE_RETURN;
  const data = (hasReturn ? line.subarray(0, -1) : line).toString("utf8");
  const text = JSON.stringify({ stream, data, ...(more ? { more } : {}) });
  const escaped = text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0"),
  );
  return escaped + "\n";
}

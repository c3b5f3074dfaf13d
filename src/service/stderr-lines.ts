// Cuts what a service writes to stderr into lines for the log, of any length: a long one comes in pieces.

/** Bytes of a piece. PARITY 1.5: at this length websocketd stops reading for good. */
const LINE_SIZE_MAX = 4096;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const NOTHING = new Uint8Array(0);

export class StderrLines {
  readonly #line: (text: string) => void;
  #rest: Uint8Array = NOTHING;

  /** `line` gets each line without its end. */
  constructor(line: (text: string) => void) {
    this.#line = line;
  }

  receive(chunk: Uint8Array): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = bytes.indexOf(LINE_FEED);
      // At exactly LINE_SIZE_MAX bytes the next one decides: it may be the line's end.
      if (end < 0 && bytes.length <= LINE_SIZE_MAX) break;
      const isWhole = end >= 0 && end <= LINE_SIZE_MAX;
      const length = isWhole ? end : pieceLength(bytes, LINE_SIZE_MAX);
      this.#line(text(bytes.subarray(0, isWhole ? withoutReturn(bytes, length) : length)));
      bytes = bytes.subarray(isWhole ? length + 1 : length);
    }
    this.#rest = bytes.length === 0 ? NOTHING : new Uint8Array(bytes); // a copy: what is kept must not hold the chunk
  }

  /** The last line may have no end. */
  finish(): void {
    const length = this.#rest.length;
    if (length > 0) this.#line(text(this.#rest.subarray(0, withoutReturn(this.#rest, length))));
    this.#rest = NOTHING;
  }
}

/** `sizeMax`, or a little less, so that no UTF-8 character is cut. `bytes` are more. */
export function pieceLength(bytes: Uint8Array, sizeMax: number): number {
  let length = sizeMax;
  while (length > sizeMax - 3 && (bytes[length]! & 0xc0) === 0x80) length--;
  return length;
}

/** `length`, less the carriage return before it. */
function withoutReturn(bytes: Uint8Array, length: number): number {
  return bytes[length - 1] === CARRIAGE_RETURN ? length - 1 : length;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}

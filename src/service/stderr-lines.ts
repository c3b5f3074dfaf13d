// Cuts what a service writes to stderr into lines for the log, of any length: a long one comes in pieces.

/** Bytes of a piece. PARITY 1.5: at this length websocketd stops reading for good. */
const LINE_SIZE_MAX = 4096;
const LINE_FEED = 0x0a;

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
      const length = end < 0 || end > LINE_SIZE_MAX ? LINE_SIZE_MAX : end;
      if (end < 0 && bytes.length < LINE_SIZE_MAX) break;
      this.#line(text(bytes.subarray(0, length)));
      bytes = bytes.subarray(length === end ? length + 1 : length);
    }
    this.#rest = bytes.length === 0 ? NOTHING : bytes.slice(); // a copy: what is kept must not hold the whole chunk
  }

  /** The last line may have no end. */
  finish(): void {
    if (this.#rest.length > 0) this.#line(text(this.#rest));
    this.#rest = NOTHING;
  }
}

function text(bytes: Uint8Array): string {
  const length = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("utf8");
}

// RFC 9112 6, 7.1: finds the payload of a request body in the chunks that bring it, by its length or chunked; copies nothing.

import { isTokenByte } from "./request-parser.ts";
import { refuse, type RequestHead, type RequestRefusal } from "./request.ts";

/** How many bytes the body has; `chunked`: that is told as it comes. */
export type BodyLength = number | "chunked";

export interface BodyHandler {
  /** The bytes at `offset` of the chunk in hand are payload, `length` of them, at least one. */
  payload(offset: number, length: number): void;
}

/** RFC 9112 7.1 has recipients bound it: 2^48 bytes are exact in a number, and more than any chunk. */
const SIZE_DIGITS_MAX = 12;
/** Of all chunks together. Nobody uses chunk extensions; without a bound they are work that a client gets for nothing. */
const EXTENSIONS_MAX = 4096;
/** Of all trailer fields together. They are dropped. */
const TRAILERS_MAX = 4096;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const DELETE = 0x7f;
const COLON = 0x3a;
const SEMICOLON = 0x3b;

const SIZE_SYNTAX = "A chunk must begin with its size in hexadecimal digits, and CR LF.";
const DATA_SYNTAX = "A chunk must be as long as its size says, and end with CR LF.";
const TRAILER_SYNTAX = "A trailer field must be NAME: VALUE on one line.";

/** Every byte of a chunked body that is no payload is looked at in one of these. */
type State =
  /** Before the first digit of a chunk's size; among the others. */
  | "SIZE_BEGIN"
  | "SIZE"
  /** Blanks before an extension; an extension. */
  | "EXTENSION_BLANK"
  | "EXTENSION"
  | "SIZE_LF"
  /** Behind a chunk's data. */
  | "DATA_CR"
  | "DATA_LF"
  /** Before a trailer field or the last line; in a field's name; in its value. */
  | "TRAILER_BEGIN"
  | "TRAILER_NAME"
  | "TRAILER_VALUE"
  | "TRAILER_LF"
  | "LAST_LF";

/** RFC 9112 6.3: how long the body of this request is. `sizeMax` in bytes, 0 = no limit. */
export function judgeBodyLength(head: RequestHead, sizeMax: number): BodyLength | RequestRefusal {
  const coding = head.get("transfer-encoding");
  if (coding !== undefined) {
    if (coding.toLowerCase() === "chunked") return "chunked";
    // 6.1: "A server that receives a request message with a transfer coding it does not understand SHOULD respond with 501".
    return refuse(501, "A request body may be chunked, and have no other transfer coding.");
  }
  const length = Number(head.get("content-length") ?? 0);
  return sizeMax > 0 && length > sizeMax ? tooLarge(sizeMax) : length;
}

function tooLarge(sizeMax: number): RequestRefusal {
  return refuse(413, `The request body is larger than ${sizeMax} bytes.`);
}

export class BodyDecoder {
  /** All of the body has come. */
  ended: boolean;
  readonly #sizeMax: number;
  readonly #isChunked: boolean;
  #state: State = "SIZE_BEGIN";
  /** Payload bytes to come: of the body, or of the chunk. */
  #left: number;
  /** The size of the chunk whose line is read, and how many digits it has so far. */
  #size = 0;
  #digits = 0;
  /** Payload bytes of the chunks so far. */
  #total = 0;
  #extensionsSize = 0;
  #trailersSize = 0;
  #refusal: RequestRefusal | null = null;

  /** `sizeMax`: see `judgeBodyLength`, which has judged a length that is known. */
  constructor(length: BodyLength, sizeMax: number) {
    this.#sizeMax = sizeMax;
    this.#isChunked = length === "chunked";
    this.#left = length === "chunked" ? 0 : length;
    this.ended = length === 0;
  }

  /**
   * Takes the next bytes. Returns how many of them are of the body: fewer than came when something is behind it. A
   * refusal, which it then is for good, may come behind payload of the same chunk.
   */
  receive(chunk: Uint8Array, handler: BodyHandler): number | RequestRefusal {
    let at = 0;
    while (at < chunk.length && !this.ended && this.#refusal === null) {
      if (this.#left === 0) {
        this.#refusal = this.#step(chunk[at++]!);
        continue;
      }
      const length = Math.min(this.#left, chunk.length - at);
      this.#left -= length;
      this.ended = !this.#isChunked && this.#left === 0;
      handler.payload(at, length);
      at += length;
    }
    return this.#refusal ?? at;
  }

  /** A byte that is no payload. */
  #step(byte: number): RequestRefusal | null {
    switch (this.#state) {
      case "SIZE_BEGIN":
      case "SIZE":
      case "EXTENSION_BLANK":
      case "EXTENSION":
        return this.#sizeLine(byte);
      case "SIZE_LF":
        if (byte !== LINE_FEED) return refuse(400, SIZE_SYNTAX);
        this.#left = this.#size;
        this.#state = this.#size > 0 ? "DATA_CR" : "TRAILER_BEGIN";
        return null;
      case "DATA_CR":
        this.#state = "DATA_LF";
        return byte === CARRIAGE_RETURN ? null : refuse(400, DATA_SYNTAX);
      case "DATA_LF":
        this.#state = "SIZE_BEGIN";
        return byte === LINE_FEED ? null : refuse(400, DATA_SYNTAX);
      case "TRAILER_BEGIN":
      case "TRAILER_NAME":
      case "TRAILER_VALUE":
        return this.#trailer(byte);
      case "TRAILER_LF":
        this.#state = "TRAILER_BEGIN";
        return byte === LINE_FEED ? null : refuse(400, TRAILER_SYNTAX);
      case "LAST_LF":
        if (byte !== LINE_FEED) return refuse(400, "A chunked body must end with an empty line.");
        this.ended = true;
        return null;
    }
  }

  /** 7.1: the line before a chunk's data. */
  #sizeLine(byte: number): RequestRefusal | null {
    const digit = hexValue(byte);
    if (this.#state === "SIZE_BEGIN") {
      if (digit < 0) return refuse(400, SIZE_SYNTAX);
      this.#size = this.#digits = 0;
      this.#state = "SIZE";
    }
    if (this.#state === "SIZE" && digit >= 0) {
      this.#size = this.#size * 16 + digit;
      if (++this.#digits > SIZE_DIGITS_MAX)
        return refuse(400, "The size of a chunk has too many digits.");
      return null;
    }
    if (byte === CARRIAGE_RETURN && this.#state !== "EXTENSION_BLANK") {
      this.#state = "SIZE_LF";
      this.#total += this.#size;
      return this.#sizeMax > 0 && this.#total > this.#sizeMax ? tooLarge(this.#sizeMax) : null;
    }
    // 7.1.1: extensions are ignored. What is in them is not looked at, but that they stay on their line.
    if (this.#state !== "EXTENSION" && byte === SEMICOLON) this.#state = "EXTENSION";
    else if (this.#state !== "EXTENSION" && isBlank(byte)) this.#state = "EXTENSION_BLANK";
    else if (this.#state !== "EXTENSION" || !isFieldByte(byte)) return refuse(400, SIZE_SYNTAX);
    if (++this.#extensionsSize <= EXTENSIONS_MAX) return null;
    return refuse(400, `The chunks have more than ${EXTENSIONS_MAX} bytes of extensions.`);
  }

  /** 7.1.2: fields behind the last chunk. A service has no place for them: 6.5.1 lets them be dropped. */
  #trailer(byte: number): RequestRefusal | null {
    if (byte === CARRIAGE_RETURN && this.#state !== "TRAILER_NAME") {
      this.#state = this.#state === "TRAILER_BEGIN" ? "LAST_LF" : "TRAILER_LF";
      return null;
    }
    if (this.#state === "TRAILER_NAME" && byte === COLON) this.#state = "TRAILER_VALUE";
    else if (this.#state !== "TRAILER_VALUE" && isTokenByte(byte)) this.#state = "TRAILER_NAME";
    else if (this.#state !== "TRAILER_VALUE" || !isFieldByte(byte))
      return refuse(400, TRAILER_SYNTAX);
    if (++this.#trailersSize <= TRAILERS_MAX) return null;
    return refuse(431, `The trailer fields are larger than ${TRAILERS_MAX} bytes.`);
  }
}

/** -1: no hexadecimal digit. */
function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** RFC 9110 5.5: what may stand in a field's value. */
function isFieldByte(byte: number): boolean {
  return byte === TAB || (byte >= SPACE && byte !== DELETE);
}

// RFC 8446 4.1.2, RFC 6066 3: what a TLS client says first, as far as the server's name goes.

const RECORD_HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const EXTENSION_SERVER_NAME = 0;
const NAME_TYPE_HOST = 0;
const RECORD_HEADER_SIZE = 5;
/** 5.1: of a record that is not encrypted. */
const RECORD_SIZE_MAX = 16_384;
const HANDSHAKE_HEADER_SIZE = 4;
/** legacy_version and random. */
const FIXED_SIZE = 2 + 32;

/** `more`: it has not come whole; `not TLS`: nor will it; a name in lower case, or null when none is given. */
export type ServerName = { readonly name: string | null } | "more" | "not TLS";

/** Reads within bounds; what is asked for beyond them throws, and that ends the reading. */
class Cursor {
  readonly #bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
  }

  number(size: number): number {
    if (this.at + size > this.end) throw new RangeError("cut");
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#bytes[this.at++]!;
    return value;
  }

  /** What follows a length of `size` bytes, which it goes beyond. */
  vector(size: number): Cursor {
    const length = this.number(size);
    if (this.at + length > this.end) throw new RangeError("cut");
    const inner = new Cursor(this.#bytes, this.at, this.at + length);
    this.at += length;
    return inner;
  }
}

/** `bytes` begins with the connection's first byte. A hello that is spread over records is not looked into: no name. */
export function readServerName(bytes: Uint8Array): ServerName {
  if (bytes.length === 0) return "more";
  if (bytes[0] !== RECORD_HANDSHAKE) return "not TLS";
  if (bytes.length < RECORD_HEADER_SIZE) return "more";
  const length = (bytes[3]! << 8) | bytes[4]!;
  if (length > RECORD_SIZE_MAX) return { name: null };
  const recordEnd = RECORD_HEADER_SIZE + length;
  if (bytes.length < recordEnd) return "more";
  try {
    return { name: nameIn(new Cursor(bytes, RECORD_HEADER_SIZE, recordEnd)) };
  } catch {
    return { name: null }; // not as it should be: the handshake will say so
  }
}

function nameIn(record: Cursor): string | null {
  if (record.number(1) !== CLIENT_HELLO) return null;
  record.at += HANDSHAKE_HEADER_SIZE - 1 + FIXED_SIZE;
  record.vector(1); // legacy_session_id
  record.vector(2); // cipher_suites
  record.vector(1); // legacy_compression_methods
  const extensions = record.vector(2);
  while (extensions.at < extensions.end) {
    const type = extensions.number(2);
    const body = extensions.vector(2);
    if (type !== EXTENSION_SERVER_NAME) continue;
    const names = body.vector(2);
    if (names.number(1) !== NAME_TYPE_HOST) return null;
    const name = names.vector(2);
    let text = "";
    while (name.at < name.end) text += String.fromCharCode(name.number(1));
    return text.toLowerCase();
  }
  return null;
}

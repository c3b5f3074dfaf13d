// RFC 9112: a request head, read strictly: bytes in, a RequestHead or the reason for refusing it out.

export interface RequestHead {
  readonly method: string;
  /** The request-target as sent. */
  readonly target: string;
  /** `1.1` for HTTP/1.1. */
  readonly version: string;
  /** Name in lower case and value, in the order sent. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The values of all fields of that lower-case name joined with `, `, undefined when there is none. */
  get(name: string): string | undefined;
}

export interface RequestRefusal {
  readonly status: number;
  /** One plain line: what is wrong and what would be right. */
  readonly text: string;
}

export interface RequestLimits {
  /** Bytes of the whole head, its empty line included. */
  readonly headSizeMax: number;
  readonly fieldsMax: number;
}

/** RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9112 3: method, target and version, one space between; the target is printable ASCII. */
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP\/([0-9]\.[0-9])$/;
/** RFC 9110 5.5: visible characters, obs-text, spaces and tabs. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Fields of which a second one would be read differently by different readers. */
const SINGLE = new Set(["host", "sec-websocket-key", "sec-websocket-version", "content-length"]);

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** Gathers a head that comes in pieces. */
export class RequestReader {
  readonly #limits: RequestLimits;
  #bytes = new Uint8Array(0);

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** True when part of a head has come. */
  get begun(): boolean {
    return this.#bytes.length > 0;
  }

  /**
   * Takes the next bytes (copied). Returns null while the head has not ended; else the head with `rest`, the bytes
   * that came behind it, or a refusal, after which there is nothing more to read.
   */
  receive(chunk: Uint8Array): { head: RequestHead; rest: Uint8Array } | RequestRefusal | null {
    const before = this.#bytes.length;
    const bytes = before === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const end = headEnd(bytes, Math.max(0, before - 3), this.#limits.headSizeMax);
    if (end > 0) {
      const head = parseHead(
        Buffer.from(bytes.buffer, bytes.byteOffset, end - 4).toString("latin1"),
        this.#limits,
      );
      return "status" in head ? head : { head, rest: bytes.subarray(end) };
    }
    if (end < 0) return refuse(400, "A line of a request head must end with CR LF.");
    if (bytes.length >= this.#limits.headSizeMax) {
      return refuse(431, `The request head is larger than ${this.#limits.headSizeMax} bytes.`);
    }
    if (!couldBeRequest(bytes)) return refuse(400, "This is not HTTP.");
    this.#bytes = new Uint8Array(bytes);
    return null;
  }
}

/** Where the head that CR LF CR LF ends stops, 0 when it has not ended, -1 when a CR or LF stands alone. */
function headEnd(bytes: Uint8Array, from: number, sizeMax: number): number {
  const end = Math.min(bytes.length, sizeMax);
  for (let i = from; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === LINE_FEED) {
      if (i === 0 || bytes[i - 1] !== CARRIAGE_RETURN) return -1;
      if (i >= 3 && bytes[i - 2] === LINE_FEED) return i + 1;
    } else if (i > 0 && bytes[i - 1] === CARRIAGE_RETURN) {
      return -1;
    }
  }
  return 0;
}

/** A method is a token: what does not begin like one (a TLS hello, say) need not be waited for. */
function couldBeRequest(bytes: Uint8Array): boolean {
  const first = bytes[0];
  return first === undefined || TOKEN.test(String.fromCharCode(first));
}

/** Parses the text of a head without its last two CR LF. */
export function parseHead(text: string, limits: RequestLimits): RequestHead | RequestRefusal {
  const [requestLine = "", ...lines] = text.split("\r\n");
  const match = REQUEST_LINE.exec(requestLine);
  if (match === null) return refuse(400, "The request line must be METHOD TARGET HTTP/VERSION.");
  const [, method = "", target = "", version = ""] = match;
  if (version !== "1.1" && version !== "1.0") {
    return refuse(505, `HTTP/${version} is not spoken here: use HTTP/1.1.`);
  }
  if (!target.startsWith("/") && target !== "*" && !/^https?:\/\//i.test(target)) {
    return refuse(400, "The request target must be a path.");
  }
  if (lines.length > limits.fieldsMax) {
    return refuse(431, `The request has more than ${limits.fieldsMax} header fields.`);
  }
  const fields: [string, string][] = [];
  const seen = new Set<string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    if (!TOKEN.test(name)) return refuse(400, "A header field must be NAME: VALUE on one line.");
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
    if (!FIELD_VALUE.test(value))
      return refuse(400, `The value of ${name} has a control character.`);
    const key = name.toLowerCase();
    if (SINGLE.has(key) && seen.has(key)) return refuse(400, `${name} must not come twice.`);
    seen.add(key);
    fields.push([key, value]);
  }
  if (version === "1.1" && !seen.has("host"))
    return refuse(400, "An HTTP/1.1 request needs a Host field.");
  return { method, target, version, fields, get: (name) => joined(fields, name) };
}

function joined(fields: RequestHead["fields"], name: string): string | undefined {
  const values = fields.filter(([key]) => key === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}

function refuse(status: number, text: string): RequestRefusal {
  return { status, text };
}

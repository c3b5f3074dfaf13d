// RFC 3875 6: gathers the head of what a CGI program writes, and makes it the head of a response, or says what is wrong.

import { trimBlank } from "./request-parser.ts";
import { REASONS } from "./response.ts";

export interface CgiHead {
  readonly status: number;
  /** May be empty. */
  readonly reason: string;
  /** Of the response, in the order in which the program gave them; neither Status nor what is between two hops. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Bytes of the body that the program has promised, null when it has not. */
  readonly contentLength: number | null;
}

export interface CgiProblem {
  /** For who wrote the program, in the log: what is wrong with its output, and what would be right. */
  readonly problem: string;
}

/** As for a request's head. */
const HEAD_SIZE_MAX = 16 * 1024;
const FIELDS_MAX = 100;
const BUFFER_SIZE_LEAST = 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** RFC 9110 5.6.2 for the name; 5.5 for the value: nothing in it may end the line, or the head. */
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/;
/** RFC 3875 6.3.3: three digits, and a reason if there is one. Interim answers are HTTP's own: RFC 9110 15.2. */
const STATUS = /^([2-5][0-9]{2})(?: (.*))?$/;
/** RFC 9110 8.6, and not more than a number can hold exactly. */
const CONTENT_LENGTH = /^[0-9]{1,15}$/;
/** RFC 3875 6.3: the fields of which there is one at most. */
const SINGLE = new Set(["status", "location", "content-type"]);
/** RFC 9110 7.6.1: what is between two hops is for the server to say. */
const BETWEEN_HOPS: readonly string[] = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Gathers a head in pieces. */
export class CgiHeadReader {
  #buffer: Uint8Array | null = null;
  #length = 0;

  /** True when part of a head has come. */
  get begun(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes the next bytes (copied). Returns null while the head has not ended; else the head with `bodyOffset`, where in
   * this chunk the body begins, or what is wrong, after which there is nothing more to read.
   */
  receive(chunk: Uint8Array): { head: CgiHead; bodyOffset: number } | CgiProblem | null {
    const before = this.#length;
    const count = Math.min(chunk.length, HEAD_SIZE_MAX - before);
    const bytes = this.#append(chunk.subarray(0, count));
    const end = headEnd(bytes, before);
    if (end > 0) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString("latin1");
      const head = parseCgiHead(text);
      return "problem" in head ? head : { head, bodyOffset: end - before };
    }
    if (this.#length < HEAD_SIZE_MAX) return null;
    return { problem: `The head of its output is larger than ${HEAD_SIZE_MAX} bytes.` };
  }

  #append(chunk: Uint8Array): Uint8Array {
    const length = this.#length + chunk.length;
    if (this.#buffer === null || this.#buffer.length < length) {
      const size = Math.max(length, 2 * this.#length, BUFFER_SIZE_LEAST);
      const grown = new Uint8Array(Math.min(size, HEAD_SIZE_MAX));
      if (this.#buffer !== null) grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
    return this.#buffer.subarray(0, length);
  }
}

/** Where the head that an empty line ends stops, 0 when it has not ended. Lines end with LF or CR LF. */
function headEnd(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] !== LINE_FEED) continue;
    const before = i > 0 && bytes[i - 1] === CARRIAGE_RETURN ? i - 2 : i - 1;
    if (before < 0 || bytes[before] === LINE_FEED) return i + 1;
  }
  return 0;
}

/** Parses a head, a character a byte, with the empty line that ends it. */
export function parseCgiHead(text: string): CgiHead | CgiProblem {
  const lines = text.replace(/(?:^|\r?\n)\r?\n$/, "").split(/\r?\n/);
  if (lines[0] === "") {
    return { problem: "Its output begins with an empty line: write Content-Type before it." };
  }
  const fields = readCgiFields(lines, SINGLE);
  return "problem" in fields ? fields : judge(fields);
}

/** The fields on the lines of a head, a character a byte; those that are `single`, by lower-case name, at most once. */
export function readCgiFields(
  lines: readonly string[],
  single: ReadonlySet<string>,
): CgiHead["fields"] | CgiProblem {
  if (lines[0]?.startsWith("HTTP/")) {
    const remedy = 'write "Status: 200 OK", not a status line (RFC 3875 6.3.3).';
    return { problem: `Its output begins with HTTP/: ${remedy}` };
  }
  if (lines.length > FIELDS_MAX) {
    return { problem: `The head of its output has more than ${FIELDS_MAX} fields.` };
  }
  const fields: [string, string][] = [];
  const seen = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      const remedy = "write fields as NAME: VALUE, and an empty line before the body.";
      return { problem: `Line ${i + 1} of its output is no field: ${remedy}` };
    }
    const key = name.toLowerCase();
    if (single.has(key) && seen.has(key)) return { problem: `It gave ${name} twice.` };
    seen.add(key);
    fields.push([name, trimBlank(value)]);
  }
  return fields;
}

/** The lower-case names of fields that must not be passed on: RFC 9110 7.6.1, with those that Connection names. */
export function namesBetweenHops(fields: CgiHead["fields"]): ReadonlySet<string> {
  const named = valuesOf(fields, "connection").flatMap((value) => value.split(","));
  return new Set([...BETWEEN_HOPS, ...named.map((name) => trimBlank(name).toLowerCase())]);
}

function judge(fields: CgiHead["fields"]): CgiHead | CgiProblem {
  const [statusText] = valuesOf(fields, "status");
  const [location = ""] = valuesOf(fields, "location");
  const [, digits, reason] = STATUS.exec(statusText ?? "") ?? [];
  if (statusText !== undefined && digits === undefined) {
    return { problem: "Its Status is no number from 200 to 599." };
  }
  // 6.3.1: a document has a type. What has none is more likely written by a program that knows nothing of heads.
  if (digits === undefined && location === "" && valuesOf(fields, "content-type").length === 0) {
    return { problem: "Its output has none of the fields Content-Type, Location and Status." };
  }
  // 6.2.2, 6.2.3: a Location is a redirect. One with a path is to be answered by the server as if the client had asked
  // for that; websocketd lets the client ask, and so do we.
  const status = Number(digits ?? (location === "" ? 200 : 302));
  // RFC 9110 8.6: none with 204.
  const contentLength = status === 204 ? null : soleLength(valuesOf(fields, "content-length"));
  const dropped = new Set(namesBetweenHops(fields)).add("status");
  if (location === "") dropped.add("location");
  if (contentLength === null) dropped.add("content-length");
  return {
    status,
    reason: reason ?? REASONS[status] ?? "",
    fields: fields.filter(([name]) => !dropped.has(name.toLowerCase())),
    contentLength,
  };
}

function valuesOf(fields: CgiHead["fields"], key: string): string[] {
  return fields.filter(([name]) => name.toLowerCase() === key).map(([, value]) => value);
}

/** A length in which all who read it agree: given once, a number. */
function soleLength(values: readonly string[]): number | null {
  const [value = ""] = values;
  return values.length === 1 && CONTENT_LENGTH.test(value) ? Number(value) : null;
}

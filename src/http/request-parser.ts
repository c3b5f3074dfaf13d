// RFC 9112 3-6: a request head, parsed strictly: text in, a RequestHead or the reason for refusing it out.

import { judgeAuthority, judgeHost } from "./host.ts";
import { refuse, type RequestHead, type RequestLimits, type RequestRefusal } from "./request.ts";

/** RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9112 3: method, target and version, one space between; the target is printable ASCII. */
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP\/([0-9]\.[0-9])$/;
/** RFC 9110 5.5: visible characters, obs-text, spaces and tabs. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Fields of which a second one would be read differently by different readers. */
const SINGLE = new Set(["host", "sec-websocket-key", "sec-websocket-version", "content-length"]);

/** RFC 9110 8.6, and not more than a number can hold exactly. */
const CONTENT_LENGTH = /^[0-9]{1,15}$/;

/** RFC 9110 9.1, RFC 5789: what is not known here is answered 501, what is known and not wanted 405 by whoever serves. */
const METHODS = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
]);

export function isTokenByte(byte: number): boolean {
  return TOKEN.test(String.fromCharCode(byte));
}

/** Parses the text of a head, a character a byte, without its last two CR LF. */
export function parseHead(text: string, limits: RequestLimits): RequestHead | RequestRefusal {
  const lines = text.split("\r\n");
  const match = REQUEST_LINE.exec(lines[0]!);
  if (match === null) return refuse(400, "The request line must be METHOD TARGET HTTP/VERSION.");
  const method = match[1]!;
  const target = match[2]!;
  const version = match[3]!;
  const fields: [string, string][] = [];
  const head = { method, target, version, fields, get: (name: string) => joined(fields, name) };
  const refusal = judgeRequestLine(head, limits) ?? readFields(lines, fields, limits);
  return refusal ?? judgeHost(head) ?? judgeAuthority(head) ?? judgeBody(head) ?? head;
}

function judgeRequestLine(head: RequestHead, limits: RequestLimits): RequestRefusal | null {
  const { method, target, version } = head;
  if (version !== "1.1" && version !== "1.0") {
    return refuse(505, `HTTP/${version} is not spoken here: use HTTP/1.1.`);
  }
  if (!METHODS.has(method)) return refuse(501, "This method is not known here: use GET.");
  if (target.length > limits.targetSizeMax) {
    return refuse(414, `The request target is longer than ${limits.targetSizeMax} bytes.`);
  }
  // 3.2: a target has no fragment.
  if (target.includes("#")) return refuse(400, "A request target must not have a fragment (#).");
  if (method === "CONNECT" || target.startsWith("/") || /^https?:\/\//i.test(target)) return null;
  // 3.2.4: the asterisk is for OPTIONS alone.
  if (target === "*" && method === "OPTIONS") return null;
  return refuse(400, "The request target must be a path.");
}

/** Fills `fields` from the lines behind the first, or says why not. */
function readFields(
  lines: readonly string[],
  fields: [string, string][],
  limits: RequestLimits,
): RequestRefusal | null {
  if (lines.length - 1 > limits.fieldsMax) {
    return refuse(431, `The request has more than ${limits.fieldsMax} header fields.`);
  }
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    if (!TOKEN.test(name)) return refuse(400, "A header field must be NAME: VALUE on one line.");
    const value = trimBlank(line.slice(colon + 1));
    if (!FIELD_VALUE.test(value)) {
      return refuse(400, `The value of ${name} has a control character.`);
    }
    const key = name.toLowerCase();
    if (SINGLE.has(key) && joined(fields, key) !== undefined) {
      return refuse(400, `${name} must not come twice.`);
    }
    fields.push([key, value]);
  }
  return null;
}

/** RFC 9112 6.3: where the body ends must be read the same by all who read it. */
function judgeBody(head: RequestHead): RequestRefusal | null {
  const length = head.get("content-length");
  const coding = head.get("transfer-encoding");
  if (length !== undefined && !CONTENT_LENGTH.test(length)) {
    return refuse(400, "Content-Length must be a number of bytes.");
  }
  if (coding === undefined) return null;
  if (length !== undefined) {
    return refuse(400, "Content-Length and Transfer-Encoding must not come together.");
  }
  // 6.1: HTTP/1.0 has no transfer codings; who sends one there has framed the message wrongly.
  if (head.version === "1.0") return refuse(400, "Transfer-Encoding needs HTTP/1.1.");
  if (isChunkedLast(coding)) return null;
  return refuse(400, "Transfer-Encoding must end with chunked, named once.");
}

/** 6.1, 6.3: chunked is the last transfer coding, and no other is it. */
function isChunkedLast(codings: string): boolean {
  const names = codings.split(",").map((coding) => trimBlank(coding).toLowerCase());
  return names.includes("chunked") && names.indexOf("chunked") === names.length - 1;
}

/**
 * What a request that becomes a WebSocket may say of a body: nothing, or that there is none. A body would be read as
 * frames here, and as a body by a proxy before us.
 */
export function judgeUpgradeBody(head: RequestHead): RequestRefusal | null {
  if (head.get("transfer-encoding") !== undefined) {
    return refuse(501, "A WebSocket is opened without Transfer-Encoding.");
  }
  const length = head.get("content-length");
  if (length === undefined || Number(length) === 0) return null;
  return refuse(413, "A WebSocket is opened without a body: send no Content-Length.");
}

/** RFC 9112 5.1: spaces and tabs around a value are not part of it. By index: a pattern would look at each run twice. */
export function trimBlank(text: string): string {
  let begin = 0;
  let end = text.length;
  while (begin < end && isBlank(text.charCodeAt(begin))) begin++;
  while (end > begin && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(begin, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The values of all fields of that lower-case name, as RFC 9110 5.3 joins them. */
export function joined(fields: RequestHead["fields"], name: string): string | undefined {
  let value: string | undefined;
  for (const field of fields) {
    if (field[0] === name) value = value === undefined ? field[1] : `${value}, ${field[1]}`;
  }
  return value;
}

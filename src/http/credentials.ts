// RFC 9110 11, RFC 7617, RFC 6750: what a request says of who sends it, and how that is asked for.

import { joined, trimBlank } from "./request-parser.ts";
import { refuse, type RequestHead, type RequestRefusal } from "./request.ts";

/** Which schemes are judged here. */
export interface Schemes {
  readonly basic: boolean;
  readonly bearer: boolean;
}

export type Credentials =
  /** The password as the client's bytes; UTF-8 was asked for. */
  | { readonly scheme: "Basic"; readonly name: string; readonly password: Uint8Array }
  | { readonly scheme: "Bearer"; readonly token: string };

export type Scheme = Credentials["scheme"];

/** RFC 9110 11.2: `token68`, which RFC 6750 2.1 calls b64token. */
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/;
/** RFC 9110 11.4: a scheme, and behind one space or more what it says. */
const AUTHORIZATION = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +(.*))?$/;
/** An entry of Sec-WebSocket-Protocol that is a token: a page can set no other field. In any case, so that none is left. */
const SUBPROTOCOL_PREFIX = "bearer.";
/** Bytes: longer than anybody types; bcrypt looks at 72. */
const NAME_SIZE_MAX = 256;
const PASSWORD_SIZE_MAX = 1024;
/** RFC 7617 2.2: of who would have to be told apart by it, there is one. */
const REALM = 'realm="websockd"';
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const COLON = 0x3a;

/**
 * The credentials of a scheme that is judged here; null when there are none. `isWebSocket`: a subprotocol may be the
 * token; it goes before Authorization, which a browser adds by itself.
 */
export function readCredentials(
  head: RequestHead,
  { basic, bearer, isWebSocket }: Schemes & { readonly isWebSocket: boolean },
): Credentials | RequestRefusal | null {
  const values = head.fields.filter(([name]) => name === "authorization");
  if (values.length > 1) return refuse(400, "Authorization must not come twice.");
  const [, value = null] = values[0] ?? [];
  const match = value === null ? null : AUTHORIZATION.exec(value);
  if (value !== null && match === null) {
    return refuse(400, "Authorization must be SCHEME CREDENTIALS.");
  }
  // RFC 9110 11.1: compared without regard to case.
  const scheme = match?.[1]!.toLowerCase() ?? "";
  const said = match?.[2] ?? "";
  const entries = bearer && isWebSocket ? tokenEntries(head) : [];
  if (entries.length > 0) {
    // RFC 6750 2: a token is sent in one way, once.
    if (entries.length > 1 || scheme === "bearer") return refuse(400, "Send one token, once.");
    return readToken(entries[0]!.slice(SUBPROTOCOL_PREFIX.length));
  }
  if (scheme === "basic" && basic) return readBasic(said);
  return scheme === "bearer" && bearer ? readToken(said) : null;
}

function readToken(token: string): Credentials | RequestRefusal {
  if (TOKEN68.test(token)) return { scheme: "Bearer", token };
  return refuse(400, "A token has the characters of RFC 6750 2.1, one at least.");
}

/** RFC 7617 2: base64 of NAME:PASSWORD, in which nothing is a control character. */
function readBasic(text: string): Credentials | RequestRefusal {
  const bytes = Buffer.from(text, "base64");
  // The decoder takes what is no base64 for nothing: only what comes out the same was some.
  if (text === "" || bytes.toString("base64") !== text) {
    return refuse(400, "Authorization must be Basic and base64, with its padding.");
  }
  const colon = bytes.indexOf(COLON);
  if (colon < 0) return refuse(400, "Basic credentials must be NAME:PASSWORD.");
  if (bytes.some((byte) => byte < 0x20 || byte === 0x7f)) {
    return refuse(400, "Basic credentials must not have a control character.");
  }
  const password = bytes.subarray(colon + 1);
  if (colon > NAME_SIZE_MAX || password.length > PASSWORD_SIZE_MAX) {
    const most = `A name has at most ${NAME_SIZE_MAX} bytes, a password ${PASSWORD_SIZE_MAX}.`;
    return refuse(400, most);
  }
  try {
    return { scheme: "Basic", name: UTF8.decode(bytes.subarray(0, colon)), password };
  } catch {
    return refuse(400, "The name in Basic credentials must be UTF-8.");
  }
}

function tokenEntries(head: RequestHead): string[] {
  return (head.get("sec-websocket-protocol") ?? "").split(",").map(trimBlank).filter(isTokenEntry);
}

function isTokenEntry(entry: string): boolean {
  return entry.toLowerCase().startsWith(SUBPROTOCOL_PREFIX);
}

/** The request as those may see it who come behind the judge (RFC 3875 4.1.18): without what it was judged by. */
export function withoutCredentials(head: RequestHead, { bearer }: Schemes): RequestHead {
  const fields = head.fields.flatMap((field): (typeof head.fields)[number][] => {
    const [name, value] = field;
    if (name === "authorization") return [];
    if (name !== "sec-websocket-protocol" || !bearer) return [field];
    const entries = value.split(",");
    const kept = entries.filter((entry) => !isTokenEntry(trimBlank(entry)));
    if (kept.length === entries.length) return [field];
    return kept.length === 0 ? [] : [[name, trimBlank(kept.join(","))]];
  });
  return { ...head, fields, get: (name) => joined(fields, name) };
}

/** RFC 9110 11.6.1: one field for each scheme, as clients of old read them. `wrong`: what was sent and is not good. */
export function challenges(
  { basic, bearer }: Schemes,
  wrong: Scheme | null,
): readonly (readonly [name: string, value: string])[] {
  // RFC 6750 3: without credentials there is no error.
  const error = wrong === "Bearer" ? ', error="invalid_token"' : "";
  return [
    ...(basic ? [`Basic ${REALM}, charset="UTF-8"`] : []),
    ...(bearer ? [`Bearer ${REALM}${error}`] : []),
  ].map((value) => ["WWW-Authenticate", value] as const);
}

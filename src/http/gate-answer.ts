// What a gate writes (RFC 3875 6.3) with what its exit says: a permit, a refusal, or what is wrong with it.

import { namesBetweenHops, readCgiFields, type CgiProblem } from "./cgi-response.ts";
import type { PlainResponse } from "./response.ts";

type Field = readonly [name: string, value: string];

/** What a client that is let in gets, and its program. */
export interface Permit {
  /** Fields of the 101. */
  readonly fields: readonly Field[];
  /** Agreed on instead of what would be; undefined: the gate said none. */
  readonly subprotocol: string | undefined;
  /** Of the program's environment. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface GateExit {
  /** It exited with 0. */
  readonly admits: boolean;
  /** The subprotocols that the client offered. */
  readonly offered: readonly string[];
  /** The program can be told variables: one of --prefork may have been started without. */
  readonly tellsVariables: boolean;
}

/** Of these there is one at most; each of the others that is not the gate's own goes to the client as often as it comes. */
const SINGLE: ReadonlySet<string> = new Set([
  "status",
  "location",
  "content-type",
  "user",
  "sec-websocket-protocol",
]);
/** Of the handshake: what is not the gate's to say (RFC 6455 4.2.2). */
const HANDSHAKE = /^sec-websocket-(?!protocol$)/;
/** For us, not for the client. A body has the length that it has. */
const OWN: readonly string[] = [
  "status",
  "env",
  "user",
  "sec-websocket-protocol",
  "content-length",
  "content-type",
];
/** RFC 9110 15.2: the one interim status that there is a sense in, and all that are final. */
const STATUS = /^(101|[2-5][0-9]{2})(?: (.*))?$/;
/** RFC 9110 15.4: the redirects that a Location is enough for. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const STATUS_REFUSED = 403;
const STATUS_REDIRECT = 302;
const TEXT_REFUSED = "This WebSocket is not let in.";

/** POSIX, "Environment Variable Definitions": what every shell can name. */
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;
/** What the request says; a gate judges that, and does not change it. User stands for REMOTE_USER. */
const OF_REQUEST = new RegExp(
  "^(?:HTTP_.*|SSL_.*|HTTPS|AUTH_TYPE|CONTENT_LENGTH|CONTENT_TYPE|GATEWAY_INTERFACE|PATH_INFO|PATH_TRANSLATED|" +
    "QUERY_STRING|REMOTE_(?:ADDR|HOST|IDENT|PORT|USER)|REQUEST_METHOD|REQUEST_URI|SCRIPT_NAME|SCRIPT_FILENAME|" +
    "SERVER_(?:NAME|PORT|PROTOCOL|SOFTWARE)|UNIQUE_ID|WEBSOCKET_PROTOCOL)$",
);
/** What says which code runs: a client's text that a gate passes on unseen must not come to that. */
const OF_LOADER = /^(?:PATH|LD_.*|BASH_ENV)$/;
const AUTH_TYPE = "Gate";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function readGateAnswer(
  output: Uint8Array,
  { admits, offered, tellsVariables }: GateExit,
): Permit | PlainResponse | CgiProblem {
  const { lines, body } = split(output);
  const read = readCgiFields(lines, SINGLE);
  if ("problem" in read) return read;
  const bodyText = decode(body);
  const fields = read.map(([name, value]) => [name, decode(value)] as const);
  if (bodyText === null || !fields.every(isWhole)) {
    return { problem: "Its output is not UTF-8." };
  }
  const wrong = fields.find(([name]) => HANDSHAKE.test(name.toLowerCase()));
  if (wrong !== undefined) return { problem: `It gave ${wrong[0]}, which is the server's to say.` };
  const variables = readVariables(fields);
  if (!(variables instanceof Map)) return variables;
  if (admits && !tellsVariables && fields.some(([name]) => /^env$/i.test(name))) {
    return { problem: "It gave an Env, which no program of --prefork gets (--prefork-env=line)." };
  }
  return admits ? permit(fields, { variables, offered }) : refusal(fields, bodyText);
}

/** The head's lines and the body, a character a byte. An answer without an empty line is all head. */
function split(output: Uint8Array): { lines: readonly string[]; body: string } {
  const text = Buffer.from(output.buffer, output.byteOffset, output.length).toString("latin1");
  const end = /(?:^|\r?\n)\r?\n/.exec(text);
  const head = end === null ? text.replace(/\r?\n$/, "") : text.slice(0, end.index);
  const body = end === null ? "" : text.slice(end.index + end[0].length);
  return { lines: head === "" ? [] : head.split(/\r?\n/), body };
}

/** Null: it is not UTF-8. */
function decode(latin1: string): string | null {
  try {
    return UTF8.decode(Buffer.from(latin1, "latin1"));
  } catch {
    return null;
  }
}

function isWhole(field: readonly [string, string | null]): field is Field {
  return field[1] !== null;
}

function readVariables(fields: readonly Field[]): Map<string, string> | CgiProblem {
  const variables = new Map<string, string>();
  for (const text of valuesOf(fields, "env")) {
    const [, name, value] = VARIABLE.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      return { problem: "It gave an Env that is not NAME=value, such as Env: ROOM=blue." };
    }
    if (OF_REQUEST.test(name)) {
      return { problem: `It gave Env: ${name}, which the request says (User sets REMOTE_USER).` };
    }
    if (OF_LOADER.test(name)) {
      return { problem: `It gave Env: ${name}, which says what code runs (--env can set it).` };
    }
    if (variables.has(name)) return { problem: `It gave Env: ${name} twice.` };
    variables.set(name, value);
  }
  const [user] = valuesOf(fields, "user");
  if (user === "") return { problem: "It gave a User without a name." };
  if (user !== undefined) variables.set("REMOTE_USER", user).set("AUTH_TYPE", AUTH_TYPE);
  return variables;
}

function permit(
  fields: readonly Field[],
  of: { variables: Map<string, string>; offered: readonly string[] },
): Permit | CgiProblem {
  const [statusText] = valuesOf(fields, "status");
  const [, digits = ""] = STATUS.exec(statusText ?? "") ?? [];
  // A gate that forgot to exit with what it means must not let in whom it refuses.
  if (statusText !== undefined && digits !== "101" && !digits.startsWith("2")) {
    return {
      problem: "It exited with 0, which lets in, and gave a Status: exit with 1 to refuse.",
    };
  }
  const [subprotocol] = valuesOf(fields, "sec-websocket-protocol");
  if (subprotocol !== undefined && !of.offered.includes(subprotocol)) {
    return { problem: "It gave a Sec-WebSocket-Protocol that the client did not offer." };
  }
  // RFC 9110 15.2: a 101 has no content to describe, and leads nowhere.
  const passed = passedFields(fields).filter(([name]) => !/^(?:content-|location$)/i.test(name));
  if (subprotocol !== undefined) of.variables.set("WEBSOCKET_PROTOCOL", subprotocol);
  return { fields: passed, subprotocol, variables: Object.fromEntries(of.variables) };
}

function refusal(fields: readonly Field[], body: string): PlainResponse | CgiProblem {
  const [statusText] = valuesOf(fields, "status");
  const [location = ""] = valuesOf(fields, "location");
  const [contentType] = valuesOf(fields, "content-type");
  const [, digits, reason = ""] = STATUS.exec(statusText ?? "") ?? [];
  const byDefault = location === "" ? STATUS_REFUSED : STATUS_REDIRECT;
  const status = statusText === undefined ? byDefault : Number(digits);
  const isRedirect = REDIRECTS.has(status) && location !== "";
  if (!(status >= 400 || isRedirect)) {
    const wanted = "400 to 599, or 301, 302, 303, 307 or 308 with a Location";
    return { problem: `It refused with a Status that is none of ${wanted}.` };
  }
  const text = body.replace(/\r?\n$/, "");
  return {
    status,
    ...(reason === "" ? {} : { reason }),
    text: text || TEXT_REFUSED,
    ...(contentType === undefined || text === "" ? {} : { contentType }),
    fields: passedFields(fields).filter(([name]) => isRedirect || !/^location$/i.test(name)),
  };
}

function passedFields(fields: readonly Field[]): Field[] {
  const dropped = new Set([...OWN, ...namesBetweenHops(fields)]);
  return fields.filter(([name]) => !dropped.has(name.toLowerCase()));
}

function valuesOf(fields: readonly Field[], key: string): string[] {
  return fields.filter(([name]) => name.toLowerCase() === key).map(([, value]) => value);
}

// RFC 6455 4.2: judges a client's opening handshake and computes the server's answer.

import { negotiateDeflate, type DeflateAgreement } from "./deflate-parameters.ts";
import { parseExtensionOffers } from "./extension-offer.ts";
import { readList, type FieldReader } from "./field-reader.ts";
import { chooseSubprotocol, parseSubprotocols } from "./subprotocol.ts";

/** What the handshake reads of a request: method and version as sent, fields by lower-case name. */
export interface HandshakeRequest {
  readonly method: string;
  /** `1.1` for HTTP/1.1. */
  readonly version: string;
  /** The values of all fields of that name joined with `, `, undefined when there is none. */
  get(name: string): string | undefined;
}

export interface HandshakeRefusal {
  readonly status: number;
  /** One plain line: what is wrong and what would be right. */
  readonly text: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** What is agreed on. */
export interface HandshakeAgreement {
  /** The value of Sec-WebSocket-Accept. */
  readonly accept: string;
  readonly subprotocol: string | undefined;
  readonly deflate: DeflateAgreement | null;
}

export type HandshakeVerdict = HandshakeAgreement | HandshakeRefusal;

/** What the server is willing to agree on. */
export interface HandshakePolicy {
  readonly compress: "off" | "on" | "takeover";
  /** Those that the service speaks. */
  readonly subprotocols: readonly string[];
  /** Refuse a client that asks for none of them. */
  readonly subprotocolRequired: boolean;
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** 4.1: 16 bytes in base64: 22 digits, the last of which carries four bits that are zero, and the padding. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;
const UPGRADE_FIELDS = [
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
] as const;

/** Whoever names the protocol is answered as one who wants it, if only with what is missing. */
export function asksForWebSocket(request: HandshakeRequest): boolean {
  return hasToken(request.get("upgrade"), "websocket");
}

/** 4.2.1 in the order in which a person would want to hear of it. */
export function judgeHandshake(
  request: HandshakeRequest,
  policy: HandshakePolicy,
): HandshakeVerdict {
  return judgeUpgrade(request) ?? judgeKey(request) ?? agree(request, policy);
}

function judgeUpgrade(request: HandshakeRequest): HandshakeRefusal | null {
  if (request.method !== "GET") {
    return refuse(405, `A WebSocket is opened with GET, not ${request.method}.`, [
      ["Allow", "GET"],
    ]);
  }
  if (request.version !== "1.1") {
    return refuse(400, `A WebSocket needs HTTP/1.1, not HTTP/${request.version}.`);
  }
  if (!hasToken(request.get("upgrade"), "websocket")) {
    return refuse(426, "This is a WebSocket: send Upgrade: websocket.", UPGRADE_FIELDS);
  }
  if (!hasToken(request.get("connection"), "upgrade")) {
    return refuse(426, "This is a WebSocket: send Connection: Upgrade.", UPGRADE_FIELDS);
  }
  return null;
}

function judgeKey(request: HandshakeRequest): HandshakeRefusal | null {
  // 4.4: a version that is not understood is answered with those that are.
  const version = request.get("sec-websocket-version");
  if (version !== "13") {
    const fields = [...UPGRADE_FIELDS, ["Sec-WebSocket-Version", "13"]] as const;
    return refuse(
      426,
      "This server speaks WebSocket version 13: send Sec-WebSocket-Version: 13.",
      fields,
    );
  }
  const key = request.get("sec-websocket-key");
  if (key === undefined || !KEY.test(key)) {
    return refuse(400, "Sec-WebSocket-Key must be 16 bytes in base64, once.");
  }
  return null;
}

function agree(request: HandshakeRequest, policy: HandshakePolicy): HandshakeVerdict {
  const asked = parseSubprotocols(request.get("sec-websocket-protocol"));
  if (asked === null) {
    return refuse(400, "Sec-WebSocket-Protocol must be a list of tokens, each once.");
  }
  const subprotocol = chooseSubprotocol(asked, policy.subprotocols);
  if (subprotocol === undefined && policy.subprotocolRequired) {
    const spoken = policy.subprotocols.join(", ");
    return refuse(400, `This server speaks only ${spoken}: send Sec-WebSocket-Protocol.`);
  }
  // 9.1: what is not of the grammar fails the connection, whether or not an extension is wanted; 4.2.2, 5.6: what is,
  // and is not wanted, is not answered.
  const offers = parseExtensionOffers(request.get("sec-websocket-extensions"));
  if (offers === null) {
    return refuse(400, "Sec-WebSocket-Extensions must be a list of NAME; PARAMETER=VALUE.");
  }
  const { compress } = policy;
  const deflate =
    compress === "off" ? null : negotiateDeflate(offers, { takeover: compress === "takeover" });
  return { accept: acceptFor(request.get("sec-websocket-key") ?? ""), subprotocol, deflate };
}

/** 4.2.2, step 5.4: the proof that the key was understood. */
export function acceptFor(key: string): string {
  return Bun.SHA1.hash(key + GUID, "base64");
}

/** 4.2.2: the 101 response, up to the empty line; `fields` are the operator's. */
export function acceptResponse(
  agreement: HandshakeAgreement,
  fields: HandshakeRefusal["fields"] = [],
): string {
  const { accept, subprotocol, deflate } = agreement;
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  if (subprotocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  if (deflate !== null) lines.push(`Sec-WebSocket-Extensions: ${deflate.response}`);
  for (const [name, value] of fields) lines.push(`${name}: ${value}`);
  return lines.join("\r\n") + "\r\n\r\n";
}

/** 4.2.1: Upgrade and Connection are lists of names, compared without regard to case. */
function hasToken(list: string | undefined, token: string): boolean {
  if (list === undefined) return false;
  if (list.toLowerCase() === token) return true; // nothing else is named
  const names = readList(list, readProtocol);
  return names?.some((name) => name.toLowerCase() === token) ?? false;
}

/** RFC 9110 7.8: a protocol's name, and its version if it has one. */
function readProtocol(reader: FieldReader): string | null {
  const name = reader.token();
  if (name === null || !reader.take("/")) return name;
  const version = reader.token();
  return version === null ? null : `${name}/${version}`;
}

function refuse(
  status: number,
  text: string,
  fields: HandshakeRefusal["fields"] = [],
): HandshakeRefusal {
  return { status, text, fields };
}

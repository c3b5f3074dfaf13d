// Whom proxies forward, by the request's fields: walked from the nearest proxy outwards, as far as each is trusted.

import { formatAddress, parseAddress } from "../ip-address.ts";
import { parseForwarded, type ForwardedElement } from "./forwarded.ts";
import { AUTHORITY } from "./host.ts";
import type { ProxyEndpoint } from "./proxy-header.ts";
import { refuse, type RequestHead, type RequestRefusal } from "./request.ts";

export type ForwardingField =
  "forwarded" | "x-forwarded-for" | "x-forwarded-proto" | "x-forwarded-host";

export interface ForwardingRules {
  /** Those that the nearest proxy is known to write, and alone are read: a client can write any other. */
  readonly fields: readonly ForwardingField[];
  /** `address` as `formatAddress` writes it. */
  readonly isTrusted: (address: string) => boolean;
}

/** Null: nothing is said of that. */
export interface Forwarding {
  /** Port 0 where none is told. */
  readonly client: ProxyEndpoint | null;
  readonly isTls: boolean | null;
  readonly host: string | null;
}

/** The schemes of the web, of which some proxies name a WebSocket's own. */
const PLAIN = ["http", "ws"];
const SECURE = ["https", "wss"];

/** What the fields of a request that comes from a trusted proxy say of whose it is. */
export function readForwarding(
  head: RequestHead,
  rules: ForwardingRules,
): Forwarding | RequestRefusal {
  if (rules.fields.includes("forwarded")) return fromForwarded(head, rules);
  const has = (field: ForwardingField) => rules.fields.includes(field);
  const client = has("x-forwarded-for")
    ? lastOutside(listOf(head, "x-forwarded-for"), rules)
    : null;
  // Of a list the last is what the nearest proxy wrote; what is before it may be the client's.
  const proto = has("x-forwarded-proto") ? listOf(head, "x-forwarded-proto").at(-1) : undefined;
  const host = has("x-forwarded-host") ? listOf(head, "x-forwarded-host").at(-1) : undefined;
  return judged(client, { proto, host }, "X-Forwarded-Proto and X-Forwarded-Host");
}

function listOf(head: RequestHead, name: string): string[] {
  const elements = (head.get(name) ?? "").split(",").map((element) => element.trim());
  return elements.filter((element) => element !== "");
}

/** From the right: the first address that is no trusted proxy's, or the last before one that cannot be read. */
function lastOutside(elements: readonly string[], rules: ForwardingRules): ProxyEndpoint | null {
  let client: ProxyEndpoint | null = null;
  for (const element of elements.toReversed()) {
    const next = parseNode(element);
    if (next === null) break;
    client = next;
    if (!rules.isTrusted(client.address)) break;
  }
  return client;
}

/** Its elements, too, are believed from the right; protocol and host are those of the outermost that was. */
function fromForwarded(head: RequestHead, rules: ForwardingRules): Forwarding | RequestRefusal {
  let client: ProxyEndpoint | null = null;
  let element: ForwardedElement = new Map();
  for (const next of elementsFromRight(head)) {
    element = next;
    const node = parseNode(next.get("for") ?? "");
    if (node === null) break;
    client = node;
    if (!rules.isTrusted(client.address)) break;
  }
  const told = { proto: element.get("proto"), host: element.get("host") };
  return judged(client, told, "Forwarded");
}

/**
 * Each line by itself: a client's that cannot be read, a quote without its end, must not spoil the proxy's behind it. It
 * stops the walk.
 */
function* elementsFromRight(head: RequestHead): Generator<ForwardedElement> {
  const lines = head.fields.filter(([name]) => name === "forwarded");
  for (const [, line] of lines.toReversed()) {
    const elements = parseForwarded(line);
    if (elements === null) return;
    yield* elements.toReversed();
  }
}

/** A port whose name hides it is as none. */
const NODE = /^(?:\[([^\]]*)\]|([0-9.]+))(?::(?:([0-9]{1,5})|_[0-9A-Za-z._-]+))?$/;

/**
 * RFC 7239 6: an address, IPv6 in brackets, with a port or without; X-Forwarded-For has IPv6 without brackets, too. Null
 * for `unknown`, a name that hides the address, and all else.
 */
function parseNode(text: string): ProxyEndpoint | null {
  const match = NODE.exec(text);
  const address = parseAddress(match === null ? text : (match[1] ?? match[2] ?? ""));
  const port = Number(match?.[3] ?? 0);
  return address === null || port > 0xffff ? null : { address: formatAddress(address), port };
}

interface Told {
  readonly proto: string | undefined;
  readonly host: string | undefined;
}

/** What a trusted proxy writes and nobody can read is its fault, not to be guessed at. */
function judged(
  client: ProxyEndpoint | null,
  { proto, host }: Told,
  field: string,
): Forwarding | RequestRefusal {
  const scheme = proto?.toLowerCase();
  const isTls = scheme === undefined ? null : SECURE.includes(scheme);
  if (scheme !== undefined && isTls === false && !PLAIN.includes(scheme)) {
    return refuse(400, `${field}: the protocol must be http or https.`);
  }
  if (host !== undefined && (host === "" || !AUTHORITY.test(host))) {
    return refuse(400, `${field}: the host must be NAME or NAME:PORT.`);
  }
  return { client, isTls, host: host ?? null };
}

/** The head as if it had come to that host, which the client asked for. */
export function withHost(head: RequestHead, host: string): RequestHead {
  const others = head.fields.filter(([name]) => name !== "host");
  return {
    method: head.method,
    target: head.target,
    version: head.version,
    fields: [["host", host], ...others],
    get: (name) => (name === "host" ? host : head.get(name)),
  };
}

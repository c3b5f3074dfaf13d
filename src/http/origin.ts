// RFC 6454, RFC 6455 10.2: which pages may open a WebSocket here, by the Origin that their browser names.

import { namePattern, parseOrigin, splitHost, type Origin } from "./pattern.ts";
import { refuse, type RequestHead, type RequestRefusal } from "./request.ts";

export interface OriginPolicy {
  /** Any Origin that has the form of a URL is let in, unless one of the next two says otherwise: websocketd's rule. */
  readonly isOpen: boolean;
  /** Only pages of this very host: who names no Origin is not let in either. */
  readonly sameOrigin: boolean;
  /** Null: no list was given. */
  readonly allowed: readonly OriginRule[] | null;
}

/** Who asks to be let in. */
export interface OriginRequest {
  readonly head: RequestHead;
  /** The client speaks TLS: a page of the same host has come by https. */
  readonly isTls: boolean;
}

/** True when the Origin, null for a client that names none, is let in. */
type OriginRule = (value: string | null, origin: Origin | null) => boolean;

/** `entries`: those of --origin, each checked for its form. */
export function originPolicy(
  entries: readonly string[],
  rules: Omit<OriginPolicy, "allowed">,
): OriginPolicy {
  return { ...rules, allowed: entries.length === 0 ? null : entries.map(originRule) };
}

function originRule(entry: string): OriginRule {
  if (entry === "*") return () => true;
  if (entry === "none") return (value) => value === null;
  if (entry === "null") return (value) => value === "null";
  // PARITY 1.4: to websocketd a client without an Origin is a page from a file.
  if (entry === "file://") return (value) => value === null || value === "file://";
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(entry)?.[1]?.toLowerCase();
  const { host, port } = splitHost(entry.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ""));
  const hostPattern = namePattern(host);
  return (_, origin) => {
    if (origin === null || !hostPattern.test(origin.host)) return false;
    if (port !== "" && port !== "*" && port !== origin.port) return false;
    return scheme === undefined
      ? origin.scheme === "http" || origin.scheme === "https"
      : scheme === origin.scheme;
  };
}

/** An absent and an empty Origin are the same: none. */
export function judgeOrigin(
  { head, isTls }: OriginRequest,
  policy: OriginPolicy,
): RequestRefusal | null {
  const value = head.get("origin") || null;
  const origin = value === null ? null : parseOrigin(value);
  const isSame = origin !== null && isSameOrigin(origin, head.get("host") ?? "", isTls);
  if (policy.sameOrigin && !isSame) {
    return refusal(value, "--sameorigin lets in only pages of this host");
  }
  if (policy.allowed !== null) {
    const isAllowed = policy.allowed.some((rule) => rule(value, origin));
    return isAllowed ? null : refusal(value, adding(value));
  }
  if (isSame || value === null) return null;
  if (policy.isOpen) return isUrl(value) ? null : refusal(value, "it is no URL");
  return refusal(value, adding(value));
}

/**
 * Host is what the browser was sent to, its scheme's own port left out. A proxy that speaks TLS for us hands it on: so
 * what counts is the port of the page's own scheme, and only where TLS is known to be spoken can http be told from https.
 */
function isSameOrigin(origin: Origin, hostField: string, isTls: boolean): boolean {
  if (origin.scheme !== "https" && (isTls || origin.scheme !== "http")) return false;
  const { host, port } = splitHost(hostField);
  return (
    host !== "" && host === origin.host && (port || defaultPort(origin.scheme)) === origin.port
  );
}

function defaultPort(scheme: string): string {
  return scheme === "https" ? "443" : "80";
}

/** What Go's ParseRequestURI takes. */
function isUrl(value: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:[^\s]*|\/[^\s]*|\*)$/i.test(value) || value === "null";
}

function adding(value: string | null): string {
  return `--origin=${value ?? "none"} would let it in`;
}

/** A field's value is visible characters; so many of them as a person would read. */
const SHOWN_MAX = 200;

function refusal(value: string | null, why: string): RequestRefusal {
  const shown = value === null ? "A client without an Origin" : `Origin "${value}"`;
  return refuse(403, `${shown.slice(0, SHOWN_MAX)} is not let in: ${why.slice(0, SHOWN_MAX)}.`);
}

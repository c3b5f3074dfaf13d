// RFC 9112 3.2: Host, which every request of HTTP/1.1 has once, and which must agree with an absolute target.

import { namePattern, splitHost } from "./pattern.ts";
import { refuse, type RequestHead, type RequestRefusal } from "./request.ts";

/**
 * RFC 3986 3.2.2, 3.2.3: a name, an IPv4 address or an IP literal, and a port. No user: RFC 9110 4.2.4. What is between
 * the brackets is not looked at more closely: it is compared and handed on, never dialled.
 */
export const AUTHORITY =
  /^(?:\[[0-9A-Za-z:.]+\]|(?:[0-9A-Za-z\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

export function judgeHost(head: RequestHead): RequestRefusal | null {
  const host = head.get("host");
  if (host === undefined) {
    return head.version === "1.0" ? null : refuse(400, "An HTTP/1.1 request needs a Host field.");
  }
  return AUTHORITY.test(host) ? null : refuse(400, "Host must be NAME or NAME:PORT.");
}

/** 3.2.2, 3.2.3: targets that name a host themselves. */
export function judgeAuthority(head: RequestHead): RequestRefusal | null {
  const { method, target } = head;
  if (method === "CONNECT") {
    const isAuthority = AUTHORITY.test(target) && /.:[0-9]+$/.test(target);
    return isAuthority ? null : refuse(400, "The target of CONNECT must be NAME:PORT.");
  }
  if (target.startsWith("/")) return null;
  const match = /^(https?):\/\/([^/?]*)/i.exec(target);
  if (match === null) return null;
  const [, scheme = "", authority = ""] = match;
  if (authority === "" || !AUTHORITY.test(authority)) {
    return refuse(400, "The request target must name a host.");
  }
  // 3.2.2 lets a server believe the target. Whoever compares Origin or chooses by Host must not see two hosts.
  const host = head.get("host");
  if (host === undefined) return null;
  if (normalized(authority, scheme) === normalized(host, scheme)) return null;
  return refuse(400, "The request target and Host must name the same host.");
}

/** RFC 3986 6.2.2.1, 6.2.3: in lower case, without the port that the scheme implies. */
function normalized(authority: string, scheme: string): string {
  const [, name = "", port = ""] = /^(.*?)(?::([0-9]*))?$/.exec(authority.toLowerCase()) ?? [];
  const isDefault = port === "" || port === DEFAULT_PORTS[scheme.toLowerCase()];
  return isDefault ? name : `${name}:${port}`;
}

/** True when the name in Host, and its port where the pattern has one, is one of the patterns'. */
export type HostPolicy = (head: RequestHead) => boolean;

/** `entries`: those of --host, each `host[:port]`; empty lets in any. */
export function hostPolicy(entries: readonly string[]): HostPolicy {
  if (entries.length === 0) return () => true;
  const rules = entries.map((entry) => {
    const { host, port } = splitHost(entry);
    return { pattern: namePattern(host), port };
  });
  return (head) => {
    const { host, port } = splitHost(head.get("host") ?? "");
    return rules.some(
      (rule) =>
        rule.pattern.test(host) && (rule.port === "" || rule.port === "*" || rule.port === port),
    );
  };
}

// Patterns for hosts and origins: `[scheme://]host[:port]`, with `*` in them, compared without regard to case.

/** RFC 6454 6.2: what an Origin field holds when it is no list and not `null`. */
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]*)(?::([0-9]*))?$/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  http: "80",
  https: "443",
  ws: "80",
  wss: "443",
};

export interface Origin {
  /** In lower case, as `host` is. */
  readonly scheme: string;
  readonly host: string;
  /** The scheme's own when none is written; empty when it has none. */
  readonly port: string;
}

/** Null when it is no origin: `null`, a list, a URL with a path. */
export function parseOrigin(text: string): Origin | null {
  const match = ORIGIN.exec(text.toLowerCase());
  if (match === null) return null;
  const [, scheme = "", host = "", port = ""] = match;
  return { scheme, host, port: port || (DEFAULT_PORTS[scheme] ?? "") };
}

export interface HostPort {
  readonly host: string;
  /** Empty when none is written. */
  readonly port: string;
}

/** Splits `host[:port]`, an IPv6 address in brackets, to lower case. */
export function splitHost(text: string): HostPort {
  const match = /^(\[[^\]]*\]|[^:]*)(?::([0-9]*|\*))?$/.exec(text.toLowerCase());
  return match === null
    ? { host: text.toLowerCase(), port: "" }
    : { host: match[1] ?? "", port: match[2] ?? "" };
}

/** Matches what a pattern in which `*` stands for any part of a name matches; `*` alone is any name. */
export function namePattern(pattern: string): RegExp {
  const parts = pattern.toLowerCase().split("*");
  const literal = parts.map((part) => part.replace(/[^a-z0-9]/g, (character) => `\\${character}`));
  return new RegExp(`^${literal.join(pattern === "*" ? ".*" : "[^:/]*")}$`);
}

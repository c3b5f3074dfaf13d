// RFC 3875 4.1: the meta-variables that tell a service about the request that it serves.

import { decodePath, splitTarget } from "./request-path.ts";
import type { RequestHead } from "./request.ts";

export interface CgiContext {
  /** The client's IP address and TCP port; `unix-socket` and 0 for one that has none. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The client's name, where it was looked up; else its address. */
  readonly remoteHost: string;
  /** The address this request came to, for a request without Host. */
  readonly localAddress: string;
  readonly isTls: boolean;
  /** The path of what serves the request, and what is behind it in the request's path: 4.1.13, 4.1.5. */
  readonly scriptName: string;
  readonly pathInfo: string;
  /** `websockd/VERSION`. */
  readonly serverSoftware: string;
  /** Not to be guessed; one for each session. */
  readonly uniqueId: string;
}

/**
 * `Proxy` would become HTTP_PROXY, which programs obey ("httpoxy"); it is no standard field. 4.1.18: what has a variable
 * of its own is not told twice.
 */
const DROPPED = new Set(["proxy", "content-length", "content-type"]);
/** A byte order mark is kept: it was sent. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The variables in websocketd's set, by name. A field whose name has a `_` is dropped: it could pose as another. */
export function cgiEnvironment(head: RequestHead, context: CgiContext): Record<string, string> {
  const { raw, query } = splitTarget(head.target);
  const host = hostAndPort(fieldText(head.get("host") ?? ""));
  const port = context.isTls ? "443" : "80";
  const environment: Record<string, string> = {
    SERVER_SOFTWARE: context.serverSoftware,
    REMOTE_ADDR: context.remoteAddress,
    REMOTE_HOST: context.remoteHost,
    REMOTE_PORT: context.remotePort === 0 ? "" : String(context.remotePort),
    SERVER_NAME: host.name || context.localAddress,
    SERVER_PORT: host.port || port,
    SERVER_PROTOCOL: `HTTP/${head.version}`,
    GATEWAY_INTERFACE: "CGI/1.1",
    REQUEST_METHOD: head.method,
    // Of an absolute target (RFC 9112 3.2.2) the part that an origin target would have.
    REQUEST_URI: head.target.includes("?") ? `${raw}?${query}` : raw,
    SCRIPT_NAME: oneLine(context.scriptName),
    PATH_INFO: oneLine(context.pathInfo),
    // websocketd's: the whole path, and no file's.
    PATH_TRANSLATED: oneLine(decodePath(raw)),
    QUERY_STRING: query,
    AUTH_TYPE: "",
    CONTENT_LENGTH: "",
    CONTENT_TYPE: "",
    REMOTE_IDENT: "",
    REMOTE_USER: "",
    UNIQUE_ID: context.uniqueId,
  };
  if (context.isTls) environment["HTTPS"] = "on";
  for (const field of head.fields) {
    const name = field[0];
    if (DROPPED.has(name) || name.includes("_")) continue;
    const variable = "HTTP_" + name.toUpperCase().replaceAll("-", "_");
    const before = environment[variable];
    // RFC 9110 5.3 joins with a comma; cookies alone are joined with a semicolon (RFC 6265 5.4).
    const glue = name === "cookie" ? "; " : ", ";
    const text = fieldText(field[1]);
    environment[variable] = before === undefined ? text : before + glue + text;
  }
  return environment;
}

/** Programs print their variables a line each: a line end, which only a path can hold, is a blank, as in websocketd. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ").trim();
}

/** A head is read as Latin-1; what was sent as UTF-8 must reach the program, whose variables are UTF-8, as it was. */
function fieldText(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  try {
    return UTF8.decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}

/** `name:port`, `name`, `[v6]:port`, `[v6]`; no port: empty. */
function hostAndPort(host: string): { name: string; port: string } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::([0-9]*))?$/.exec(host);
  return match === null ? { name: host, port: "" } : { name: match[1] ?? "", port: match[2] ?? "" };
}

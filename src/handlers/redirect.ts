// RFC 9110 15.4.2: sends every request to the same path at another scheme and port.

import type { Handler } from "./handler.ts";

export interface RedirectOptions {
  readonly scheme: "http" | "https";
  /** Asked for each time: the port may be one that was found free. */
  readonly port: () => number;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;
/** Host as the request's reader lets it in: a name, an IPv4 address or an IP literal, and a port. */
const HOST = /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(?::[0-9]*)?$/;

/** Null for a request whose Host cannot stand in a Location. */
export function redirect(options: RedirectOptions): Handler {
  const { scheme } = options;
  return (head, { raw, query }) => {
    const name = HOST.exec(head.get("host") ?? "")?.[1];
    if (name === undefined) return null;
    const port = options.port();
    const suffix = port === DEFAULT_PORTS[scheme] ? "" : `:${port}`;
    const target = raw + (query === "" ? "" : `?${query}`);
    const location = `${scheme}://${name}${suffix}${target}`;
    return new Response(`${location}\n`, {
      status: 301,
      headers: {
        Location: location,
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": String(location.length + 1),
      },
    });
  };
}

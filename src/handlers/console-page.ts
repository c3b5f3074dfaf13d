// A page of the console: where it answers, and what it is forbidden; nothing that it needs comes from elsewhere.

import type { Handler } from "./handler.ts";
import { pagePolicy } from "./page-policy.ts";

export interface ConsolePageOptions {
  /** At every path, as websocketd has it; else at its own alone: beside files, which never have a name like it. */
  readonly everywhere: boolean;
}

/** `path` is the page's own. It has one script and one style, both in the page. */
export function consolePage(page: string, path: string, everywhere: boolean): Handler {
  const body = new TextEncoder().encode(page);
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": String(body.length),
    "Content-Security-Policy": pagePolicy(page, { connect: "ws: wss:" }),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
  return ({ method }, { raw }) => {
    if (!everywhere && raw !== path) return null;
    if (method === "GET" || method === "HEAD") return new Response(body, { headers });
    return new Response(null, {
      status: 405,
      headers: { Allow: "GET, HEAD", "Content-Length": "0" },
    });
  };
}

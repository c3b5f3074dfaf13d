// --devconsole: one page to try a program with; nothing that it needs comes from elsewhere.

import imported from "./dev-console.html" with { type: "text" };
import type { Handler } from "./handler.ts";
import { pagePolicy } from "./page-policy.ts";

export interface DevConsoleOptions {
  /** At every path, as websocketd has it; else at PATH alone: beside files, which never have a name like it. */
  readonly everywhere: boolean;
}

/** Bun's types know a page only as what its bundler makes of one; `type: "text"` is the text. */
const page = imported as unknown as string;

const PATH = "/.websockd/console";

export function devConsole({ everywhere }: DevConsoleOptions): Handler {
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
    if (!everywhere && raw !== PATH) return null;
    if (method === "GET" || method === "HEAD") return new Response(body, { headers });
    return new Response(null, {
      status: 405,
      headers: { Allow: "GET, HEAD", "Content-Length": "0" },
    });
  };
}

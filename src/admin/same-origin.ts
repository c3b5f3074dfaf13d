// Which pages of a browser may ask at --admin: its own, and no other's, whatever name was made to point here.

import { splitHost } from "../http/pattern.ts";
import { isLoopback } from "../net/loopback.ts";

export type AdminAddress =
  { readonly hostname: string; readonly port: number } | { readonly path: string };

const ANY_ADDRESS = /^(?:0\.0\.0\.0|::)$/;
const ADDRESS = /^(?:[0-9.]+|\[[0-9a-f:.]+\])$/;

/**
 * A page whose name was made to point here (DNS rebinding) sends that name: only addresses, which cannot be made to point
 * anywhere, and localhost are let in, and what --admin itself names.
 */
export function hostJudge(at: AdminAddress): (field: string | null) => boolean {
  const own = "hostname" in at ? at.hostname.toLowerCase().replace(/^\[|\]$/g, "") : "localhost";
  return (field) => {
    const { host } = splitHost(field ?? "");
    if (isLoopback(host) || host.replace(/^\[|\]$/g, "") === own) return true;
    return ANY_ADDRESS.test(own) && ADDRESS.test(host);
  };
}

/** A program names no Origin; a browser does for each WebSocket and POST, and says besides where it was made. */
export function isSameOrigin({ headers }: Request): boolean {
  const origin = headers.get("origin");
  // A proxy before us may speak TLS for us, and hands Host on.
  const own = ["http", "https"].map((scheme) => `${scheme}://${headers.get("host")}`);
  if (origin !== null && !own.includes(origin)) return false;
  return [null, "same-origin", "none"].includes(headers.get("sec-fetch-site"));
}

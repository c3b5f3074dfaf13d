// What a start says in the place of websocketd.

import type { Config } from "../config.ts";
import type { Server } from "../server/server.ts";

/** In websocketd's order. */
export function websocketdLines({ command, directory, http }: Config, server: Server): string[] {
  return [
    ["Serving using application   ", command.length > 0 ? command.join(" ") : null],
    ["Serving from directory      ", directory],
    ["Serving static content from ", http.staticDirectory],
    ["Serving CGI scripts from    ", http.cgiDirectory],
    ...server.urls.map((url) => ["Starting WebSocket server   ", url]),
  ].flatMap(([what, value]) => (value === null ? [] : [`${what}: ${value}`]));
}

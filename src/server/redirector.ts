// --redirport: answers every request with where it should have gone, path and query kept.

import type { Config } from "../config.ts";
import { redirect } from "../handlers/redirect.ts";
import { splitTarget } from "../http/request-path.ts";
import { refuse } from "../http/request.ts";
import type { RequestTaker } from "./front-door.ts";
import type { Starter } from "./starter.ts";

/** `port`: where TCP clients connect, once that is known. */
export function redirector({ tls }: Config, starter: Starter, port: () => number): RequestTaker {
  const handler = redirect({ scheme: tls === null ? "http" : "https", port });
  return {
    handle(exchange) {
      const { connection, head } = exchange;
      const response = handler(head, splitTarget(head.target));
      if (response !== null) return connection.answer(response);
      const text = "A redirect needs the Host that you came for: send Host: NAME.";
      starter.refuse(exchange, refuse(400, text));
    },
  };
}

// What a client is told that gets nothing, and what the log then says.

import type { PlainResponse } from "../http/response.ts";
import type { Log } from "../log.ts";
import type { LogFields } from "../log-format.ts";
import type { Tally } from "./tally.ts";
import { aboutExchange, type Exchange } from "./exchange.ts";

export interface Refusal {
  readonly exchange: Exchange;
  readonly response: PlainResponse;
  /** For the log besides, or instead of what it would have. */
  readonly about?: LogFields;
}

/** Answers, if the client is still there. */
export function refuseExchange(
  { log, tally }: { readonly log: Log; readonly tally: Tally | null },
  { exchange, response, about }: Refusal,
): void {
  const { connection, head } = exchange;
  const asked = aboutExchange(exchange);
  if (!connection.isOpen) {
    const reason = "the client left before its program was started";
    return log.write("access", "ABANDONED", { ...asked, ...about, reason }, "http");
  }
  const { status, text } = response;
  connection.respond(response);
  tally?.refused(status);
  const refused = { ...asked, origin: head.get("origin"), status, reason: text };
  log.write("access", "REFUSED", { ...refused, ...about }, "http");
}

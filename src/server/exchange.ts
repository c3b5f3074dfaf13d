// One request and its answer: by which connection it came, who asks, and what is known of them by now.

import type { RequestHead } from "../http/request.ts";
import { callerText, type Caller } from "../net/caller.ts";
import type { Connection } from "../net/connection.ts";

export interface Exchange {
  readonly connection: Connection;
  readonly head: RequestHead;
  /** The connection's peer, or whom it forwards, when it is a proxy that is trusted. */
  readonly caller: Caller;
}

/** What the log says of a request. */
export function aboutExchange({ caller, head }: Exchange): Record<string, string | undefined> {
  return { peer: callerText(caller), host: head.get("host"), path: head.target };
}

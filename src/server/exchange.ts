// One request and its answer: by which connection it came, who asks, and what is known of them by now.

import type { Scheme } from "../http/credentials.ts";
import type { RequestHead } from "../http/request.ts";
import { callerText, type Caller } from "../net/caller.ts";
import type { Connection } from "../net/connection.ts";

export interface Exchange {
  readonly connection: Connection;
  readonly head: RequestHead;
  /** The connection's peer, or whom it forwards, when it is a proxy that is trusted. */
  readonly caller: Caller;
  /** Who that is, where passwords or tokens are judged. */
  readonly identity?: Identity;
}

export interface Identity {
  readonly name: string;
  /** What proved it. */
  readonly scheme: Scheme;
}

/** What the log says of a request. */
export function aboutExchange({
  caller,
  head,
  identity,
}: Exchange): Record<string, string | undefined> {
  const peer = callerText(caller);
  return { peer, user: identity?.name, host: head.get("host"), path: head.target };
}

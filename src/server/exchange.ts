// One request and its answer: by which connection it came, who asks, and what is known of them by now.

import type { Scheme } from "../http/credentials.ts";
import type { RequestHead } from "../http/request.ts";
import { callerText, type Caller } from "../net/caller.ts";
import type { Connection } from "../net/connection.ts";
import type { Command } from "../service/launcher.ts";

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

export interface SessionStart {
  readonly number: number;
  readonly uniqueId: string;
  readonly command: Command;
  readonly pid: number;
  /** Its program's. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What the log says of a session. */
export function aboutSession(
  exchange: Exchange,
  { number, uniqueId, command, pid, environment }: SessionStart,
): Record<string, string | number | undefined> {
  const { peer, host, path } = aboutExchange(exchange);
  return {
    session: number,
    id: uniqueId,
    peer,
    user: environment["REMOTE_USER"] || environment["SSL_CLIENT_S_DN_CN"] || undefined,
    host: kept(host),
    path: kept(path),
    command: command.path,
    origin: kept(exchange.head.get("origin")),
    pid,
  };
}

/** A part of a string holds the whole, here a request's head: what a session keeps of it is copied. */
function kept(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, "latin1").toString("latin1");
}

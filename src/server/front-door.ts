// Where every request comes in: a WebSocket goes to its route's program, anything else down the chain of handlers.

import type { Handler } from "../handlers/handler.ts";
import type { HostPolicy } from "../http/host.ts";
import { directoryLocation, splitTarget, type RequestPath } from "../http/request-path.ts";
import { refuse } from "../http/request.ts";
import { asksForWebSocket } from "../websocket/handshake.ts";
import type { Authenticator } from "./authenticator.ts";
import type { Exchange } from "./exchange.ts";
import type { RouteFinder, WebSocketTaker } from "./route-finder.ts";
import type { Starter } from "./starter.ts";

/** What a request is given to when it is its kind. */
export interface RequestTaker {
  handle(exchange: Exchange): void;
}

export interface NamedHandler {
  /** websocketd's word for it in the log. */
  readonly name: string;
  readonly handler: Handler;
}

export interface FrontDoorOptions {
  /** Whether anything is for that Host. */
  readonly host: HostPolicy;
  /** Null: the whole path is ours, and there are no routes. */
  readonly finder: RouteFinder | null;
  /** Null: nobody need say who they are. */
  readonly authenticator: Authenticator | null;
  readonly starter: Starter;
  /** What no route takes; null: there is no other program. */
  readonly upgrader: WebSocketTaker | null;
  /** In the order in which they are asked. */
  readonly before: readonly NamedHandler[];
  /** Takes what is a script's; false: it is none. */
  readonly scripts: ((exchange: Exchange, path: RequestPath) => boolean) | null;
  readonly after: readonly NamedHandler[];
  readonly served: (exchange: Exchange, by: string, status: number) => void;
}

const NOTHING = "There is nothing at this path.";
const ONLY_WEBSOCKET = "Nothing is served here but a WebSocket: connect with ws:// or wss://.";

export class FrontDoor implements RequestTaker {
  readonly #options: FrontDoorOptions;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
  }

  handle(exchange: Exchange): void {
    const { host: isOurs, authenticator, starter } = this.#options;
    if (!isOurs(exchange.head)) {
      const host = (exchange.head.get("host") ?? "").slice(0, 200);
      const text = `Host "${host}" is not served here: --host=${host} would let it in.`;
      return starter.refuse(exchange, refuse(421, text));
    }
    if (authenticator === null) return this.#serve(exchange);
    authenticator.judge(exchange, (admitted) => this.#serve(admitted));
  }

  #serve(exchange: Exchange): void {
    const { head, connection } = exchange;
    const { starter, finder, before, scripts, after } = this.#options;
    const whole = splitTarget(head.target);
    const below = finder === null ? whole : finder.below(whole);
    if (below === null) return starter.refuse(exchange, refuse(404, NOTHING));
    const isBase = below.raw === "";
    const path = isBase ? { ...below, raw: "/" } : below;
    const isWebSocket = asksForWebSocket(head);
    if (isWebSocket && this.#upgraded(exchange, path)) return;
    if (isBase) {
      const fields = [["Location", directoryLocation(whole)]] as const;
      connection.respond({ status: 301, text: "This is a directory.", fields });
      return this.#options.served(exchange, "MOVED", 301);
    }
    if (this.#handled(before, exchange, path)) return;
    if (scripts?.(exchange, path) === true) return;
    if (this.#handled(after, exchange, path)) return;
    const isOnlyWebSocket = before.length + after.length === 0 && scripts === null;
    const text = isOnlyWebSocket && !isWebSocket ? ONLY_WEBSOCKET : NOTHING;
    starter.refuse(exchange, refuse(404, text));
  }

  /** False: there is no program at that path. */
  #upgraded(exchange: Exchange, path: RequestPath): boolean {
    const { finder, upgrader } = this.#options;
    const found = finder?.find(exchange.head, path) ?? null;
    if (found === null) upgrader?.handle(exchange, { path, variables: {} });
    else found.upgrader.handle(exchange, found.match);
    return (found ?? upgrader) !== null;
  }

  #handled(chain: readonly NamedHandler[], exchange: Exchange, path: RequestPath): boolean {
    const { connection, head } = exchange;
    for (const { name, handler } of chain) {
      const response = handler(head, path);
      if (response === null) continue;
      connection.answer(response);
      this.#options.served(exchange, name, response.status);
      return true;
    }
    return false;
  }
}

// Where every request comes in: a WebSocket goes to its route's program, anything else down the chain of handlers.

import type { Handler } from "../handlers/handler.ts";
import type { HostPolicy } from "../http/host.ts";
import { directoryLocation, splitTarget, type RequestPath } from "../http/request-path.ts";
import { refuse } from "../http/request.ts";
import { matchPath, type RouteMatch } from "../http/route.ts";
import type { RoutePath } from "../route-path.ts";
import { asksForWebSocket } from "../websocket/handshake.ts";
import type { Authenticator } from "./authenticator.ts";
import type { Exchange } from "./exchange.ts";
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

/** Takes requests for a WebSocket. */
export interface WebSocketTaker {
  handle(exchange: Exchange, match: RouteMatch): void;
}

export interface Route {
  readonly path: RoutePath;
  /** Whether it is for that Host. */
  readonly host: HostPolicy;
  readonly upgrader: WebSocketTaker;
}

export interface FrontDoorOptions {
  /** Whether anything is for that Host. */
  readonly host: HostPolicy;
  /** Everything is below it. */
  readonly base: RoutePath;
  /** The first that takes a path serves it. */
  readonly routes: readonly Route[];
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
    const { starter, base, before, scripts, after } = this.#options;
    const whole = splitTarget(head.target);
    const below = matchPath(base, whole);
    if (below === null) return starter.refuse(exchange, refuse(404, NOTHING));
    const isBase = below.path.raw === "";
    const path = isBase ? { ...below.path, raw: "/" } : below.path;
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
    const { routes, upgrader } = this.#options;
    const { head } = exchange;
    for (const route of routes) {
      const match = route.host(head) ? matchPath(route.path, path) : null;
      if (match === null) continue;
      route.upgrader.handle(exchange, match);
      return true;
    }
    upgrader?.handle(exchange, { path, variables: {} });
    return upgrader !== null;
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

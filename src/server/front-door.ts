// Where every request comes in: a WebSocket goes to the program, anything else down the chain of handlers.

import type { Handler } from "../handlers/handler.ts";
import { splitTarget } from "../http/request-path.ts";
import { refuse } from "../http/request.ts";
import { asksForWebSocket } from "../websocket/handshake.ts";
import type { Admission } from "./admission.ts";
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

export interface FrontDoorOptions {
  readonly admission: Admission;
  /** Null: nobody need say who they are. */
  readonly authenticator: Authenticator | null;
  readonly starter: Starter;
  /** Null: no program is served by WebSocket. */
  readonly upgrader: RequestTaker | null;
  /** In the order in which they are asked. */
  readonly before: readonly NamedHandler[];
  /** Takes what is a script's; false: it is none. */
  readonly scripts: ((exchange: Exchange) => boolean) | null;
  readonly after: readonly NamedHandler[];
  readonly served: (exchange: Exchange, by: string, status: number) => void;
}

const ONLY_WEBSOCKET = "Nothing is served here but a WebSocket: connect with ws:// or wss://.";

export class FrontDoor implements RequestTaker {
  readonly #options: FrontDoorOptions;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
  }

  handle(exchange: Exchange): void {
    const { admission, authenticator, starter } = this.#options;
    const refusal = admission.judgeHost(exchange.head);
    if (refusal !== null) return starter.refuse(exchange, refusal);
    if (authenticator === null) return this.#serve(exchange);
    authenticator.judge(exchange, (admitted) => this.#serve(admitted));
  }

  #serve(exchange: Exchange): void {
    const { head } = exchange;
    const { starter, upgrader, before, scripts, after } = this.#options;
    if (upgrader !== null && asksForWebSocket(head)) return upgrader.handle(exchange);
    if (this.#handled(before, exchange)) return;
    if (scripts?.(exchange) === true) return;
    if (this.#handled(after, exchange)) return;
    const isOnlyWebSocket = before.length + after.length === 0 && scripts === null;
    const text = isOnlyWebSocket ? ONLY_WEBSOCKET : "There is nothing at this path.";
    starter.refuse(exchange, refuse(404, text));
  }

  #handled(chain: readonly NamedHandler[], exchange: Exchange): boolean {
    const { connection, head } = exchange;
    const path = splitTarget(head.target);
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

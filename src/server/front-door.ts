// Where every request comes in: a WebSocket goes to the program, anything else down the chain of handlers.

import type { Handler } from "../handlers/handler.ts";
import { splitTarget } from "../http/request-path.ts";
import { refuse, type RequestHead } from "../http/request.ts";
import type { Connection } from "../net/connection.ts";
import { asksForWebSocket } from "../websocket/handshake.ts";
import type { Admission } from "./admission.ts";
import type { Starter } from "./starter.ts";

/** What a request is given to when it is its kind. */
export interface RequestTaker {
  handle(connection: Connection, head: RequestHead): void;
}

export interface NamedHandler {
  /** websocketd's word for it in the log. */
  readonly name: string;
  readonly handler: Handler;
}

export interface FrontDoorOptions {
  readonly admission: Admission;
  readonly starter: Starter;
  /** Null: no program is served by WebSocket. */
  readonly upgrader: RequestTaker | null;
  /** In the order in which they are asked. */
  readonly before: readonly NamedHandler[];
  /** Takes what is a script's; false: it is none. */
  readonly scripts: ((connection: Connection, head: RequestHead) => boolean) | null;
  readonly after: readonly NamedHandler[];
  readonly served: (connection: Connection, head: RequestHead, by: string, status: number) => void;
}

const ONLY_WEBSOCKET = "Nothing is served here but a WebSocket: connect with ws:// or wss://.";

export class FrontDoor implements RequestTaker {
  readonly #options: FrontDoorOptions;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
  }

  handle(connection: Connection, head: RequestHead): void {
    const { admission, starter, upgrader, before, scripts, after } = this.#options;
    const refusal = admission.judgeHost(head);
    if (refusal !== null) return starter.refuse(connection, head, refusal);
    if (upgrader !== null && asksForWebSocket(head)) return upgrader.handle(connection, head);
    if (this.#handled(before, connection, head)) return;
    if (scripts?.(connection, head) === true) return;
    if (this.#handled(after, connection, head)) return;
    const isOnlyWebSocket = before.length + after.length === 0 && scripts === null;
    const text = isOnlyWebSocket ? ONLY_WEBSOCKET : "There is nothing at this path.";
    starter.refuse(connection, head, refuse(404, text));
  }

  #handled(chain: readonly NamedHandler[], connection: Connection, head: RequestHead): boolean {
    const path = splitTarget(head.target);
    for (const { name, handler } of chain) {
      const response = handler(head, path);
      if (response === null) continue;
      connection.answer(response);
      this.#options.served(connection, head, name, response.status);
      return true;
    }
    return false;
  }
}

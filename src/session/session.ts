// One client joined to its service: what one gives the other gets, a full one pauses the other, and both end together.

import type { EndCause, Endpoint, EndpointListener } from "./endpoint.ts";

/** HALF_OPEN: the client gives no more, and still takes what the service gives. */
export type SessionState = "STARTING" | "OPEN" | "HALF_OPEN" | "CLOSING" | "CLOSED";
export type SessionEvent =
  | "opened"
  | "stopped"
  | "client input ended"
  | "service input ended"
  | "client ended"
  | "service ended"
  | "client closed"
  | "service closed";

type Action =
  "end input of service" | "end service" | "end client" | "end both" | "finish" | "none";
type Transition = readonly [next: SessionState, action: Action];

/** Every event that can come in every state. `finish` is taken when the other endpoint is closed too. */
const TRANSITIONS: Readonly<Record<SessionState, Partial<Record<SessionEvent, Transition>>>> = {
  STARTING: {
    opened: ["OPEN", "none"],
  },
  OPEN: {
    "client input ended": ["HALF_OPEN", "end input of service"],
    "client ended": ["CLOSING", "end service"],
    "service ended": ["CLOSING", "end client"],
    stopped: ["CLOSING", "end both"],
  },
  HALF_OPEN: {
    "client ended": ["CLOSING", "end service"],
    "service ended": ["CLOSING", "end client"],
    stopped: ["CLOSING", "end both"],
  },
  CLOSING: {
    "client input ended": ["CLOSING", "none"],
    "client ended": ["CLOSING", "none"],
    "service ended": ["CLOSING", "none"],
    stopped: ["CLOSING", "end service"], // one that was given time to finish has no more of it
    "client closed": ["CLOSING", "finish"],
    "service closed": ["CLOSING", "finish"],
  },
  CLOSED: {
    stopped: ["CLOSED", "none"],
  },
};

export interface SessionListener {
  /** Both endpoints are gone; comes once, with why the session ended. */
  finished(cause: EndCause): void;
}

export class Session {
  state: SessionState = "STARTING";
  readonly client: Endpoint;
  readonly service: Endpoint;
  readonly #listener: SessionListener;
  readonly #incoming: Direction;
  readonly #outgoing: Direction;
  #endpointsOpen = 2;
  #cause: EndCause = { kind: "gone" };

  constructor(client: Endpoint, service: Endpoint, listener: SessionListener) {
    this.client = client;
    this.service = service;
    this.#listener = listener;
    this.#incoming = new Direction(this, client, service, "client");
    this.#outgoing = new Direction(this, service, client, "service");
    client.listener = this.#incoming;
    service.listener = this.#outgoing;
  }

  /** Bytes of records that each endpoint gave, what is between the records included. */
  get bytes(): { incoming: number; outgoing: number } {
    return { incoming: this.#incoming.bytes, outgoing: this.#outgoing.bytes };
  }

  /** True while bytes may flow, one way or both: then a full sink pauses its source. */
  get isFlowing(): boolean {
    return this.state === "OPEN" || this.state === "HALF_OPEN";
  }

  /** Both endpoints are ready: bytes may flow. */
  open(): void {
    this.handle("opened");
  }

  /** Ends both sides because the server wants it. */
  stop(cause: EndCause): void {
    this.handle("stopped", cause);
  }

  handle(event: SessionEvent, cause?: EndCause): void {
    const transition = TRANSITIONS[this.state][event];
    if (transition === undefined) throw new Error(`session: ${event} while ${this.state}`);
    const [next, action] = transition;
    if (this.isFlowing && cause !== undefined) this.#cause = cause;
    this.state = next;
    // An endpoint that waits for nothing any more must not stay paused: it would never see its end.
    if (next === "CLOSING" && action !== "finish") {
      this.client.resume();
      this.service.resume();
    }
    if (action === "end input of service") this.service.endInput();
    const told = cause ?? this.#cause;
    if (action === "end service" || action === "end both") this.service.end(told);
    if (action === "end client" || action === "end both") this.client.end(told);
    if (action === "finish" && --this.#endpointsOpen === 0) {
      this.state = "CLOSED";
      this.#listener.finished(this.#cause);
    }
  }
}

/** Carries bytes one way and backpressure the other. */
class Direction implements EndpointListener {
  bytes = 0;
  readonly #session: Session;
  readonly #source: Endpoint;
  readonly #sink: Endpoint;
  readonly #name: "client" | "service";

  constructor(session: Session, source: Endpoint, sink: Endpoint, name: "client" | "service") {
    this.#session = session;
    this.#source = source;
    this.#sink = sink;
    this.#name = name;
  }

  received(begin: number, end: number): void {
    this.bytes += end - begin;
    this.#sink.send(begin, end);
    if (this.#sink.congested && this.#session.isFlowing) this.#source.pause();
  }

  /** Said by the source of the queue it drains: it is the other direction's bytes that may flow again. */
  drained(): void {
    this.#sink.resume();
  }

  inputEnded(): void {
    this.#session.handle(`${this.#name} input ended`);
  }

  ended(cause: EndCause): void {
    this.#session.handle(`${this.#name} ended`, cause);
  }

  closed(): void {
    this.#session.handle(`${this.#name} closed`);
  }
}

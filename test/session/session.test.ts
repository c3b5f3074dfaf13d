// The session's transition table: each event in each state.

import { describe, expect, test } from "bun:test";
import type { EndCause } from "../../src/session/endpoint.ts";
import { Session, type SessionEvent, type SessionState } from "../../src/session/session.ts";
import { RecordedEndpoint } from "./recorded-endpoint.ts";

const EXIT: EndCause = { kind: "exit", status: 3 };
const CLOSED: EndCause = { kind: "closed", code: 1000 };
const STOPPING: EndCause = { kind: "stopping" };

class Joined {
  readonly client = new RecordedEndpoint();
  readonly service = new RecordedEndpoint();
  readonly finished: EndCause[] = [];
  readonly session = new Session(this.client, this.service, {
    finished: (cause) => void this.finished.push(cause),
  });

  /** Has the event come as it comes in life. */
  say(event: SessionEvent): void {
    if (event === "opened") this.session.open();
    if (event === "stopped") this.session.stop(STOPPING);
    if (event === "client input ended") this.client.listener.inputEnded();
    if (event === "service input ended") this.service.listener.inputEnded();
    if (event === "client ended") this.client.listener.ended(CLOSED);
    if (event === "service ended") this.service.listener.ended(EXIT);
    if (event === "client closed") this.client.listener.closed();
    if (event === "service closed") this.service.listener.closed();
  }
}

/** How a session comes into a state. */
const WAYS: Readonly<Record<SessionState, readonly (readonly SessionEvent[])[]>> = {
  STARTING: [[]],
  OPEN: [["opened"]],
  HALF_OPEN: [["opened", "client input ended"]],
  CLOSING: [
    ["opened", "client ended"],
    ["opened", "service ended"],
    ["opened", "stopped"],
    ["opened", "client ended", "service ended"],
    ["opened", "client input ended", "client ended"],
    ["opened", "client input ended", "service ended"],
    ["opened", "client input ended", "stopped"],
  ],
  CLOSED: [
    ["opened", "client ended", "client closed", "service closed"],
    ["opened", "client input ended", "service ended", "service closed", "client closed"],
  ],
};

interface Row {
  readonly next: SessionState;
  readonly client: readonly string[];
  readonly service: readonly string[];
}

const NOTHING: readonly string[] = [];
const CLOSING_AGAIN: Row = { next: "CLOSING", client: ["resume"], service: ["resume"] };
/** The rows by which bytes stop to flow: OPEN and HALF_OPEN have them in common. */
const ENDS = {
  stopped: {
    next: "CLOSING",
    client: ["resume", "end stopping"],
    service: ["resume", "end stopping"],
  },
  "client ended": { next: "CLOSING", client: ["resume"], service: ["resume", "end closed"] },
  "service ended": { next: "CLOSING", client: ["resume", "end exit"], service: ["resume"] },
} as const;

/** What each event does in each state; "throws": it cannot come. */
const TABLE: Readonly<Record<SessionState, Readonly<Record<SessionEvent, Row | "throws">>>> = {
  STARTING: {
    opened: { next: "OPEN", client: NOTHING, service: NOTHING },
    stopped: "throws",
    "client input ended": "throws",
    "service input ended": "throws",
    "client ended": "throws",
    "service ended": "throws",
    "client closed": "throws",
    "service closed": "throws",
  },
  OPEN: {
    ...ENDS,
    opened: "throws",
    "client input ended": { next: "HALF_OPEN", client: NOTHING, service: ["end input"] },
    "service input ended": "throws",
    "client closed": "throws",
    "service closed": "throws",
  },
  HALF_OPEN: {
    ...ENDS,
    opened: "throws",
    "client input ended": "throws",
    "service input ended": "throws",
    "client closed": "throws",
    "service closed": "throws",
  },
  CLOSING: {
    opened: "throws",
    stopped: { next: "CLOSING", client: ["resume"], service: ["resume", "end stopping"] },
    "client input ended": CLOSING_AGAIN,
    "service input ended": "throws",
    "client ended": CLOSING_AGAIN,
    "service ended": CLOSING_AGAIN,
    "client closed": { next: "CLOSING", client: NOTHING, service: NOTHING },
    "service closed": { next: "CLOSING", client: NOTHING, service: NOTHING },
  },
  CLOSED: {
    opened: "throws",
    stopped: { next: "CLOSED", client: NOTHING, service: NOTHING },
    "client input ended": "throws",
    "service input ended": "throws",
    "client ended": "throws",
    "service ended": "throws",
    "client closed": "throws",
    "service closed": "throws",
  },
};

for (const [state, rows] of Object.entries(TABLE)) {
  describe(state, () => {
    for (const [name, row] of Object.entries(rows)) {
      const event = name as SessionEvent;
      test(`${event}: ${row === "throws" ? row : row.next}`, () => {
        for (const way of WAYS[state as SessionState]) {
          const joined = new Joined();
          for (const before of way) joined.say(before);
          expect(joined.session.state).toBe(state as SessionState);
          joined.client.take();
          joined.service.take();
          const finished = joined.finished.length;
          if (row === "throws") {
            expect(() => joined.say(event)).toThrow(`session: ${event} while ${state}`);
            expect(joined.session.state).toBe(state as SessionState);
            continue;
          }
          joined.say(event);
          expect(joined.session.state).toBe(row.next);
          expect(joined.client.take()).toEqual([...row.client]);
          expect(joined.service.take()).toEqual([...row.service]);
          expect(joined.finished.length).toBe(finished);
        }
      });
    }
  });
}

describe("the end", () => {
  const ORDERS: readonly (readonly SessionEvent[])[] = [
    ["client ended", "client closed", "service ended", "service closed"],
    ["client ended", "service ended", "service closed", "client closed"],
    ["service ended", "client ended", "client closed", "service closed"],
    ["service ended", "service closed", "client ended", "client closed"],
    ["stopped", "client ended", "client closed", "service ended", "service closed"],
    ["client input ended", "service ended", "service closed", "client ended", "client closed"],
    ["client input ended", "client ended", "client closed", "service ended", "service closed"],
    ["stopped", "service ended", "service closed", "client ended", "client closed", "stopped"],
  ];
  for (const order of ORDERS) {
    test(`${order.join(", ")}: finished comes once, with the first cause`, () => {
      const joined = new Joined();
      joined.say("opened");
      for (const event of order) {
        const wasClosed = joined.session.state === "CLOSED";
        joined.say(event);
        expect(joined.finished.length).toBe(joined.session.state === "CLOSED" || wasClosed ? 1 : 0);
      }
      expect(joined.session.state).toBe("CLOSED");
      const causes = { "client ended": CLOSED, "service ended": EXIT, stopped: STOPPING };
      const first = order.find((event) => event !== "client input ended");
      expect(joined.finished).toEqual([causes[first as keyof typeof causes]]);
    });
  }
});

describe("bytes", () => {
  test("what one gives the other gets, as the addresses that they are", () => {
    const { client, service, session } = new Joined();
    session.open();
    client.listener.received(10, 20);
    service.listener.received(30, 45);
    expect(client.take()).toEqual(["send 30 45"]);
    expect(service.take()).toEqual(["send 10 20"]);
  });

  test("a congested sink pauses its source, and resumes it when it has drained", () => {
    const { client, service, session } = new Joined();
    session.open();
    service.congested = true;
    client.listener.received(0, 1);
    expect(service.take()).toEqual(["send 0 1"]);
    expect(client.take()).toEqual(["pause"]);
    service.congested = false;
    service.listener.drained();
    expect(client.take()).toEqual(["resume"]);
    expect(service.take()).toEqual([]);
  });

  test("the two directions do not stop each other", () => {
    const { client, service, session } = new Joined();
    session.open();
    client.congested = true;
    service.listener.received(0, 1);
    client.take();
    expect(service.take()).toEqual(["pause"]);
    client.listener.received(2, 3);
    expect(service.take()).toEqual(["send 2 3"]);
    expect(client.take()).toEqual([]);
  });

  test("a client that gives no more is still given to, and not faster than it takes", () => {
    const { client, service, session } = new Joined();
    session.open();
    client.listener.inputEnded();
    expect(service.take()).toEqual(["end input"]);
    client.congested = true;
    service.listener.received(0, 1);
    expect(client.take()).toEqual(["send 0 1"]);
    expect(service.take()).toEqual(["pause"]);
    client.congested = false;
    client.listener.drained();
    expect(service.take()).toEqual(["resume"]);
  });

  test("while closing nobody is paused: who is would never see its end", () => {
    const { client, service, session } = new Joined();
    session.open();
    client.listener.ended(CLOSED);
    client.take();
    service.take();
    client.congested = true;
    service.listener.received(0, 1);
    expect(client.take()).toEqual(["send 0 1"]);
    expect(service.take()).toEqual([]);
  });
});

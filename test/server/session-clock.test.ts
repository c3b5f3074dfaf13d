// The time of a session: how long it may last, and how long it may be idle.

import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { startClock } from "../../src/server/session-clock.ts";
import type { EndCause } from "../../src/session/endpoint.ts";
import type { Session } from "../../src/session/session.ts";
import { DEFAULTS } from "../cli/config-of.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

class Clocked {
  bytes = { incoming: 0, outgoing: 0 };
  readonly client = { congested: false };
  readonly service = { congested: false };
  readonly causes: EndCause[] = [];

  stop(cause: EndCause): void {
    this.causes.push(cause);
  }

  start(limits: { sessionTimeoutMs?: number; idleTimeoutMs?: number }): (() => void) | null {
    return startClock(this as unknown as Session, { ...DEFAULTS.life, ...limits });
  }
}

test("without limits there is no clock", () => {
  expect(new Clocked().start({})).toBeNull();
});

test("a session lasts as long as it may", () => {
  const session = new Clocked();
  session.start({ sessionTimeoutMs: 1000 });
  jest.advanceTimersByTime(999);
  expect(session.causes).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(session.causes).toEqual([{ kind: "expired", limit: "session" }]);
});

test.each(["incoming", "outgoing"] as const)("%s bytes begin the idle time anew", (way) => {
  const session = new Clocked();
  session.start({ idleTimeoutMs: 800 });
  for (let i = 0; i < 20; i++) {
    jest.advanceTimersByTime(700);
    session.bytes[way]++;
  }
  expect(session.causes).toEqual([]);
  jest.advanceTimersByTime(900);
  expect(session.causes[0]).toEqual({ kind: "expired", limit: "idle" });
});

test.each(["client", "service"] as const)("a %s that has enough for now is not idle", (side) => {
  const session = new Clocked();
  session.start({ idleTimeoutMs: 800 });
  session[side].congested = true;
  jest.advanceTimersByTime(5000);
  expect(session.causes).toEqual([]);
  session[side].congested = false;
  jest.advanceTimersByTime(800);
  expect(session.causes[0]).toEqual({ kind: "expired", limit: "idle" });
});

test("stopped, it says nothing", () => {
  const session = new Clocked();
  session.start({ idleTimeoutMs: 800, sessionTimeoutMs: 900 })!();
  jest.advanceTimersByTime(5000);
  expect(session.causes).toEqual([]);
});

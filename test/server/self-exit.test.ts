// When a server ends by itself: nobody there for long, or its one session over.

import { expect, jest, test } from "bun:test";
import { SelfExit } from "../../src/server/self-exit.ts";

interface World {
  readonly once?: boolean;
  readonly exitIdleMs?: number | null;
}

class Watched {
  idle = true;
  closed = 0;
  readonly reasons: string[] = [];
  readonly selfExit: SelfExit;

  constructor({ once = false, exitIdleMs = null }: World) {
    this.selfExit = new SelfExit({
      once,
      exitIdleMs,
      idleReason: "nobody was connected (--exit-idle)",
      isIdle: () => this.idle,
      close: () => this.closed++,
    });
    this.selfExit.whenOver((reason) => this.reasons.push(reason));
  }

  change(idle: boolean): void {
    this.idle = idle;
    this.selfExit.changed();
  }
}

test("--exit-idle: all the time without anybody, from the last to leave", () => {
  jest.useFakeTimers();
  try {
    const watched = new Watched({ exitIdleMs: 1000 });
    watched.change(true);
    jest.advanceTimersByTime(999);
    watched.change(false);
    jest.advanceTimersByTime(5000);
    watched.change(true);
    jest.advanceTimersByTime(600);
    watched.change(true); // one of several left: the time goes on
    jest.advanceTimersByTime(399);
    expect(watched.reasons).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(watched.reasons).toEqual(["nobody was connected (--exit-idle)"]);
  } finally {
    jest.useRealTimers();
  }
});

test("stopped, it says nothing", () => {
  jest.useFakeTimers();
  try {
    const watched = new Watched({ exitIdleMs: 1000 });
    watched.change(true);
    watched.selfExit.stop();
    jest.advanceTimersByTime(5000);
    expect(watched.reasons).toEqual([]);
  } finally {
    jest.useRealTimers();
  }
});

test("--once: the first session closes the door, and its end is the server's", () => {
  const watched = new Watched({ once: true });
  watched.selfExit.sessionsGone(); // scripts, perhaps
  expect(watched.reasons).toEqual([]);
  watched.selfExit.sessionBegan();
  expect(watched.closed).toBe(1);
  watched.selfExit.sessionsGone();
  expect(watched.reasons).toEqual(["the one session of --once is over"]);
});

test("without options, never", () => {
  const watched = new Watched({});
  watched.selfExit.sessionBegan();
  watched.selfExit.sessionsGone();
  watched.change(true);
  expect([watched.closed, watched.reasons.length]).toEqual([0, 0]);
});

test("an end before anybody listens is told then", () => {
  const selfExit = new SelfExit({
    once: true,
    exitIdleMs: null,
    idleReason: "",
    isIdle: () => true,
    close() {},
  });
  selfExit.sessionBegan();
  selfExit.sessionsGone();
  const reasons: string[] = [];
  selfExit.whenOver((reason) => reasons.push(reason));
  expect(reasons.length).toBe(1);
});

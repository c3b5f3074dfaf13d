// Who is pinged, and who is taken for dead, with numbers for time.

import { describe, expect, test } from "bun:test";
import { Keepalive, lookIntervalMs } from "../../src/session/keepalive.ts";

const LIMITS = { pingIntervalMs: 1000, stallTimeoutMs: 5000, writeStallTimeoutMs: 20_000 };
const LOOK_MS = lookIntervalMs(LIMITS);
/** More than may be before a Ping that the client is to answer in time. */
const MUCH = 1024 * 1024;

/** A client as it is seen, and what is said of it, look by look. */
class Patient {
  paused = false;
  congested = false;
  taken = 0;
  unacknowledged = 0;
  hasLeft = false;
  now = 500_000;
  /** What was said and when, in milliseconds from the beginning: `1000 ping`. */
  readonly said: string[] = [];
  readonly keepalive: Keepalive;

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.keepalive = new Keepalive({ ...LIMITS, ...limits }, this.now);
  }

  get age(): number {
    return this.now - 500_000;
  }

  /** Lets time go by, `between` before each look, until something else than a Ping is said. */
  live(ms: number, between: () => void = () => {}): this {
    for (const end = this.now + ms; this.now < end;) {
      this.now += LOOK_MS;
      between();
      const verdict = this.keepalive.judge(this.now, this);
      if (verdict === null) continue;
      this.said.push(`${this.age} ${verdict === "ping" ? verdict : verdict.kind}`);
      if (verdict !== "ping") return this;
    }
    return this;
  }
}

describe("keepalive", () => {
  test("it is looked at four times in the shortest of the times", () => {
    expect(LOOK_MS).toBe(250);
    expect(lookIntervalMs({ ...LIMITS, pingIntervalMs: 0 })).toBe(1250);
    expect(lookIntervalMs({ ...LIMITS, writeStallTimeoutMs: 400 })).toBe(100);
  });

  test("5.5.2 a silent client is pinged after an interval, and dead after two", () => {
    expect(new Patient().live(10_000).said).toEqual(["1000 ping", "2000 silent"]);
  });

  test("one that answers each Ping is pinged for ever", () => {
    const patient = new Patient();
    patient.live(100_000, () => {
      if (patient.said.length > 0) patient.keepalive.heard = patient.said.at(-1)!.endsWith("ping");
    });
    expect(patient.said.every((said) => said.endsWith("ping"))).toBe(true);
    patient.said.length = 0;
    patient.live(100_000, () => (patient.keepalive.heard = patient.age % 1500 === 0));
    expect(patient.said.length).toBeGreaterThan(60);
  });

  test("one that sends needs no Ping", () => {
    const patient = new Patient().live(0);
    patient.live(100_000, () => (patient.keepalive.heard = patient.age % 750 === 0));
    expect(patient.said).toEqual([]);
    expect(patient.live(10_000).said.map((said) => said.split(" ")[1])).toEqual(["ping", "silent"]);
  });

  test("a byte of any kind, at the last moment, is life", () => {
    const patient = new Patient().live(1750);
    patient.keepalive.heard = true;
    patient.live(1750);
    expect(patient.said).toEqual(["1000 ping", "3000 ping"]);
    expect(patient.live(1000).said.at(-1)).toBe("4000 silent");
  });

  test("0: no Ping, no death", () => {
    expect(new Patient({ pingIntervalMs: 0 }).live(100_000).said).toEqual([]);
  });

  test("a service that is slow is not the client's silence: while paused none counts", () => {
    const patient = new Patient();
    patient.paused = true;
    patient.live(10_000);
    expect(patient.said.length).toBe(10);
    patient.said.length = 0;
    patient.paused = false;
    expect(patient.live(10_000).said).toEqual(["11000 ping", "12000 silent"]);
  });

  test("a program that writes much is not, either: who takes it slowly is behind our Ping", () => {
    const patient = new Patient();
    patient.taken = 100 * MUCH;
    patient.unacknowledged = MUCH;
    patient.live(100_000, () => patient.taken++);
    expect(patient.said.length).toBe(100);
    patient.unacknowledged = 1; // it has caught up, and what little comes to it comes at once
    patient.live(100_000, () => patient.taken++);
    expect(patient.said.length).toBe(102);
    expect(patient.said.at(-1)).toBe("102000 silent");
  });

  test("what it does not take excuses nothing", () => {
    const patient = new Patient();
    patient.taken = patient.unacknowledged = MUCH;
    expect(patient.live(10_000).said).toEqual(["1000 ping", "2000 silent"]);
  });
});

describe("a client that is paused", () => {
  test("and vanished is pinged, acknowledges nothing, and is gone", () => {
    const patient = new Patient();
    patient.paused = true;
    patient.live(100_000, () => {
      if (patient.said.length > 0) patient.unacknowledged = patient.taken = 2 * patient.said.length;
    });
    expect(patient.said.slice(-2)).toEqual(["5000 ping", "6000 gone"]);
  });

  test("and acknowledges, if slowly, is not", () => {
    const patient = new Patient();
    patient.paused = true;
    patient.taken = patient.unacknowledged = MUCH;
    patient.live(100_000, () => (patient.unacknowledged -= patient.age % 4750 === 0 ? 1 : 0));
    expect(patient.said.some((said) => said.endsWith("gone"))).toBe(false);
  });

  test("is not gone because its program writes as fast as it takes", () => {
    const patient = new Patient();
    patient.paused = true;
    patient.unacknowledged = MUCH;
    patient.live(100_000, () => (patient.taken += 1000));
    expect(patient.said.some((said) => said.endsWith("gone"))).toBe(false);
  });

  test("and has left, FIN and all, is gone when nothing was read of it for so long", () => {
    const patient = new Patient();
    patient.paused = patient.hasLeft = true;
    expect(patient.live(100_000).said.at(-1)).toBe("5000 gone");
  });

  test("and has left is not, while what it sent is read now and then", () => {
    const patient = new Patient();
    patient.paused = patient.hasLeft = true;
    patient.live(100_000, () => (patient.keepalive.heard = patient.age % 4750 === 0));
    expect(patient.said.some((said) => said.endsWith("gone"))).toBe(false);
  });

  test("is found without pings, too, if its program writes", () => {
    const patient = new Patient({ pingIntervalMs: 0 });
    patient.paused = true;
    patient.taken = patient.unacknowledged = 1;
    patient.keepalive.heard = true;
    patient.live(100_000);
    expect(patient.said).toEqual(["5000 gone"]);
  });
});

describe("a client that does not read while its program writes", () => {
  test("is given a longer time, and no Ping that would only wait, too", () => {
    const patient = new Patient();
    patient.congested = true;
    patient.taken = patient.unacknowledged = MUCH;
    expect(patient.live(100_000).said).toEqual(["20000 stalled"]);
  });

  test("and sends meanwhile, so that it is paused, has that longer time", () => {
    const patient = new Patient();
    patient.congested = patient.paused = true;
    patient.taken = patient.unacknowledged = MUCH;
    expect(patient.live(100_000).said).toEqual(["20000 stalled"]);
  });

  test("and pongs meanwhile is stalled all the same", () => {
    const patient = new Patient();
    patient.congested = true;
    patient.taken = patient.unacknowledged = MUCH;
    patient.live(100_000, () => (patient.keepalive.heard = true));
    expect(patient.said).toEqual(["20000 stalled"]);
  });

  test("every byte that it takes renews the time", () => {
    const patient = new Patient();
    patient.congested = true;
    patient.taken = patient.unacknowledged = MUCH;
    patient.live(200_000, () => (patient.unacknowledged -= patient.age % 19_750 === 0 ? 1 : 0));
    expect(patient.said).toEqual([]);
    expect(patient.live(100_000).said.length).toBe(1);
  });

  test("and its kernel holds nothing, but our queue does, is stalled", () => {
    const patient = new Patient();
    patient.congested = true;
    expect(patient.live(100_000).said).toEqual(["20000 stalled"]);
  });
});

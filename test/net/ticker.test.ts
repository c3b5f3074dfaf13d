// The ticker: everybody in turn, a share a tick, whoever comes, goes or throws meanwhile.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Ticker, type Ticked } from "../../src/net/ticker.ts";

const TICKS = 16;

class Counted implements Ticked {
  count = 0;
  act: () => void = () => {};

  tick(): void {
    this.count++;
    this.act();
  }
}

function unreachable(error: Error): never {
  throw error;
}

function filled(count: number, failed: (error: Error) => void = unreachable) {
  const ticker = new Ticker({ roundMs: 1600, failed });
  const connections = Array.from({ length: count }, () => new Counted());
  for (const connection of connections) ticker.add(connection);
  const ticks = (n: number) => {
    for (let i = 0; i < n; i++) ticker.tick();
  };
  return { ticker, connections, ticks };
}

const counts = (connections: readonly Counted[]) => connections.map(({ count }) => count);

describe("a round", () => {
  test.each([1, 15, 16, 17, 100, 1000])("of %i meets each once at least", (count) => {
    const { connections, ticks } = filled(count);
    ticks(TICKS);
    expect(Math.min(...counts(connections))).toBeGreaterThanOrEqual(1);
  });

  test("of 1,600 meets 100 a tick, each of them once", () => {
    const { connections, ticks } = filled(1600);
    for (let tick = 1; tick <= TICKS; tick++) {
      ticks(1);
      expect(counts(connections).reduce((sum, count) => sum + count)).toBe(100 * tick);
    }
    expect(new Set(counts(connections))).toEqual(new Set([1]));
  });

  test("tells the time that its ticks make", () => {
    const { ticker, ticks } = filled(0);
    ticks(TICKS);
    expect(ticker.now).toBe(1600);
  });

  test("is made of ticks of 10 ms at least", () => {
    const ticker = new Ticker({ roundMs: 1, failed: unreachable });
    ticker.tick();
    expect(ticker.now).toBe(10);
  });
});

describe("who", () => {
  test("leaves is met no more, also when it leaves as it is met, or is the last", () => {
    const { ticker, connections, ticks } = filled(40);
    for (const connection of connections) connection.act = () => ticker.delete(connection);
    ticker.delete(connections[1]!);
    ticks(2 * TICKS);
    expect(connections[1]!.count).toBe(0);
    expect(ticker.size).toBe(0);
    ticks(TICKS);
    expect(Math.max(...counts(connections))).toBe(1);
  });

  test("comes in the middle of a round is met, and nobody for it is not", () => {
    const { ticker, connections, ticks } = filled(100);
    for (let tick = 0; tick < 3 * TICKS; tick++) {
      const late = new Counted();
      ticker.add(late);
      connections.push(late);
      ticks(1);
    }
    ticks(2 * TICKS);
    expect(Math.min(...counts(connections))).toBeGreaterThanOrEqual(1);
  });

  test("throws is told of, and the others are met", () => {
    const errors: string[] = [];
    const { connections, ticks } = filled(32, ({ message }) => void errors.push(message));
    connections[0]!.act = () => {
      throw new Error("a defect");
    };
    ticks(TICKS);
    expect(errors).toEqual(["a defect"]);
    expect(new Set(counts(connections))).toEqual(new Set([1]));
  });
});

test("its timer ticks, and keeps no process alive", async () => {
  const path = JSON.stringify(join(import.meta.dir, "../../src/net/ticker.ts"));
  const script = `
    const { Ticker } = await import(${path});
    const ticker = new Ticker({ roundMs: 160, failed() {} });
    await new Promise((ticked) => {
      ticker.add({ tick: ticked });
      ticker.start();
      setTimeout(() => {}, 10_000).unref();
      const alive = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      ticker.add({ tick: () => alive.stop() });
    });
    console.log("ticked");`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  expect(await new Response(child.stdout).text()).toBe("ticked\n");
  expect(await child.exited).toBe(0);
});

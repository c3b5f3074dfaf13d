// Dear work: so much at once, so much waiting, and everybody in turn.

import { rejection } from "../support/rejection.ts";
import { expect, test } from "bun:test";
import { FairQueue } from "../../src/access/fair-queue.ts";

/** Work that ends when it is told to. */
class Works {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  of(name: string): () => Promise<string> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve) => this.#ends.set(name, () => resolve(name)));
    };
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)!();
    await Bun.sleep(0);
  }
}

const of = (who: string) => ({ who, waitingMax: 10 });

test("whoever wants much waits for those who want little", async () => {
  const works = new Works();
  const queue = new FairQueue({ atOnceMax: 1, waitingMax: 10 });
  for (const name of ["a1", "a2", "a3", "a4", "b1", "c1"])
    void queue.add(of(name[0]!), works.of(name));
  for (const name of ["a1", "a2", "b1", "c1", "a3", "a4"]) {
    expect(works.begun.at(-1)).toBe(name);
    await works.end(name);
  }
  expect(works.begun).toHaveLength(6);
});

test("so many at once, so many wait, one more is not taken", async () => {
  const works = new Works();
  const queue = new FairQueue({ atOnceMax: 2, waitingMax: 1 });
  const first = queue.add(of("a"), works.of("a1"));
  for (const name of ["a2", "a3"]) expect(queue.add(of("a"), works.of(name))).not.toBeNull();
  expect(queue.add(of("b"), works.of("b1"))).toBeNull();
  expect(works.begun).toEqual(["a1", "a2"]);
  await works.end("a1");
  expect(await first).toBe("a1");
  expect(works.begun).toEqual(["a1", "a2", "a3"]);
  expect(queue.add(of("b"), works.of("b1"))).not.toBeNull();
});

test("of one only so much waits as it may", async () => {
  const works = new Works();
  const queue = new FairQueue({ atOnceMax: 1, waitingMax: 10 });
  const add = (name: string) => queue.add({ who: name[0]!, waitingMax: 2 }, works.of(name));
  expect(["a1", "a2", "a3", "a4", "b1"].map((name) => add(name) !== null)).toEqual([
    true,
    true,
    true,
    false,
    true,
  ]);
  await works.end("a1");
  expect(add("a5")).not.toBeNull();
});

test("work that fails makes room, too", async () => {
  const queue = new FairQueue({ atOnceMax: 1, waitingMax: 1 });
  const failed = queue.add(of("a"), () => Promise.reject(new Error("broken")));
  const next = queue.add(of("a"), () => Promise.resolve("fine"));
  expect(await rejection(failed!)).toContain("broken");
  expect(await next).toBe("fine");
});

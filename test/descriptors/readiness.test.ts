// Which pipes can be read or written, with a bell and without.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  closeDescriptor,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  makePipe,
  type Pipe,
} from "../../src/descriptors/posix.ts";
import { Readiness } from "../../src/descriptors/readiness.ts";

const failures: unknown[] = [];
const PIPE_SIZE = 65536;

for (const bell of [true, false]) {
  describe(bell ? "with a bell" : "asking at intervals", () => {
    let readiness: Readiness;
    const pipes: Pipe[] = [];
    const watched = new Set<number>();

    beforeAll(async () => {
      readiness = await Readiness.create({ bell, failed: (error) => void failures.push(error) });
    });
    afterAll(() => readiness.close());
    afterEach(() => {
      for (const fd of watched) readiness.unwatch(fd);
      watched.clear();
      for (const { readEnd, writeEnd } of pipes.splice(0)) {
        closeDescriptor(readEnd);
        closeDescriptor(writeEnd);
      }
      expect(failures.splice(0)).toEqual([]);
    });

    function pipe(): Pipe {
      const made = makePipe();
      if (made === null) throw new Error("no descriptor left");
      pipes.push(made);
      return made;
    }

    async function fill(fd: number, length: number): Promise<void> {
      await Bun.write(Bun.file(fd), new Uint8Array(length));
    }

    /** Resolves at the first event of `fd`, which is watched no more then. */
    function once(fd: number, events: number): Promise<boolean> {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      watched.add(fd);
      readiness.watch(fd, events, {
        ready(found) {
          readiness.unwatch(fd);
          watched.delete(fd);
          resolve((found & EPOLLERR) !== 0);
        },
        failed() {},
      });
      return promise;
    }

    test("has one when it was asked for", () => {
      expect(readiness.hasBell).toBe(bell);
    });

    test("a pipe with bytes can be read, before it is watched and after", async () => {
      const { readEnd, writeEnd } = pipe();
      await fill(writeEnd, 1);
      expect(await once(readEnd, EPOLLIN)).toBe(false);
      const later = pipe();
      const event = once(later.readEnd, EPOLLIN);
      await fill(later.writeEnd, 1);
      expect(await event).toBe(false);
    });

    test("so can one whose writers are gone", async () => {
      const { readEnd, writeEnd } = pipe();
      const event = once(readEnd, EPOLLIN);
      closeDescriptor(writeEnd);
      pipes.pop();
      expect(await event).toBe(false);
      closeDescriptor(readEnd);
    });

    test("a full pipe can be written when it is read", async () => {
      const { readEnd, writeEnd } = pipe();
      await fill(writeEnd, PIPE_SIZE);
      let written = false;
      const event = once(writeEnd, EPOLLOUT).then(() => (written = true));
      expect(await once(readEnd, EPOLLIN)).toBe(false); // a whole turn, in which it stays full
      expect(written).toBe(false);
      await Bun.file(readEnd).slice(0, PIPE_SIZE).bytes();
      await event;
    });

    test("a pipe whose readers are gone is broken", async () => {
      const { readEnd, writeEnd } = pipe();
      await fill(writeEnd, PIPE_SIZE);
      const event = once(writeEnd, EPOLLOUT);
      closeDescriptor(readEnd);
      pipes.pop();
      expect(await event).toBe(true);
      closeDescriptor(writeEnd);
    });

    test("more pipes than a turn asks about are all heard of", async () => {
      const all = Array.from({ length: 300 }, pipe);
      const events = all.map(({ readEnd }) => once(readEnd, EPOLLIN));
      for (const { writeEnd } of all) await fill(writeEnd, 1);
      await Promise.all(events);
    });

    test("one that was unwatched in the turn is not called in it", async () => {
      const [first, second] = [pipe(), pipe()];
      await fill(first.writeEnd, 1);
      await fill(second.writeEnd, 1);
      const called: number[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      const handlerFor = (fd: number, other: number) => ({
        ready() {
          called.push(fd);
          readiness.unwatch(fd);
          readiness.unwatch(other);
          resolve();
        },
        failed() {},
      });
      readiness.watch(first.readEnd, EPOLLIN, handlerFor(first.readEnd, second.readEnd));
      readiness.watch(second.readEnd, EPOLLIN, handlerFor(second.readEnd, first.readEnd));
      await promise;
      const third = pipe();
      await fill(third.writeEnd, 1);
      await once(third.readEnd, EPOLLIN);
      expect(called.length).toBe(1);
    });

    test("a handler that throws is told, and watched no more, and the others are", async () => {
      const [first, second] = [pipe(), pipe()];
      let told = 0;
      await fill(first.writeEnd, 1);
      readiness.watch(first.readEnd, EPOLLIN, {
        ready() {
          throw new Error("a defect");
        },
        failed: () => told++,
      });
      await fill(second.writeEnd, 1);
      await once(second.readEnd, EPOLLIN);
      await once(pipe().writeEnd, EPOLLOUT);
      expect(failures.splice(0)).toEqual([new Error("a defect")]);
      expect(told).toBe(1);
    });
  });
}

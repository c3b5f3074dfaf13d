// Who looks gets snapshots, and only while somebody does one is made.

import { expect, spyOn, test } from "bun:test";
import { noFigures } from "../../src/admin/figures.ts";
import { Viewers, type Viewer } from "../../src/admin/viewers.ts";
import { eventually } from "../support/server-deadline.ts";

class FakeViewer implements Viewer {
  readonly lines: string[] = [];
  backlog = 0;

  send(text: string): number {
    return this.lines.push(text);
  }

  getBufferedAmount(): number {
    return this.backlog;
  }
}

function viewersOf(look = () => Promise.resolve({ figures: noFigures(), sessions: [] })) {
  const asked: number[] = [];
  const failures: unknown[] = [];
  const source = {
    isReady: true,
    end: () => Promise.resolve(false),
    look(sessionsMax: number) {
      asked.push(sessionsMax);
      return look();
    },
  };
  const failed = (error: unknown) => failures.push(error);
  return { asked, failures, viewers: new Viewers({ source, version: "1", failed }) };
}

test("the first sees something at once, a line of JSON, and the last stops the clock", async () => {
  const { viewers, asked } = viewersOf();
  const [start, stop] = [spyOn(globalThis, "setInterval"), spyOn(globalThis, "clearInterval")];
  try {
    const [first, second] = [new FakeViewer(), new FakeViewer()];
    expect(asked).toEqual([]);
    viewers.add(first);
    await eventually("a snapshot", () => first.lines.length > 0);
    expect(first.lines[0]).toMatch(/^\{.*\}\n$/);
    viewers.add(second);
    expect(start).toHaveBeenCalledTimes(1);
    viewers.delete(first);
    expect(stop).not.toHaveBeenCalled();
    viewers.delete(second);
    expect(stop).toHaveBeenCalledTimes(1);
    expect(asked.every((sessionsMax) => sessionsMax === 500)).toBe(true);
  } finally {
    start.mockRestore();
    stop.mockRestore();
  }
});

test("eight, and one who does not read is passed over", async () => {
  const { viewers } = viewersOf();
  const all = Array.from({ length: 8 }, () => new FakeViewer());
  all[0]!.backlog = 1024 * 1024;
  for (const viewer of all) {
    expect(viewers.hasRoom).toBe(true);
    viewers.add(viewer);
  }
  expect(viewers.hasRoom).toBe(false);
  await eventually("a snapshot for all others", () => all.slice(1).every(({ lines }) => lines[0]));
  expect(all[0]!.lines).toEqual([]);
  viewers.stop();
});

test("what goes wrong is told, and is not the viewer's end", async () => {
  const { viewers, failures } = viewersOf(() => Promise.reject(new Error("a defect")));
  viewers.add(new FakeViewer());
  await eventually("the failure", () => failures.length > 0);
  expect(viewers.hasRoom).toBe(true);
  viewers.stop();
});

// Figures of several processes as those of one, and what stays of a process that is no more.

import { expect, test } from "bun:test";
import {
  addFigures,
  count,
  countSpawn,
  noFigures,
  totalsOf,
  type Figures,
} from "../../src/admin/figures.ts";

function some(): Figures {
  const figures = noFigures();
  figures.sessions = 3;
  figures.bufferUsed = 65_536;
  figures.bufferMax = 131_072;
  figures.residentBytes = 1000;
  figures.cpuSeconds = 2;
  figures.paused.incoming = 1;
  figures.queued.outgoing = 4;
  figures.messages.incoming = 5;
  figures.bytes.outgoing = 6;
  count(figures.ended, "gone");
  count(figures.refused, "429");
  count(figures.exits, "exit 0");
  countSpawn(figures.spawned, 0.002);
  return figures;
}

test("nothing added to nothing is nothing, and added to something leaves it", () => {
  const figures = some();
  addFigures(figures, noFigures());
  expect(figures).toEqual(some());
  const sum = noFigures();
  addFigures(sum, some());
  expect(sum).toEqual(some());
});

test("each number is added", () => {
  const sum = some();
  addFigures(sum, some());
  const doubled = JSON.parse(JSON.stringify(some()), (_, value: unknown) =>
    typeof value === "number" ? 2 * value : value,
  ) as Figures;
  expect(sum).toEqual(doubled);
});

test("of the dead the counts stay, and nothing of what was then", () => {
  expect(totalsOf(some())).toEqual({
    ...some(),
    sessions: 0,
    bufferUsed: 0,
    bufferMax: 0,
    residentBytes: 0,
    paused: { incoming: 0, outgoing: 0 },
    queued: { incoming: 0, outgoing: 0 },
  });
});

// Several workers as one, without processes: sums, who is silent, who dies, and whose session is ended.

import { expect, test } from "bun:test";
import { noFigures } from "../../src/admin/figures.ts";
import type { AnswerPacket, Question } from "../../src/admin/questions.ts";
import { WorkersSource, type AskedWorker } from "../../src/server/admin-of-workers.ts";

/** Answers with so many sessions, a message each, until it is told to be silent. */
class FakeWorker implements AskedWorker {
  answered: AskedWorker["answered"] = null;
  isSilent = false;
  readonly asked: Question[] = [];

  readonly number: number;
  readonly sessions: number;

  constructor(number: number, sessions: number) {
    this.number = number;
    this.sessions = sessions;
  }

  say(packet: string): void {
    const { id, question } = JSON.parse(packet) as { id: number; question: Question };
    this.asked.push(question);
    if (this.isSilent) return;
    const figures = noFigures();
    figures.sessions = figures.messages.incoming = this.sessions;
    const answer = "end" in question ? question.end === 1 : { figures, sessions: [] };
    queueMicrotask(() => this.answered?.({ id, answer } satisfies AnswerPacket));
  }
}

function two(): {
  first: FakeWorker;
  second: FakeWorker;
  source: WorkersSource;
  all: FakeWorker[];
} {
  const all = [new FakeWorker(1, 3), new FakeWorker(2, 4)] as const;
  const here: FakeWorker[] = [...all];
  return { first: all[0], second: all[1], all: here, source: new WorkersSource(() => here) };
}

test("their figures are added up, and each is asked for its part of the sessions", async () => {
  const { first, second, source } = two();
  const { figures } = await source.look(501);
  expect([figures.sessions, figures.messages.incoming]).toEqual([7, 7]);
  expect([first.asked, second.asked]).toEqual([[{ look: 251 }], [{ look: 251 }]]);
  expect(figures.residentBytes).toBeGreaterThan(0);
});

test("of one that dies the counts stay, also while it is asked", async () => {
  const { first, source, all } = two();
  await source.look(0);
  first.isSilent = true;
  const looking = source.look(0);
  all.shift();
  source.gone(first);
  for (const { figures } of [await looking, await source.look(0)]) {
    expect([figures.sessions, figures.messages.incoming]).toEqual([4, 7]);
  }
  source.gone(first); // nothing is left of it to be added again
  expect((await source.look(0)).figures.messages.incoming).toBe(7);
});

test("a session is that of its worker, and of nobody else", async () => {
  const { first, second, source } = two();
  expect(await Promise.all([source.end(1, 2), source.end(5, 2), source.end(1, 3)])).toEqual([
    true,
    false,
    false,
  ]);
  expect([first.asked, second.asked]).toEqual([[], [{ end: 1 }, { end: 5 }]]);
});

test("an answer that nobody waits for is nothing", async () => {
  const { first, source } = two();
  await source.look(0);
  first.answered?.({ id: 999, answer: true });
  expect((await source.look(0)).figures.sessions).toBe(7);
});

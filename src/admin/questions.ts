// What one process asks another, with its answer: each a packet, told apart by a number, and waited for in bounded time.

import type { Look } from "./source.ts";

/** At most so many sessions, or the number of one that is to end. */
export type Question = { readonly look: number } | { readonly end: number };
export type Answer = Look | boolean;
export interface QuestionPacket {
  readonly id: number;
  readonly question: Question;
}
export interface AnswerPacket {
  readonly id: number;
  readonly answer: Answer;
}

/** One that hangs is killed later than that: until then the others are told of without it. */
const ANSWER_TIMEOUT_MS = 2000;

export class Questions {
  readonly #send: (packet: string) => void;
  readonly #pending = new Map<number, (answer: Answer | null) => void>();
  #lastId = 0;

  constructor(send: (packet: string) => void) {
    this.#send = send;
  }

  /** Resolves to null when there is no answer in time. */
  ask(question: Question): Promise<Answer | null> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(id, null), ANSWER_TIMEOUT_MS);
      this.#pending.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#send(JSON.stringify({ id, question } satisfies QuestionPacket));
    });
  }

  answered({ id, answer }: AnswerPacket): void {
    this.#settle(id, answer);
  }

  /** None of them will be answered. */
  close(): void {
    for (const id of this.#pending.keys()) this.#settle(id, null);
  }

  #settle(id: number, answer: Answer | null): void {
    this.#pending.get(id)?.(answer);
    this.#pending.delete(id);
  }
}

// --admin with --workers: the parent tells of all as one, by what each answers that it asks.

import { addFigures, noFigures, totalsOf, type Figures } from "../admin/figures.ts";
import {
  Questions,
  type Answer,
  type AnswerPacket,
  type Question,
  type QuestionPacket,
} from "../admin/questions.ts";
import type { SessionAccount } from "../admin/sessions.ts";
import type { AdminSource, Look } from "../admin/source.ts";
import { ownUse } from "./tally.ts";

/** As its parent has it. */
export interface AskedWorker {
  readonly number: number;
  /** Hears its answers. */
  answered: ((packet: AnswerPacket) => void) | null;
  say(packet: string): void;
}

/** A packet has less than the buffer of a socket (212,992 bytes): of sessions that do not fit, the newest are told. */
const PACKET_SIZE_MAX = 128 * 1024;

export class WorkersSource implements AdminSource {
  /** All accept, and are not told to stop. */
  isReady = false;
  /** Those that can be asked. */
  readonly #workers: () => readonly AskedWorker[];
  readonly #questions = new Map<AskedWorker, Questions>();
  /** What each said last: counters must never fall, whoever does not answer. */
  readonly #last = new Map<AskedWorker, Figures>();
  readonly #dead = noFigures();

  constructor(workers: () => readonly AskedWorker[]) {
    this.#workers = workers;
  }

  async look(sessionsMax: number): Promise<Look> {
    const workers = this.#workers();
    const each = Math.ceil(sessionsMax / Math.max(1, workers.length));
    const sessions = await Promise.all(workers.map((worker) => this.#lookAt(worker, each)));
    const figures = structuredClone(this.#dead);
    for (const last of this.#last.values()) addFigures(figures, last);
    addFigures(figures, { ...noFigures(), ...ownUse() });
    return { figures, sessions: sessions.flat().toSorted((a, b) => a.seconds - b.seconds) };
  }

  async end(number: number, ofWorker: number): Promise<boolean> {
    const worker = this.#workers().find((one) => one.number === ofWorker);
    return worker !== undefined && (await this.#ask(worker, { end: number })) === true;
  }

  /** What it did since it was asked last is not known. */
  gone(worker: AskedWorker): void {
    const last = this.#last.get(worker);
    if (last !== undefined) addFigures(this.#dead, totalsOf(last));
    this.#last.delete(worker);
    this.#questions.get(worker)?.close();
    this.#questions.delete(worker);
  }

  async #lookAt(worker: AskedWorker, sessionsMax: number): Promise<SessionAccount[]> {
    const look = await this.#ask(worker, { look: sessionsMax });
    if (look === null || typeof look === "boolean") return [];
    if (this.#questions.has(worker)) this.#last.set(worker, look.figures);
    return look.sessions.map((session) => ({ ...session, worker: worker.number }));
  }

  #ask(worker: AskedWorker, question: Question): Promise<Answer | null> {
    let questions = this.#questions.get(worker);
    if (questions === undefined) {
      const made = new Questions((packet) => worker.say(packet));
      worker.answered = (packet) => made.answered(packet);
      this.#questions.set(worker, made);
      questions = made;
    }
    return questions.ask(question);
  }
}

/** In a worker: the packet for its parent. */
export async function answerTo(
  source: AdminSource,
  { id, question }: QuestionPacket,
): Promise<string> {
  const packetOf = (answer: Answer) => JSON.stringify({ id, answer } satisfies AnswerPacket);
  if ("end" in question) return packetOf(await source.end(question.end, 0));
  const look = await source.look(question.look);
  let { sessions } = look;
  let packet = packetOf(look);
  while (Buffer.byteLength(packet) > PACKET_SIZE_MAX && sessions.length > 0) {
    sessions = sessions.slice(0, sessions.length >> 1);
    packet = packetOf({ ...look, sessions });
  }
  return packet;
}

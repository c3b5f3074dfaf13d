// Clients that always have a session: numbered messages, every echo checked, a new connection after each end, all counted.

import { eventually } from "./server-deadline.ts";

export interface Ending {
  /** As its first line said. */
  readonly node: string;
  /** 1006: the connection was cut. */
  readonly code: number;
  /** Messages that were sent, and whose echo had not come by then. */
  readonly unanswered: number;
}

export interface SteadyClientsOptions {
  /** Of a program that says where it runs, in one line, and then echoes. */
  readonly url: string;
  readonly count: number;
  /** Messages after which a client ends its session by itself, once all are answered; Infinity: it never does. */
  readonly conversation: number;
}

/** In flight at once. */
const WINDOW = 4;
/** Between the last echo of a window and the next: a load, and not as much as two cores bear. */
const PAUSE_MS = 15;
/** After a connection that could not be had, and after each end a part of it. */
const AGAIN_MS = 20;
/** The certificate is a test's own. */
const TRUSTING = { tls: { rejectUnauthorized: false } } as unknown as string[];

/** What all of them have seen. */
interface Seen {
  readonly endings: Ending[];
  /** Connections that were answered with something else than a session. */
  readonly failures: string[];
  /** Echoes that were not what was due: missing, doubled, another client's. */
  readonly wrong: string[];
  answered: number;
}

export class SteadyClients implements AsyncDisposable {
  readonly seen: Seen = { endings: [], failures: [], wrong: [], answered: 0 };
  readonly #clients: readonly SteadyClient[];

  constructor(options: SteadyClientsOptions) {
    const of = (_: unknown, i: number) => new SteadyClient(`client ${i}`, options, this.seen);
    this.#clients = Array.from({ length: options.count }, of);
  }

  /** Sessions that there are now, by node. */
  get sessions(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { node } of this.#clients) {
      if (node !== null) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    return counts;
  }

  /** When each has a session. */
  async settled(): Promise<void> {
    const all = () => this.#clients.every(({ node }) => node !== null);
    await eventually("a session for each client", all);
  }

  /** When a node has some of them. */
  async hasSessions(node: string): Promise<void> {
    await eventually(`a session at ${node}`, () => this.sessions.has(node));
  }

  /** When so many sessions have ended, since the first began. */
  async ended(count: number): Promise<void> {
    await eventually(`${count} ends`, () => this.seen.endings.length >= count);
  }

  /** When all together have so many more answers. */
  async goOn(answers: number): Promise<void> {
    const enough = this.seen.answered + answers;
    await eventually("more answers", () => this.seen.answered >= enough);
  }

  /** Each waits for what it is owed, and closes. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.stop();
    await eventually("the end of each client", () => this.#clients.every(({ isGone }) => isGone));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.cut();
    return Promise.resolve();
  }
}

/** Of a session that is opened for it: with such programs, the node. */
export async function firstLine(url: string): Promise<string> {
  const socket = new WebSocket(url, TRUSTING);
  const line = await new Promise<string>((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(String(data));
    socket.onclose = ({ code, reason }) => reject(new Error(`${url}: ${code} ${reason}`));
  });
  socket.close(1000);
  return line;
}

class SteadyClient {
  /** Null: it has no session. */
  node: string | null = null;
  isGone = false;
  readonly #name: string;
  readonly #options: SteadyClientsOptions;
  readonly #seen: Seen;
  /** Numbers of messages, through all its sessions: what an end left unanswered is sent again. */
  #sent = 0;
  #answered = 0;
  #conversationEnd = 0;
  #isStopping = false;
  #socket!: WebSocket;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(name: string, options: SteadyClientsOptions, seen: Seen) {
    this.#name = name;
    this.#options = options;
    this.#seen = seen;
    this.#connect();
  }

  stop(): void {
    this.#isStopping = true;
    if (this.node !== null && this.#sent === this.#answered) this.#socket.close(1000);
  }

  cut(): void {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#socket.terminate();
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url, TRUSTING);
    socket.onmessage = ({ data }) => this.#heard(String(data));
    socket.onclose = ({ code, reason }) => this.#ended(code, reason);
    this.#socket = socket;
  }

  #heard(text: string): void {
    if (this.node === null) {
      this.node = text;
      this.#conversationEnd = this.#answered + this.#options.conversation;
      return this.#speak();
    }
    const due = this.#message(this.#answered + 1);
    if (text !== due) {
      this.#seen.wrong.push(`${this.node}: ${text}, not ${due}`);
      return;
    }
    this.#answered++;
    this.#seen.answered++;
    if (this.#answered < this.#sent) return;
    if (this.#isStopping || this.#answered >= this.#conversationEnd) this.#socket.close(1000);
    else this.#timer = setTimeout(() => this.#speak(), PAUSE_MS);
  }

  #speak(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#isStopping) return this.#socket.close(1000);
    for (let i = 0; i < WINDOW; i++) this.#socket.send(this.#message(++this.#sent));
  }

  #ended(code: number, reason: string): void {
    clearTimeout(this.#timer);
    const { node } = this;
    const unanswered = this.#sent - this.#answered;
    if (node === null) this.#seen.failures.push(`${code} ${reason}`);
    else this.#seen.endings.push({ node, code, unanswered });
    this.node = null;
    this.#sent = this.#answered;
    this.isGone = this.#isStopping;
    const wait = node === null ? AGAIN_MS : Math.random() * AGAIN_MS;
    if (!this.#isStopping) this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #message(number: number): string {
    return `${this.#name}, message ${number}`;
  }
}

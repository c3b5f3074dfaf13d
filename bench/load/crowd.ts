// Connections that stand or fall together: the first problem of any of them ends the run.
import { Connection } from "./connection.ts";
import type { LoadResult, Problem } from "./figures.ts";
import type { NewMessages } from "./messages.ts";

/** So many handshakes at once: below every listen backlog, and a service is started for each. */
const HANDSHAKES_AT_ONCE = 64;
/** How often the connections are looked at in the time after which one has stalled. */
const LOOKS_IN_A_STALL = 8;

export type CrowdOptions = {
  readonly url: URL;
  /** A connection that is owed something and gets nothing for so long has stalled. */
  readonly stallSeconds: number;
  /** Whether permessage-deflate is asked for. */
  readonly deflate?: boolean;
};

export type JoinOptions = {
  readonly newMessages: NewMessages;
  readonly onEchoes: (count: number, microseconds: number) => void;
};

export type Run<T> = { readonly result: T | Problem; readonly echoes: number };

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #connections = new Set<Connection>();
  readonly #problem = Promise.withResolvers<Problem>();
  #isEnded = false;
  #joined = 0;
  /** Echoes of connections that have left. */
  #echoesOfLeft = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  get echoes(): number {
    return [...this.#connections].reduce((sum, one) => sum + one.completed, this.#echoesOfLeft);
  }

  /** A connection that is not open yet. */
  join({ newMessages, onEchoes }: JoinOptions): Connection {
    const index = this.#joined++;
    const connection = new Connection({
      url: this.#options.url,
      deflate: this.#options.deflate ?? false,
      index,
      newMessages: (onPing) => newMessages({ index, onEchoes, onPing }),
      onProblem: (text) => this.#problem.resolve({ kind: "failed", text }),
    });
    this.#connections.add(connection);
    return connection;
  }

  /** Opens so many connections, some at a time. Never settles when one of them fails. */
  async open(count: number, options: JoinOptions): Promise<readonly Connection[]> {
    const opened: Connection[] = [];
    const openSome = async (): Promise<void> => {
      while (opened.length < count && !this.#isEnded) {
        const connection = this.join(options);
        opened.push(connection);
        await connection.open();
      }
    };
    await Promise.all(Array.from({ length: HANDSHAKES_AT_ONCE }, openSome));
    return opened;
  }

  /** Closes a connection that is owed nothing any more. */
  async leave(connection: Connection): Promise<void> {
    await connection.close();
    if (this.#connections.delete(connection)) this.#echoesOfLeft += connection.completed;
  }

  /** Lets `measure` use the connections, ends with it or at the first problem, and closes them. */
  async run<T>(measure: (crowd: Crowd) => Promise<T>): Promise<Run<T>> {
    const { stallSeconds } = this.#options;
    const watch = setInterval(() => this.#look(), (stallSeconds * 1e3) / LOOKS_IN_A_STALL);
    try {
      const result = await Promise.race([measure(this), this.#problem.promise]);
      return { result, echoes: this.echoes };
    } finally {
      this.#isEnded = true;
      clearInterval(watch);
      await Promise.all([...this.#connections].map((connection) => connection.close()));
    }
  }

  #look(): void {
    const { stallSeconds } = this.#options;
    const since = Bun.nanoseconds() - stallSeconds * 1e9;
    for (const [index, one] of [...this.#connections].entries()) {
      if (!one.owed || one.progressNanoseconds >= since) continue;
      const text = `stalled after ${this.echoes} messages: connection ${index} got nothing for ${stallSeconds} s`;
      this.#problem.resolve({ kind: "stalled", text });
      return;
    }
  }
}

/** A run as the result of a pattern. */
export function resultOf({
  result,
  echoes,
}: Run<Pick<LoadResult, "figures" | "latencies">>): LoadResult {
  if (!("kind" in result)) return { outcome: "ok", problem: null, echoes, ...result };
  const { kind, text } = result;
  return { outcome: kind, problem: text, echoes, figures: null, latencies: [] };
}

// A session that echoes all through a test, one message at a time, and notices when another session disturbs it.

import { RawClient } from "./raw-client.ts";
import type { OpenOptions } from "./raw-handshake.ts";

export class Bystander {
  readonly #client: RawClient;
  readonly #running: Promise<void>;
  #stopping = false;
  #echoes = 0;
  #awaited: { readonly count: number; readonly reached: () => void }[] = [];

  private constructor(client: RawClient) {
    this.#client = client;
    this.#running = this.#run();
    this.#running.catch(() => {}); // `stop` and `echoes` tell of it
  }

  /** Opens a session with a program that echoes. */
  static async start(server: { port: number }, options: OpenOptions = {}): Promise<Bystander> {
    return new Bystander(await RawClient.open(server, options));
  }

  /** Waits for `count` further echoes. Throws when the session is disturbed. */
  async echoes(count: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#awaited.push({ count: this.#echoes + count, reached: resolve });
    });
    await Promise.race([reached, this.#running]);
  }

  /** Throws unless every message so far came back, whole and alone; then closes, and that must work too. */
  async stop(): Promise<void> {
    this.#stopping = true;
    try {
      await this.#running;
      this.#client.close(1000);
      const { code, messages } = await this.#client.farewell();
      if (code !== 1000) throw new Error(`the bystander's Close was answered with ${code}`);
      if (messages.length > 0) throw new Error("the bystander got a message that it did not send");
    } finally {
      this.#client.reset();
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const sent = `bystander ${this.#echoes}`;
      this.#client.text(sent);
      const back = await this.#client.line();
      if (back !== sent) throw new Error(`the bystander sent "${sent}" and got "${back}"`);
      this.#echoes++;
      for (const { count, reached } of this.#awaited) if (count <= this.#echoes) reached();
      this.#awaited = this.#awaited.filter(({ count }) => count > this.#echoes);
    }
  }
}

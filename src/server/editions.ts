// What is served now, and what was served before as far as it is not over: requests go to the newest.

import type { ServerParts } from "./application.ts";
import { Edition } from "./edition.ts";
import type { Exchange } from "./exchange.ts";
import type { RequestTaker } from "./front-door.ts";
import type { Reading } from "./resources.ts";

export class Editions implements RequestTaker {
  readonly #parts: ServerParts;
  /** Their spares are there yet. A reload may follow another at once. */
  readonly #retired = new Set<Edition>();
  #reading: Reading;
  #now: Edition;

  constructor(first: Reading, parts: ServerParts) {
    this.#parts = parts;
    this.#reading = first;
    this.#now = new Edition(first.config, first.resources, parts);
  }

  get now(): Edition {
    return this.#now;
  }

  /** What it was made of. */
  get reading(): Reading {
    return this.#reading;
  }

  handle(exchange: Exchange): void {
    this.#now.door.handle(exchange);
  }

  /** The next is served; sessions, and what waits for its gate, go on as they began. */
  begin(next: Reading): void {
    const before = this.#now;
    this.#now = new Edition(next.config, next.resources, this.#parts);
    this.#reading = next;
    this.#retired.add(before);
    void before.stopSpares().then(() => this.#retired.delete(before));
    this.#now.fill();
  }

  async stopSpares(): Promise<void> {
    await Promise.all(this.#all.map((edition) => edition.stopSpares()));
  }

  killSpares(): void {
    for (const edition of this.#all) edition.killSpares();
  }

  get #all(): Edition[] {
    return [...this.#retired, this.#now];
  }
}

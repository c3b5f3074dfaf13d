// When garbage is collected besides Bun's own times, so that what sessions and reloads leave does not stay.

/**
 * A handshake leaves some KiB of garbage. Left to itself the heap grows by it, and stays so: 1,000 idle sessions cost 19
 * KiB each, and 15 with a collection now and then, which takes 0.1 ms to start and runs beside us (bench/README.md).
 */
const SESSIONS_PER_COLLECTION = 128;
/** A server that nobody uses gives back what it has: 20 MB stay of 50, for 10 ms in which nobody waits. */
const REST_MS = 500;
/** What the first one frees may have been the last to hold something, and memory is given back where all around is free. */
const COLLECTIONS_AT_REST = 3;

export class Collector {
  #sinceRest = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #editionTimer: ReturnType<typeof setTimeout> | null = null;

  sessionBegan(): void {
    this.stop();
    if (++this.#sinceRest % SESSIONS_PER_COLLECTION === 0) Bun.gc(false);
  }

  /** The last one is gone. */
  sessionsGone(): void {
    if (this.#sinceRest < SESSIONS_PER_COLLECTION || this.#timer !== null) return;
    this.#collectLater(COLLECTIONS_AT_REST);
  }

  /**
   * Another configuration is served: the last one with a hundred routes was a MiB, and Bun, which counts the kernel's
   * memory among the heap's, let 400 of them grow to 280. They cost 20 ms once in a while.
   */
  editionBegan(): void {
    if (this.#editionTimer !== null) return;
    this.#editionTimer = setTimeout(() => {
      this.#editionTimer = null;
      Bun.gc(true);
    }, REST_MS).unref();
  }

  #collectLater(count: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#sinceRest = 0;
      Bun.gc(true);
      if (count > 1) this.#collectLater(count - 1);
    }, REST_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

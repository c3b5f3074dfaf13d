// Those who look at the live view: each gets a snapshot a second, which is made only while somebody looks.

import { SPAWN_BOUNDS } from "./figures.ts";
import type { AdminSource } from "./source.ts";

/** What Bun calls a ServerWebSocket, as far as it is needed. */
export interface Viewer {
  send(text: string): number;
  getBufferedAmount(): number;
}

export interface ViewersOptions {
  readonly source: AdminSource;
  readonly version: string;
  readonly failed: (error: unknown) => void;
}

/** Each costs as much as a snapshot. */
const VIEWERS_MAX = 8;
const INTERVAL_MS = 1000;
/** As many as a person would read, and 200 KB a second; the newest are told. */
const SESSIONS_MAX = 500;
/** One who reads so slowly that this waits gets the next snapshot instead. */
const BACKLOG_MAX = 256 * 1024;

export class Viewers {
  readonly #options: ViewersOptions;
  readonly #viewers = new Set<Viewer>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #isLooking = false;

  constructor(options: ViewersOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#viewers.size < VIEWERS_MAX;
  }

  add(viewer: Viewer): void {
    this.#viewers.add(viewer);
    this.#timer ??= setInterval(() => void this.#show(), INTERVAL_MS);
    void this.#show();
  }

  delete(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) this.stop();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #show(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { source, version, failed } = this.#options;
    try {
      const look = await source.look(SESSIONS_MAX);
      const about = {
        time: Date.now(),
        version,
        isReady: source.isReady,
        spawnBounds: SPAWN_BOUNDS,
      };
      const line = `${JSON.stringify({ ...about, ...look })}\n`;
      for (const viewer of this.#viewers) {
        if (viewer.getBufferedAmount() < BACKLOG_MAX) viewer.send(line);
      }
    } catch (error) {
      failed(error);
    } finally {
      this.#isLooking = false;
    }
  }
}

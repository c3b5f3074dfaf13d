// Knows which descriptors can be read or written: one epoll instance for all of them, asked when its bell rings.

import { hangBell, type Bell } from "./bell.ts";
import {
  closeDescriptor,
  EPOLLIN,
  epollAdd,
  epollChange,
  epollDelete,
  epollWait,
  eventBits,
  eventData,
  makeEpoll,
} from "./posix.ts";

// A turn of Bun's event loop for each ring of the bell costs three system calls and a wake-up through two epoll
// instances. While news is dense it is the other way around: we wait, and Bun has a turn when it has something to do.
// Bun's timers and promises are not among that, so they may be late by twice STAY_MS. A shorter wait would be dear: the kernel programs the
// processor's timer anew for each one that ends before its next tick.

/** News is dense when so many rings have come, each so soon after the one before, in milliseconds. */
const DENSE_RINGS = 8;
const DENSE_MS = 1;
/** How long is waited for the next news, and how long Bun has no turn. */
const STAY_MS = 10;

/** How often they are asked about where no bell could be hung. */
const ASK_INTERVAL_MS = 1;

export interface ReadyHandler {
  /** What can be done with the descriptor now: EPOLLIN and EPOLLOUT where they are watched, EPOLLERR and EPOLLHUP. */
  ready(events: number): void;
  /** `ready` threw, a defect of ours: the descriptor is watched no more, and what it is for must end. */
  failed(): void;
}

export interface ReadinessOptions {
  /** A handler threw: a defect of ours. The descriptor is watched no more. */
  readonly failed: (error: unknown) => void;
  /** False: do not hang a bell but ask at intervals; for tests. */
  readonly bell?: boolean;
}

/**
 * Level-triggered: a descriptor that was not read empty is heard of again in the next turn, so that each gets its
 * share of a turn. Costs no object and no promise for an event.
 */
export class Readiness {
  readonly #epoll: number;
  readonly #options: ReadinessOptions;
  readonly #handlers = new Map<number, ReadyHandler>();
  #bell: Bell | null = null;
  /** Rings that came soon after the one before, and when the last news was heard. */
  #denseRings = 0;
  #heardAt = 0;
  /** While the bell is mute: the next wait. */
  #immediate: ReturnType<typeof setImmediate> | null = null;
  #bunHasNews = false;
  #timer: ReturnType<typeof setInterval> | null = null;

  private constructor(epoll: number, options: ReadinessOptions) {
    this.#epoll = epoll;
    this.#options = options;
  }

  /** Throws when the system gives no epoll instance. */
  static async create(options: ReadinessOptions): Promise<Readiness> {
    const epoll = makeEpoll();
    if (epoll === null) throw new Error("no file descriptor left for an epoll instance");
    const readiness = new Readiness(epoll, options);
    if (options.bell !== false) {
      readiness.#bell = await hangBell(epoll, () => readiness.#ring());
    }
    if (readiness.#bell === null) {
      readiness.#timer = setInterval(() => readiness.#ask(0), ASK_INTERVAL_MS);
    }
    return readiness;
  }

  /** False where they are asked about at intervals. */
  get hasBell(): boolean {
    return this.#bell !== null;
  }

  /**
   * Calls `handler` whenever `fd` has one of `events`: EPOLLIN, EPOLLOUT. One handler for a descriptor. False: the kernel
   * refuses (epoll(7), max_user_watches).
   */
  watch(fd: number, events: number, handler: ReadyHandler): boolean {
    this.#handlers.set(fd, handler);
    if (epollAdd(this.#epoll, fd, events, BigInt(fd))) return true;
    this.#handlers.delete(fd);
    return false;
  }

  /** Other events from now. */
  change(fd: number, events: number): void {
    epollChange(this.#epoll, fd, events, BigInt(fd));
  }

  /** Calls `ready` once when `fd` can be read; what is returned calls that off. */
  whenReadable(fd: number, ready: () => void): () => void {
    const unwatch = () => this.unwatch(fd);
    this.watch(fd, EPOLLIN, {
      ready() {
        unwatch();
        ready();
      },
      failed() {}, // whoever waits has a deadline
    });
    return unwatch;
  }

  /** Must come before `fd` is closed. */
  unwatch(fd: number): void {
    this.#handlers.delete(fd);
    epollDelete(this.#epoll, fd);
  }

  close(): void {
    this.#bell?.close();
    this.#bell = null;
    this.#handlers.clear();
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    if (this.#timer !== null) clearInterval(this.#timer);
    closeDescriptor(this.#epoll);
  }

  #ring(): void {
    const now = performance.now();
    this.#denseRings = now - this.#heardAt < DENSE_MS ? this.#denseRings + 1 : 0;
    this.#heardAt = now;
    this.#ask(0);
    if (this.#denseRings < DENSE_RINGS) return;
    this.#denseRings = 0;
    if (this.#bell?.mute() === true) this.#stayNext();
  }

  /** After the turn that Bun has now, in which it will not wait. */
  #stayNext(): void {
    this.#immediate = setImmediate(() => this.#stay());
  }

  /** Waits in Bun's place, until it has something to do, and until there is no news. */
  #stay(): void {
    this.#immediate = null;
    const end = performance.now() + STAY_MS;
    this.#bunHasNews = false;
    do {
      if (this.#ask(STAY_MS) === 0 && this.#bell?.unmute() === true) return;
    } while (!this.#bunHasNews && this.#bell !== null && performance.now() < end);
    if (this.#bell !== null) this.#stayNext();
  }

  /** Waits for news for so long, and tells of it. Returns how many events there were. */
  #ask(milliseconds: number): number {
    const count = epollWait(this.#epoll, milliseconds);
    for (let i = 0; i < count; i++) {
      const fd = eventData(i);
      if (fd === this.#bell?.bunEpoll) {
        this.#bunHasNews = true;
        continue;
      }
      // A handler of this turn may have closed what comes later in it.
      const handler = this.#handlers.get(fd);
      try {
        handler?.ready(eventBits(i));
      } catch (error) {
        this.unwatch(fd);
        this.#options.failed(error);
        handler?.failed();
      }
    }
    return count;
  }
}

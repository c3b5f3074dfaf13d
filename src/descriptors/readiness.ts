// Knows which pipes can be read or written: one epoll instance for all of them, asked when its bell rings.

import { hangBell, type Bell } from "./bell.ts";
import {
  closeDescriptor,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  epollAdd,
  epollDelete,
  epollPoll,
  eventBits,
  eventData,
  makeEpoll,
} from "./posix.ts";

/** How often the pipes are asked about where no bell could be hung. */
const ASK_INTERVAL_MS = 1;

export interface ReadyHandler {
  /** The descriptor can be read or written now, or, when `broken`, its other end is gone. */
  ready(broken: boolean): void;
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
      readiness.#bell = await hangBell(epoll, () => readiness.#ask());
    }
    if (readiness.#bell === null) {
      readiness.#timer = setInterval(() => readiness.#ask(), ASK_INTERVAL_MS);
    }
    return readiness;
  }

  /** False where the pipes are asked about at intervals. */
  get hasBell(): boolean {
    return this.#bell !== null;
  }

  /** Calls `handler` whenever `fd` can be read. One interest for a descriptor at a time. */
  watchReadable(fd: number, handler: ReadyHandler): void {
    this.#handlers.set(fd, handler);
    epollAdd(this.#epoll, fd, EPOLLIN, BigInt(fd));
  }

  /** Calls `ready` once when `fd` can be read; what is returned calls that off. */
  whenReadable(fd: number, ready: () => void): () => void {
    const unwatch = () => this.unwatch(fd);
    this.watchReadable(fd, {
      ready() {
        unwatch();
        ready();
      },
      failed() {}, // whoever waits has a deadline
    });
    return unwatch;
  }

  /** Calls `handler` whenever `fd` can be written. */
  watchWritable(fd: number, handler: ReadyHandler): void {
    this.#handlers.set(fd, handler);
    epollAdd(this.#epoll, fd, EPOLLOUT, BigInt(fd));
  }

  /** Must come before `fd` is closed. */
  unwatch(fd: number): void {
    this.#handlers.delete(fd);
    epollDelete(this.#epoll, fd);
  }

  close(): void {
    this.#bell?.close();
    if (this.#timer !== null) clearInterval(this.#timer);
    closeDescriptor(this.#epoll);
  }

  #ask(): void {
    const count = epollPoll(this.#epoll);
    for (let i = 0; i < count; i++) {
      const fd = eventData(i);
      // A handler of this turn may have closed what comes later in it.
      const handler = this.#handlers.get(fd);
      try {
        handler?.ready((eventBits(i) & EPOLLERR) !== 0);
      } catch (error) {
        this.unwatch(fd);
        this.#options.failed(error);
        handler?.failed();
      }
    }
  }
}

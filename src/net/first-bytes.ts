// Waits for the first bytes of a connection, which are looked at before anybody reads them, within a time.

import type { ClientSocket } from "./socket-user.ts";

export interface FirstBytesOptions {
  /** Calls `ready` once when the descriptor can be read; the returned function calls that off. */
  readonly whenReadable: (fd: number, ready: () => void) => () => void;
  /** Milliseconds for all that is waited for. */
  readonly timeoutMs: number;
  readonly late: () => void;
  /** Something has come, or the peer has left: leads to `wait`, `stop` or `handOver`. */
  readonly look: () => void;
}

export class FirstBytes {
  readonly #socket: ClientSocket;
  readonly #options: FirstBytesOptions;
  readonly #deadline: ReturnType<typeof setTimeout>;
  #callOff: (() => void) | null = null;

  /** Pauses the socket, and waits. */
  constructor(socket: ClientSocket, options: FirstBytesOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#deadline = setTimeout(options.late, options.timeoutMs);
    socket.pause();
    this.wait();
  }

  wait(): void {
    this.#callOff = this.#options.whenReadable(this.#socket.fd, () => {
      this.#callOff = null;
      this.#options.look();
    });
  }

  stop(): void {
    clearTimeout(this.#deadline);
    this.#callOff?.();
    this.#callOff = null;
  }

  /** `next` makes the next user of the socket, which is as it came but for what was taken; then `left` is called. */
  handOver(next: () => void, left: () => void): void {
    this.stop();
    this.#socket.resume();
    try {
      next();
    } catch (error) {
      this.#socket.terminate(); // its deadline is off
      throw error;
    } finally {
      // Not before: it must not look for a moment as if nobody was there.
      left();
    }
  }
}

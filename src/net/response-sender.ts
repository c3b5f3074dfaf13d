// Sends one Response: its head, and its body as fast as the client takes it, no faster.

import { responseHead } from "../http/response.ts";
import type { ClientSocket } from "./socket-user.ts";
import { unacknowledgedBytes } from "./socket-state.ts";

export interface ResponseSenderOptions {
  readonly method: string;
  /** Added to those of the response. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Milliseconds that the client may take nothing of what waits for it. */
  readonly stallTimeoutMs: number;
  /** All is handed to the kernel, and the end of our side with it. */
  readonly finished: () => void;
}

export class ResponseSender {
  readonly #socket: ClientSocket;
  readonly #options: ResponseSenderOptions;
  readonly #reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel"> | null;
  #rest: Uint8Array;
  #ended = false;
  #finished = false;
  /** A piece of the body is on its way here: there is nothing to write before it. */
  #reading = false;
  #gone = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #unacknowledged = 0;

  constructor(socket: ClientSocket, response: Response, options: ResponseSenderOptions) {
    this.#socket = socket;
    this.#options = options;
    const isWanted = options.method !== "HEAD";
    this.#reader = isWanted ? (response.body?.getReader() ?? null) : null;
    // RFC 9110 9.3.2: HEAD has the fields of GET and no body. What was opened for it is let go.
    if (!isWanted) void response.body?.cancel();
    this.#ended = this.#reader === null;
    this.#rest = new TextEncoder().encode(responseHead(response, options.fields));
    this.drained();
  }

  /** The socket may take more. TLS sockets say so unasked too: a second read, or end, would then begin beside the first. */
  drained(): void {
    if (this.#gone || this.#reading || this.#finished) return;
    if (this.#rest.length > 0) {
      const taken = this.#socket.write(this.#rest);
      if (taken < 0) return; // gone: `disconnected` follows
      this.#rest = this.#rest.subarray(taken);
      if (this.#rest.length > 0) return this.#watchStall();
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#ended) return void this.#read();
    this.#finished = true;
    this.#options.finished();
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#gone = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    // The body's end may be an error by then, which is told to nobody.
    if (!this.#ended) this.#reader?.cancel().catch(() => {});
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      const { done, value } = await this.#reader!.read();
      this.#reading = false;
      if (this.#gone) return;
      if (done) this.#ended = true;
      else this.#rest = value;
      this.drained();
    } catch {
      // Content-Length is out: only a cut says that this is not all.
      this.#ended = true;
      this.#socket.terminate();
    }
  }

  /** A client that takes nothing for long holds a file and its memory: it is cut. */
  #watchStall(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#unacknowledged = unacknowledgedBytes(this.#socket.fd);
    this.#timer = setTimeout(() => this.#late(), this.#options.stallTimeoutMs);
  }

  #late(): void {
    if (unacknowledgedBytes(this.#socket.fd) < this.#unacknowledged) this.#watchStall();
    else this.#socket.terminate();
  }
}

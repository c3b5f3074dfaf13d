// Brings a request body from a socket's chunks into kernel memory, its payload only, together.

import type { BodyDecoder, BodyHandler } from "../http/body-decoder.ts";
import type { RequestRefusal } from "../http/request.ts";
import { CHUNK_SIZE_MAX, type Kernel } from "../kernel/kernel.ts";
import type { EndpointListener } from "../session/endpoint.ts";

export class BodyIntake implements BodyHandler {
  readonly #kernel: Kernel;
  readonly #decoder: BodyDecoder;
  /** Where the payload of the piece in hand ends. */
  #end = 0;

  constructor(kernel: Kernel, decoder: BodyDecoder) {
    this.#kernel = kernel;
    this.#decoder = decoder;
  }

  /** All of the body has come. */
  get ended(): boolean {
    return this.#decoder.ended;
  }

  /** Takes the next bytes, and gives what is payload. What is behind the body is dropped. */
  receive(chunk: Uint8Array, listener: Pick<EndpointListener, "received">): RequestRefusal | null {
    for (let at = 0; at < chunk.length && !this.ended; at += CHUNK_SIZE_MAX) {
      const { bytes, incoming } = this.#kernel;
      const isPiece = chunk.length <= CHUNK_SIZE_MAX;
      const piece = isPiece ? chunk : chunk.subarray(at, at + CHUNK_SIZE_MAX);
      bytes.set(piece, incoming);
      this.#end = incoming;
      const taken = this.#decoder.receive(piece, this);
      if (typeof taken !== "number") return taken;
      if (this.#end > incoming) listener.received(incoming, this.#end);
    }
    return null;
  }

  payload(offset: number, length: number): void {
    const { bytes, incoming } = this.#kernel;
    const begin = incoming + offset;
    if (this.#end !== begin) bytes.copyWithin(this.#end, begin, begin + length);
    this.#end += length;
  }
}

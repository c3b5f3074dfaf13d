// --compress: what WebSockets whose messages are compressed have in common, and the extension of each.

import type { Config } from "../config.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { DeflateParameters } from "../websocket/deflate-parameters.ts";
import { DeflatePool } from "../websocket/deflate-pool.ts";
import type { Extension } from "../websocket/extension.ts";
import { PermessageDeflate } from "../websocket/permessage-deflate.ts";

export class Compression {
  readonly #kernel: Kernel;
  readonly #pool: DeflatePool;
  readonly #sizeMin: number;

  constructor(
    kernel: Kernel,
    { messageSizeMax, compressMin }: Pick<Config, "messageSizeMax" | "compressMin">,
  ) {
    this.#kernel = kernel;
    this.#pool = new DeflatePool(kernel, { messageSizeMax });
    this.#sizeMin = compressMin;
  }

  /** False where Bun does not let us keep contexts: none are agreed on then. */
  get hasContext(): boolean {
    return this.#pool.hasContext;
  }

  extensionFor(parameters: DeflateParameters): Extension {
    const options = { parameters, pool: this.#pool, sizeMin: this.#sizeMin };
    return new PermessageDeflate(this.#kernel, options);
  }
}

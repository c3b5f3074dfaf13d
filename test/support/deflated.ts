// RFC 7692 7.2.1: a message as a client sends it compressed, made by node:zlib's documented functions.

import { constants, deflateRawSync } from "node:zlib";

/** The payload, without the four bytes of the last empty block: 7.2.1 takes them off. */
export function deflated(content: Uint8Array): Uint8Array {
  return deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

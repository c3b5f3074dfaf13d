// RFC 7692 7.2.2: restores a compressed message that stands for itself, whole; the plain twin of PermessageDeflate.restore.

import { inflateRawSync } from "node:zlib";

/** RFC 7692 7.2.2; a last block may come inside, and a message must not end inside of one. Null: not deflate. */
export function inflatePlainly(payload: Uint8Array): Uint8Array | null {
  const tail = [0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff];
  let rest = Buffer.concat([payload, Uint8Array.from(tail)]);
  const parts: Uint8Array[] = [];
  try {
    while (rest.length > 0) {
      // Z_FINISH, the default: what does not come to a last block is an error.
      const { buffer, engine } = inflateRawSync(rest, { info: true }) as unknown as {
        buffer: Buffer;
        engine: { bytesWritten: number };
      };
      parts.push(buffer);
      rest = rest.subarray(engine.bytesWritten);
    }
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}

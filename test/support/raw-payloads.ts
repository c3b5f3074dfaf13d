// Reads the payloads out of what a server sent, where whole binary messages are all that is expected.

/** The payloads of unmasked binary frames, until a Close. */
export function payloads(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length && bytes[at] === 0x82;) {
    const short = bytes[at + 1]!;
    const size = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const begin = at + (short === 126 ? 4 : 2);
    parts.push(bytes.subarray(begin, begin + size));
    at = begin + size;
  }
  return Buffer.concat(parts);
}

// What a server sent, read as a client does, in words that a test can compare.

/** Reads frames as a client does, fragments joined: `text "..."` or `binary HEX` for each message; the open one is left out. */
export function messagesOf(frames: Uint8Array): string[] {
  const messages: string[] = [];
  let opcode = 0;
  let parts: Buffer[] = [];
  for (let at = 0; at < frames.length;) {
    const first = frames[at]!;
    let length = frames[at + 1]!;
    at += 2;
    if (length >= 126) {
      const size = length === 126 ? 2 : 8;
      length = Number(`0x${Buffer.from(frames.subarray(at, at + size)).toString("hex")}`);
      at += size;
    }
    if ((first & 0x0f) !== 0) opcode = first & 0x0f;
    parts.push(Buffer.from(frames.subarray(at, at + length)));
    at += length;
    if ((first & 0x80) === 0) continue;
    messages.push(shown(opcode === 1, Buffer.concat(parts)));
    parts = [];
  }
  return messages;
}

/** A text message that is not UTF-8 fails the test. */
export function shown(isText: boolean, bytes: Buffer): string {
  if (!isText) return `binary ${bytes.toString("hex")}`;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return `text ${JSON.stringify(decoder.decode(bytes))}`;
}

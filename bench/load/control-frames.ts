// The control frames that a client sends, masked: RFC 6455 5.5.

const PONG = 0x8a;
const CLOSE = 0x88;
const NORMAL_CLOSURE = Buffer.from([0x03, 0xe8]);

/** 5.3: unpredictable; without a zero byte, so that a server which forgets to unmask any byte is caught. */
export function newMaskingKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(4)).map((byte) => (byte === 0 ? 0xa5 : byte));
}

export function pongFrame(payload: Uint8Array): Buffer {
  return controlFrame(PONG, payload);
}

/** 7.4.1: code 1000. */
export function closeFrame(): Buffer {
  return controlFrame(CLOSE, NORMAL_CLOSURE);
}

/** The payload is at most 125 bytes. */
function controlFrame(firstByte: number, payload: Uint8Array): Buffer {
  const key = newMaskingKey();
  const masked = payload.map((byte, index) => byte ^ (key[index & 3] ?? 0));
  return Buffer.concat([Buffer.from([firstByte, 0x80 | payload.length]), key, masked]);
}

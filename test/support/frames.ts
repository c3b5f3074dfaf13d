// RFC 6455 5.2: builds frames as a client sends them, the illegal ones too.

export interface FrameOptions {
  readonly opcode: number;
  /** Default: empty. */
  readonly payload?: Uint8Array | string;
  /** Default: true. */
  readonly fin?: boolean;
  /** RSV1 to RSV3 as a number from 0 to 7. Default: 0. */
  readonly reserved?: number;
  /** Four bytes; null sends the frame without a mask. Default: 37fa213d, as in RFC 6455 5.7. */
  readonly key?: Uint8Array | null;
  /** Bytes of the length: 0 in the second byte, 2 or 8 after it. Default: the least that will do. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The length in the header. Default: the payload's own. */
  readonly declaredLength?: bigint;
}

const EXAMPLE_KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

export function frame(options: FrameOptions): Uint8Array {
  const { opcode, payload = "", fin = true, reserved = 0, key = EXAMPLE_KEY } = options;
  const content = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const length = options.declaredLength ?? BigInt(content.length);
  const lengthBytes = options.lengthBytes ?? (length < 126n ? 0 : length < 65536n ? 2 : 8);
  const bytes = new Uint8Array(2 + lengthBytes + (key ? 4 : 0) + content.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  bytes[1] =
    (key ? 0x80 : 0) | (lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) view.setUint16(2, Number(length));
  if (lengthBytes === 8) view.setBigUint64(2, length);
  let at = 2 + lengthBytes;
  if (key) {
    bytes.set(key, at);
    at += 4;
  }
  for (let i = 0; i < content.length; i++) bytes[at + i] = content[i]! ^ (key ? key[i % 4]! : 0);
  return bytes;
}

/** Bytes from hex; blanks between them do not count. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex.replaceAll(" ", ""));
}

/** Bytes as hex, the middle left out when they are many. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length <= 400) return bytes.toHex();
  return `${bytes.subarray(0, 200).toHex()}...(${bytes.length} bytes)...${bytes.subarray(-100).toHex()}`;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

// Headers of the PROXY protocol, version 2, made for the tests.

/** proxy-protocol.txt 2.2. */
const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const CRC_TYPE = 3;
export const TLV_SSL = 0x20;

export interface HeaderParts {
  /** Version and command. Default: 2, PROXY. */
  readonly command?: number;
  /** Default: TCP over IPv4. */
  readonly family?: number;
  /** Default: 192.0.2.9:4711 to 198.51.100.3:443. */
  readonly addresses?: Uint8Array;
  readonly tlvs?: readonly (readonly [type: number, value: Uint8Array])[];
  /** With its checksum. */
  readonly sum?: boolean;
  /** What it says of its own length. Default: the truth. */
  readonly length?: number;
}

const TCP4 = Uint8Array.of(192, 0, 2, 9, 198, 51, 100, 3, 4711 >> 8, 4711 & 255, 1, 187);

export function binaryHeader(parts: HeaderParts = {}): Uint8Array {
  const { command = 0x21, family = 0x11, addresses = TCP4, tlvs = [], sum = false } = parts;
  const all = sum ? [...tlvs, [CRC_TYPE, new Uint8Array(4)] as const] : tlvs;
  const body = Buffer.concat([
    addresses,
    ...all.map(([type, value]) =>
      Buffer.concat([Uint8Array.of(type, value.length >> 8, value.length & 255), value]),
    ),
  ]);
  const length = parts.length ?? body.length;
  const fixed = Uint8Array.of(command, family, length >> 8, length & 255);
  const header = Buffer.concat([Buffer.from(SIGNATURE, "latin1"), fixed, body]);
  if (sum) header.writeUInt32BE(plainCrc32c(header), header.length - 4);
  return new Uint8Array(header);
}

/** RFC 3720 B.4, by long division: the bits of each byte from the lowest on, the first 32 of them inverted. */
export function plainCrc32c(bytes: Uint8Array): number {
  const bits = [...bytes].flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1));
  bits.push(...Array.from({ length: 32 }, () => 0));
  for (let i = 0; i < 32; i++) bits[i]! ^= 1;
  const divisor = (0x1_1edc_6f41).toString(2);
  for (let i = 0; i + 32 < bits.length; i++) {
    if (bits[i] === 0) continue;
    for (let j = 0; j <= 32; j++) bits[i + j]! ^= Number(divisor[j]);
  }
  // The rest's highest bit is the checksum's lowest.
  const rest = bits.slice(-32).toReversed().join("");
  return ~Number.parseInt(rest, 2) >>> 0;
}

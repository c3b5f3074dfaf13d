// What cksum(1) prints for some bytes: the CRC of POSIX, with the length behind it.

/** CRC-32 as Ethernet has it, highest bit first. */
const POLYNOMIAL = 0x04c11db7;

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc;
});

/** "CRC LENGTH", without a line feed. */
export function cksum(bytes: Uint8Array): string {
  let crc = 0;
  for (const byte of bytes) crc = step(crc, byte);
  // The length follows the bytes, its lowest byte first, as many bytes as it has.
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) {
    crc = step(crc, length & 0xff);
  }
  return `${~crc >>> 0} ${bytes.length}`;
}

function step(crc: number, byte: number): number {
  return (crc << 8) ^ (TABLE[(crc >>> 24) ^ byte] ?? 0);
}

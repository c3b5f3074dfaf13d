// proxy-protocol.txt 2.2.1-2.2.8: what a proxy adds to a header of version 2, as types, lengths and values.

export interface Tlv {
  readonly type: number;
  readonly value: Uint8Array;
}

const TYPE_CRC32C = 0x03;
const TYPE_SSL = 0x20;
const CLIENT_SSL = 0x01;
const TLV_HEADER_SIZE = 3;
const CRC_SIZE = 4;
/** Castagnoli's polynomial, reflected (RFC 3720 12.1 has the sum). */
const POLYNOMIAL = 0x82f63b78;

/** `header` is the whole of it, from the signature on; `at` is where its addresses end. */
export function readTlvs(
  header: Uint8Array,
  at: number,
): readonly Tlv[] | { readonly problem: string } {
  const tlvs: Tlv[] = [];
  let summed = false;
  while (at < header.length) {
    if (at + TLV_HEADER_SIZE > header.length) return { problem: "a TLV of the header is cut" };
    const type = header[at]!;
    const valueAt = at + TLV_HEADER_SIZE;
    const end = valueAt + ((header[at + 1]! << 8) | header[at + 2]!);
    if (end > header.length) return { problem: "a TLV of the header is cut" };
    const value = header.subarray(valueAt, end);
    if (type === TYPE_CRC32C) {
      // 2.2.3: who supports it must verify it, and drop what is wrong.
      if (summed || !isSumRight(header, { value, at: valueAt })) {
        return { problem: "the checksum of the header is wrong" };
      }
      summed = true;
    }
    tlvs.push({ type, value });
    at = end;
  }
  return tlvs;
}

/** 2.2.6: the client connected over TLS. */
export function hasTlsClient(tlvs: readonly Tlv[]): boolean {
  return tlvs.some(({ type, value }) => type === TYPE_SSL && ((value[0] ?? 0) & CLIENT_SSL) !== 0);
}

/** Of the whole header, the sum's own bytes as zeros. */
function isSumRight(header: Uint8Array, sum: { value: Uint8Array; at: number }): boolean {
  if (sum.value.length !== CRC_SIZE) return false;
  const zeroed = header.slice();
  zeroed.fill(0, sum.at, sum.at + CRC_SIZE);
  const told = sum.value.reduce((number, byte) => number * 256 + byte, 0);
  return crc32c(zeroed) === told;
}

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}

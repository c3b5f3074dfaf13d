// RFC 8259 7, RFC 4648 4: writes bytes as what stands between the quotes of a string in JSON, text escaped, others in base64.

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const BLANK: u32 = 0x20;
const EQUALS: u32 = 0x3d;

/** The letter behind the backslash for those control characters that have one, else 0. */
function shortEscape(byte: u32): u32 {
  if (byte == QUOTE || byte == BACKSLASH) return byte;
  if (byte == 0x08) return 0x62; // b
  if (byte == 0x09) return 0x74; // t
  if (byte == 0x0a) return 0x6e; // n
  if (byte == 0x0c) return 0x66; // f
  return byte == 0x0d ? 0x72 : 0; // r
}

function writeEscape(target: usize, byte: u32): usize {
  const letter = shortEscape(byte);
  store<u8>(target, <u8>BACKSLASH);
  if (letter) {
    store<u8>(target, <u8>letter, 1);
    return target + 2;
  }
  const low = byte & 0x0f;
  store<u32>(target, 0x30303075, 1); // "u000"
  store<u8>(target, <u8>(0x30 + (byte >> 4)), 4);
  store<u8>(target, <u8>(low < 10 ? 0x30 + low : 0x57 + low), 5);
  return target + 6;
}

/**
 * Writes `length` bytes of UTF-8 at `source` to `target`: at most six for one, and vectors may spill up to 15 bytes past
 * them. Returns their end.
 */
export function escapeJson(source: usize, length: usize, target: usize): usize {
  const end = source + length;
  while (source < end) {
    const bytes = v128.load(source);
    const isSpecial = v128.or(
      i8x16.lt_u(bytes, i8x16.splat(<i8>BLANK)),
      v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH))),
    );
    const plain = min<usize>(ctz<i32>(i8x16.bitmask(isSpecial) | 0x10000), end - source);
    v128.store(target, bytes);
    source += plain;
    target += plain;
    if (plain == 16 || source == end) continue;
    target = writeEscape(target, load<u8>(source++));
  }
  return target;
}

/** The digit for six bits. */
function digit(bits: u32): u32 {
  const value = bits & 0x3f;
  if (value < 26) return 0x41 + value;
  if (value < 52) return 0x47 + value;
  if (value < 62) return value - 4;
  return value == 62 ? 0x2b : 0x2f;
}

/** Writes `length` bytes at `source` to `target`: four for each three, the last of them padded. Returns their end. */
export function base64(source: usize, length: usize, target: usize): usize {
  const end = source + length;
  while (source < end) {
    const left = <u32>(end - source);
    const second: u32 = left > 1 ? load<u8>(source, 1) : 0;
    const third: u32 = left > 2 ? load<u8>(source, 2) : 0;
    const bits = ((<u32>load<u8>(source)) << 16) | (second << 8) | third;
    store<u8>(target, <u8>digit(bits >> 18));
    store<u8>(target, <u8>digit(bits >> 12), 1);
    store<u8>(target, <u8>(left > 1 ? digit(bits >> 6) : EQUALS), 2);
    store<u8>(target, <u8>(left > 2 ? digit(bits) : EQUALS), 3);
    source += 3;
    target += 4;
  }
  return target;
}

// RFC 6455 5.3: takes the mask off `length` bytes at `source` and writes them at `target`, at or below `source`.

/**
 * Each load comes before the store that could reach it, so the two ranges may overlap as long as target <= source.
 * Returns the OR of the high bits seen: 0 says that all of it was ASCII.
 */
export function unmask(target: usize, source: usize, length: usize, key: u32): u32 {
  const key128 = i32x4.splat(key);
  let seen = i64x2.splat(0);
  let n = length;
  while (n >= 64) {
    const a = v128.xor(v128.load(source), key128);
    const b = v128.xor(v128.load(source, 16), key128);
    const c = v128.xor(v128.load(source, 32), key128);
    const d = v128.xor(v128.load(source, 48), key128);
    v128.store(target, a);
    v128.store(target, b, 16);
    v128.store(target, c, 32);
    v128.store(target, d, 48);
    seen = v128.or(seen, v128.or(v128.or(a, b), v128.or(c, d)));
    source += 64;
    target += 64;
    n -= 64;
  }
  while (n >= 16) {
    const a = v128.xor(v128.load(source), key128);
    v128.store(target, a);
    seen = v128.or(seen, a);
    source += 16;
    target += 16;
    n -= 16;
  }
  let high: u32 = i8x16.bitmask(seen);
  // What is left is shorter than a vector, and the next frame's header may begin right behind it.
  if (n & 8) {
    const a = load<u64>(source) ^ ((<u64>key) | ((<u64>key) << 32));
    store<u64>(target, a);
    high |= <u32>((a & 0x8080808080808080) != 0);
    source += 8;
    target += 8;
  }
  if (n & 4) {
    const a = load<u32>(source) ^ key;
    store<u32>(target, a);
    high |= a & 0x80808080;
    source += 4;
    target += 4;
  }
  if (n & 2) {
    const a = (<u32>load<u16>(source)) ^ (key & 0xffff);
    store<u16>(target, <u16>a);
    high |= a & 0x8080;
    source += 2;
    target += 2;
    key = rotr<u32>(key, 16);
  }
  if (n & 1) {
    const a = (<u32>load<u8>(source)) ^ (key & 0xff);
    store<u8>(target, <u8>a);
    high |= a & 0x80;
  }
  return high;
}

// RFC 6455 5.3: takes the mask off `length` bytes at `source` and writes them at `target`, at or below `source`.

/** Sixteen bytes of ones, sixteen of zeros. */
const MASKS = memory.data<u64>([-1, -1, 0, 0]);

/**
 * Each load comes before the store that could reach it, so the two ranges may overlap as long as target <= source.
 * Returns the least of the bytes, as signed ones, by the lane that they were in: a negative one says that not all was
 * ASCII, and what is not negative is the least of what was, at the cost of an OR. May load up to 15 bytes past the end.
 */
export function unmaskSeeing(target: usize, source: usize, length: usize, key: u32): v128 {
  const key128 = i32x4.splat(key);
  let seen = i8x16.splat(127);
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
    seen = i8x16.min_s(seen, i8x16.min_s(i8x16.min_s(a, b), i8x16.min_s(c, d)));
    source += 64;
    target += 64;
    n -= 64;
  }
  while (n >= 16) {
    const a = v128.xor(v128.load(source), key128);
    v128.store(target, a);
    seen = i8x16.min_s(seen, a);
    source += 16;
    target += 16;
    n -= 16;
  }
  // What is left is shorter than a vector, and the next frame's header may begin right behind it.
  if (n) {
    const a = v128.xor(v128.load(source), key128);
    const here = v128.load(MASKS + 16 - n);
    seen = i8x16.min_s(seen, v128.bitselect(a, seen, here));
    let rest = i64x2.extract_lane(a, 0);
    if (n & 8) {
      store<u64>(target, rest);
      rest = i64x2.extract_lane(a, 1);
      target += 8;
    }
    if (n & 4) {
      store<u32>(target, <u32>rest);
      rest >>>= 32;
      target += 4;
    }
    if (n & 2) {
      store<u16>(target, <u16>rest);
      rest >>>= 16;
      target += 2;
    }
    if (n & 1) store<u8>(target, <u8>rest);
  }
  return seen;
}

/** The same for callers outside. Returns 0 when all of it was ASCII. */
export function unmask(target: usize, source: usize, length: usize, key: u32): u32 {
  return i8x16.bitmask(unmaskSeeing(target, source, length, key));
}

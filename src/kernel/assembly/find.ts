// Looks for a byte, and counts it, a vector at a time.

/** What is looked through by 16 bytes before it goes by 64: lines are mostly short. */
const NEAR: usize = 320;

/** The address of the first `byte` in [source, end), or `end`. May load, never judges, up to 15 bytes past it. */
export function find(byte: u32, source: usize, end: usize): usize {
  const near = min(end, source + NEAR);
  const needle = i8x16.splat(<i8>byte);
  for (; source < near; source += 16) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(source), needle));
    if (hits) return min(end, source + <usize>ctz<i32>(hits));
  }
  return source < end ? findFar(byte, source, end) : end;
}

function findFar(byte: u32, source: usize, end: usize): usize {
  const needle = i8x16.splat(<i8>byte);
  for (; source + 64 <= end; source += 64) {
    const a = i8x16.eq(v128.load(source), needle);
    const b = i8x16.eq(v128.load(source, 16), needle);
    const c = i8x16.eq(v128.load(source, 32), needle);
    const d = i8x16.eq(v128.load(source, 48), needle);
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) break;
  }
  for (; source < end; source += 16) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(source), needle));
    if (hits) return min(end, source + <usize>ctz<i32>(hits));
  }
  return end;
}

/** Steps after which a lane that counts by four may be full. */
const STEPS_MAX: u32 = 60;

/** How often `byte` is in [source, end). May load, never judges, up to 15 bytes past it. */
export function count(byte: u32, source: usize, end: usize): u32 {
  const needle = i8x16.splat(<i8>byte);
  let total: u32 = 0;
  while (source + 64 <= end) {
    let lanes = i64x2.splat(0);
    for (let step: u32 = 0; step < STEPS_MAX && source + 64 <= end; step++) {
      const a = i8x16.eq(v128.load(source), needle);
      const b = i8x16.eq(v128.load(source, 16), needle);
      const c = i8x16.eq(v128.load(source, 32), needle);
      const d = i8x16.eq(v128.load(source, 48), needle);
      lanes = i8x16.sub(lanes, i8x16.add(i8x16.add(a, b), i8x16.add(c, d)));
      source += 64;
    }
    const quads = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(lanes));
    const pairs = i64x2.add(i64x2.extend_low_i32x4_u(quads), i64x2.extend_high_i32x4_u(quads));
    total += <u32>(i64x2.extract_lane(pairs, 0) + i64x2.extract_lane(pairs, 1));
  }
  for (; source < end; source += 16) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(source), needle));
    const left = <u32>(end - source);
    total += popcnt<u32>(left < 16 ? hits & ((1 << left) - 1) : hits);
  }
  return total;
}

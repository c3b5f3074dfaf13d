// RFC 3629: judges UTF-8 as it streams by, to the byte, a vector at a time.
//
// By the lookup algorithm of John Keiser and Daniel Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte":
// whatever is wrong with UTF-8, but for the number of continuation bytes, shows in the first twelve bits of two bytes
// that follow each other. Three tables of 16, one for each four bits, say what those bits could be part of; what all
// three say is an error. bench/micro: 3.7 GB/s of any script; a table-driven automaton, byte by byte, took 0.5 GB/s.

export const UTF8_ACCEPT: u32 = 0;
export const UTF8_REJECT: u32 = 1;

// What two bytes can be an error of.
const TOO_SHORT: i8 = 1 << 0; // a first byte, then no continuation byte
const TOO_LONG: i8 = 1 << 1; // ASCII, then a continuation byte
const OVERLONG_3: i8 = 1 << 2; // E0 80..9F
const TOO_LARGE: i8 = 1 << 3; // F4 90..BF, F5..FF 90..BF
const SURROGATE: i8 = 1 << 4; // ED A0..BF
const OVERLONG_2: i8 = 1 << 5; // C0..C1 80..BF
const OVERLONG_4_TOO_LARGE: i8 = 1 << 6; // F0 80..8F, F5..FF 80..8F
const TWO_CONTINUATIONS: i8 = -128; // right only as the end of three or four bytes
/** Errors that the low half of the first byte has no say in. */
const ANY: i8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;
const ABOVE_F4: i8 = ANY | TOO_LARGE | OVERLONG_4_TOO_LARGE;
const CONTINUATION: i8 = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;

/** The errors that `now` would complete, in the lanes where they show, given the 16 bytes before it. Zero is none. */
function errors(now: v128, before: v128): v128 {
  // prettier-ignore
  const back1 = i8x16.shuffle(before, now, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  // prettier-ignore
  const back2 = i8x16.shuffle(before, now, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  // prettier-ignore
  const back3 = i8x16.shuffle(before, now, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
  const firstHigh = i8x16.swizzle(
    // prettier-ignore
    i8x16(
      TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, // 0.. to 7..
      TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, // 8.. to B..
      TOO_SHORT | OVERLONG_2, TOO_SHORT, // C.., D..
      TOO_SHORT | OVERLONG_3 | SURROGATE, // E..
      TOO_SHORT | TOO_LARGE | OVERLONG_4_TOO_LARGE, // F..
    ),
    i8x16.shr_u(back1, 4),
  );
  const firstLow = i8x16.swizzle(
    // prettier-ignore
    i8x16(
      ANY | OVERLONG_2 | OVERLONG_3 | OVERLONG_4_TOO_LARGE, // C0, E0, F0
      ANY | OVERLONG_2, ANY, ANY, // C1
      ANY | TOO_LARGE, // F4
      ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4,
      ABOVE_F4 | SURROGATE, // ED
      ABOVE_F4, ABOVE_F4,
    ),
    v128.and(back1, i8x16.splat(0x0f)),
  );
  const secondHigh = i8x16.swizzle(
    // prettier-ignore
    i8x16(
      TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, // 0.. to 7..
      CONTINUATION | OVERLONG_3 | OVERLONG_4_TOO_LARGE, // 8..
      CONTINUATION | OVERLONG_3 | TOO_LARGE, // 9..
      CONTINUATION | SURROGATE | TOO_LARGE, CONTINUATION | SURROGATE | TOO_LARGE, // A.., B..
      TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, // C.. to F..
    ),
    i8x16.shr_u(now, 4),
  );
  // The third of three (E0 and up two back) and of four, and the fourth (F0 and up three back), must be the second of
  // two continuation bytes; nothing else may be.
  const third = i8x16.sub_sat_u(back2, i8x16.splat(<i8>(0xe0 - 0x80)));
  const fourth = i8x16.sub_sat_u(back3, i8x16.splat(<i8>(0xf0 - 0x80)));
  const wanted = v128.and(v128.or(third, fourth), i8x16.splat(-128));
  return v128.xor(v128.and(v128.and(firstHigh, firstLow), secondHigh), wanted);
}

/**
 * Judges `length` bytes at `source` behind those that left `state`. Returns 0 when no code point is unfinished, 1 as
 * soon as a byte cannot be UTF-8, else the bytes of the cut code point, in the upper three bytes of the state as
 * they would lie in memory. May load, never judges, up to 15 bytes past the end.
 */
export function utf8(state: u32, source: usize, length: usize): u32 {
  if (state == UTF8_REJECT) return UTF8_REJECT;
  const end = source + length;
  const begin = source;
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  let before = i32x4.replace_lane(i64x2.splat(0), 3, state);
  let isCut = state != UTF8_ACCEPT;
  // The lanes of a vector that lie before the end: all, until the last.
  let here = i64x2.splat(-1);
  for (;;) {
    if (!isCut) while (source + 16 <= end && !i8x16.bitmask(v128.load(source))) source += 16;
    if (source >= end) break;
    if (source + 16 > end) here = i8x16.lt_u(lanes, i8x16.splat(<i8>(end - source)));
    const now = v128.and(v128.load(source), here);
    if (v128.any_true(v128.and(errors(now, before), here))) return UTF8_REJECT;
    isCut = i8x16.bitmask(now) != 0;
    before = now;
    source += 16;
  }
  return cutCodePoint(state, begin, end);
}

/** What remains unfinished at `end`, as a state. An illegal first byte shows here when nothing has followed it. */
function cutCodePoint(state: u32, begin: usize, end: usize): u32 {
  let recent = state;
  for (let at = end - begin > 3 ? end - 3 : begin; at < end; at++) {
    recent = (recent >> 8) | ((<u32>load<u8>(at)) << 24);
  }
  const last = recent >> 24;
  if (last >= 0xc0) return last < 0xc2 || last > 0xf4 ? UTF8_REJECT : recent & 0xff000000;
  if (last < 0x80) return UTF8_ACCEPT;
  const secondLast = (recent >> 16) & 0xff;
  if (secondLast >= 0xc0) return secondLast >= 0xe0 ? recent & 0xffff0000 : UTF8_ACCEPT;
  return ((recent >> 8) & 0xff) >= 0xf0 ? recent & 0xffffff00 : UTF8_ACCEPT;
}

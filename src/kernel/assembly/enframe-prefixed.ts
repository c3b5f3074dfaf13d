// RFC 6455 5.2: turns a chunk of records with their length before them into unmasked frames, and judges what it meets.

import { writeFrame, writeRecord } from "./frame-writer";
import {
  AUTO,
  BINARY,
  COLON,
  COMMA,
  DIGIT_WANTED,
  FAULT,
  FRAGMENT_SIZE,
  HELD_LENGTH,
  LEADING_ZERO,
  OPCODE,
  PLAIN_TYPE,
  PREFIX,
  PREFIX_LENGTH,
  PREFIX_SIZE,
  PREFIX_WHOLE,
  RECORD_REMAINING,
  RECORD_SIZE_MAX,
  RECORD_TOO_LONG,
  SEMICOLON,
  SEPARATOR_WANTED,
  TAIL,
  TERMINATOR_WANTED,
  TEXT_CUT,
  TEXT_INVALID,
  TEXT_STATE,
  ZERO,
} from "./layout";
import { utf8, UTF8_ACCEPT, UTF8_REJECT } from "./utf8";

const TEXT: u32 = 1;

/** The prefix is whole. */
function openRecord(state: usize, opcode: u32, length: u32, terminators: u32): void {
  store<u32>(state, opcode, OPCODE);
  store<u32>(state, length, PREFIX);
  store<u32>(state, PREFIX_WHOLE, PREFIX_LENGTH);
  store<u32>(state, length + terminators, RECORD_REMAINING);
  store<u32>(state, UTF8_ACCEPT, TEXT_STATE);
}

/** Gathers a length of 4 bytes, and opens its record when it is whole. Returns where the input goes on. */
function gatherLength(state: usize, source: usize, end: usize): usize {
  let prefix = load<u32>(state, PREFIX);
  let length = load<u32>(state, PREFIX_LENGTH);
  while (source < end && length < PREFIX_SIZE) {
    prefix = (prefix << 8) | (<u32>load<u8>(source++));
    length++;
  }
  store<u32>(state, prefix, PREFIX);
  store<u32>(state, length, PREFIX_LENGTH);
  if (length < PREFIX_SIZE) return source;
  if ((prefix & ~BINARY) > load<u32>(state, RECORD_SIZE_MAX)) {
    store<u32>(state, RECORD_TOO_LONG, FAULT);
    return source - 1;
  }
  openRecord(state, prefix & BINARY ? 2 : TEXT, prefix & ~BINARY, 0);
  return source;
}

/** The same for decimal digits and what stands behind them: `:`, or `;` before a binary record. */
function gatherNetstring(state: usize, source: usize, end: usize): usize {
  const sizeMax = <u64>load<u32>(state, RECORD_SIZE_MAX);
  const plainType = load<u32>(state, PLAIN_TYPE);
  let length = load<u32>(state, PREFIX);
  let digits = load<u32>(state, PREFIX_LENGTH);
  let fault: u32 = 0;
  while (source < end) {
    const byte = <u32>load<u8>(source);
    const digit = byte - ZERO;
    if (digit > 9) {
      const isSeparator = byte == COLON || (byte == SEMICOLON && !plainType);
      fault = !digits ? DIGIT_WANTED : isSeparator ? 0 : SEPARATOR_WANTED;
      if (fault) break;
      const opcode: u32 = byte == SEMICOLON || plainType == 2 ? 2 : TEXT;
      openRecord(state, opcode, length, 1);
      return source + 1;
    }
    const longer = <u64>length * 10 + <u64>digit;
    fault = digits && !length ? LEADING_ZERO : longer > sizeMax ? RECORD_TOO_LONG : 0;
    if (fault) break;
    length = <u32>longer;
    digits++;
    source++;
  }
  store<u32>(state, length, PREFIX);
  store<u32>(state, digits, PREFIX_LENGTH);
  store<u32>(state, fault, FAULT);
  return source;
}

/** True when `length` bytes at `source` are ASCII: `utf8` takes twice as long for short ones. May load 15 bytes more. */
function isAscii(source: usize, length: usize): bool {
  const end = source + length;
  let seen = i64x2.splat(0);
  while (source + 64 <= end) {
    const first = v128.or(v128.load(source), v128.load(source, 16));
    seen = v128.or(seen, v128.or(first, v128.or(v128.load(source, 32), v128.load(source, 48))));
    source += 64;
  }
  while (source + 16 <= end) {
    seen = v128.or(seen, v128.load(source));
    source += 16;
  }
  const left = <i32>(end - source);
  const rest = i8x16.bitmask(v128.load(source)) & ((1 << left) - 1);
  return !(i8x16.bitmask(seen) | rest);
}

/** 5.6: judges more of the open record, where that is text. False when it cannot be. */
function judge(state: usize, source: usize, length: usize): bool {
  if (!length || load<u32>(state, OPCODE) != TEXT) return true;
  const before = load<u32>(state, TEXT_STATE);
  if (before == UTF8_ACCEPT && isAscii(source, length)) return true;
  const text = utf8(before, source, length);
  if (text == UTF8_REJECT) return false;
  store<u32>(state, text, TEXT_STATE);
  return true;
}

/**
 * Judges the next `length` bytes of the open record's payload at `source`, the last of them when `isLast`. A record that
 * may be either is binary when its first fragment is no text. Returns where the fault is, with FAULT, or 0.
 */
function judgePayload(state: usize, source: usize, length: usize, isLast: bool): usize {
  if (load<u32>(state, OPCODE) != TEXT) return 0;
  const isAuto = load<u32>(state, PLAIN_TYPE) == AUTO;
  let at = source;
  if (isAuto) {
    const size = load<u32>(state, PREFIX);
    const fragmentSize = load<u32>(state, FRAGMENT_SIZE);
    const done = size + 1 - load<u32>(state, RECORD_REMAINING);
    if (done < fragmentSize) {
      const first = min<usize>(length, fragmentSize - done);
      const isText = judge(state, at, first);
      const isCut = isLast && size <= fragmentSize && load<u32>(state, TEXT_STATE) != UTF8_ACCEPT;
      if (!isText || isCut) {
        store<u32>(state, 2, OPCODE);
        return 0;
      }
      at += first;
    }
  }
  if (!judge(state, at, source + length - at)) {
    store<u32>(state, TEXT_INVALID, FAULT);
    return at;
  }
  if (!isLast || load<u32>(state, TEXT_STATE) == UTF8_ACCEPT) return 0;
  store<u32>(state, TEXT_CUT, FAULT);
  return source + length;
}

/** `terminators`: bytes behind each record, 0 or 1; without its own no record goes out whole. */
function enframePrefixed(
  state: usize,
  begin: usize,
  end: usize,
  out: usize,
  terminators: u32,
): usize {
  const fragmentSize = load<u32>(state, FRAGMENT_SIZE);
  let source = begin;
  for (;;) {
    if (load<u32>(state, PREFIX_LENGTH) != PREFIX_WHOLE) {
      source = terminators ? gatherNetstring(state, source, end) : gatherLength(state, source, end);
      if (load<u32>(state, PREFIX_LENGTH) != PREFIX_WHOLE) break;
    }
    const remaining = load<u32>(state, RECORD_REMAINING);
    const here = min<u32>(remaining, <u32>(end - source));
    const isWhole = here == remaining;
    const payload = isWhole ? here - terminators : here;
    const isLast = remaining - here <= terminators;
    // What only lacks its terminator has been judged to its end before.
    const fault = judgePayload(state, source, payload, isLast);
    if (fault) {
      source = fault;
      break;
    }
    if (terminators && isWhole && load<u8>(source + payload) != COMMA) {
      store<u32>(state, TERMINATOR_WANTED, FAULT);
      source += payload;
      break;
    }
    if (!isWhole) {
      store<u32>(state, remaining - here, RECORD_REMAINING);
      // The last fragment has FIN: while more is to come, one is not written to the last byte that is here.
      const spare: u32 = isLast ? 0 : 1;
      for (;;) {
        const held = load<u32>(state, HELD_LENGTH);
        if (held + <u32>(end - source) + spare <= fragmentSize) break;
        out = writeFrame(state, source, fragmentSize, 0, out);
        source += fragmentSize - held;
      }
      break;
    }
    out = writeRecord(state, source, payload, out);
    source += here;
    store<u32>(state, 0, PREFIX);
    store<u32>(state, 0, PREFIX_LENGTH);
  }
  store<u32>(state, <u32>source, TAIL);
  return out;
}

/**
 * Encodes [begin, end) to `out`: records with 4 bytes before each that tell its length, big-endian, and by BINARY its
 * type. Frames fall, and TAIL and the bound of the output are, as in `enframe`; at most FRAGMENT_SIZE - 1 bytes are left.
 * At a fault it stops: FAULT and TAIL tell it, the records before it have been written.
 */
export function enframeLength(state: usize, begin: usize, end: usize, out: usize): usize {
  return enframePrefixed(state, begin, end, out, 0);
}

/**
 * The same for netstrings, D. J. Bernstein's `LENGTH:BYTES,`; and `LENGTH;BYTES,` where records say their type, before
 * their bytes so that these need not wait for it. At most FRAGMENT_SIZE bytes are left.
 */
export function enframeNetstring(state: usize, begin: usize, end: usize, out: usize): usize {
  return enframePrefixed(state, begin, end, out, 1);
}

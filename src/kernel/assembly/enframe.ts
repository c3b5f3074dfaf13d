// RFC 6455 5.2: turns a chunk of delimited records into unmasked frames, one after the other.

import {
  BINARY,
  CONTINUED,
  ENCODER_DELIMITER,
  FRAGMENT_SIZE,
  HELD,
  HELD_LENGTH,
  OPCODE,
  PREFIX,
  PREFIX_LENGTH,
  PREFIX_SIZE,
  RECORD_REMAINING,
  RECORDS,
  TAIL,
} from "./layout";

const FIN: u32 = 0x80;
const LINE_FEED: u32 = 0x0a;
const CARRIAGE_RETURN: u32 = 0x0d;

/** The address of the first `byte` in [source, end), or `end`. May load, never judges, up to 15 bytes past it. */
function find(byte: u32, source: usize, end: usize): usize {
  const needle = i8x16.splat(<i8>byte);
  while (source < end) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(source), needle));
    if (hits) {
      const at = source + <usize>ctz<i32>(hits);
      return at < end ? at : end;
    }
    source += 16;
  }
  return end;
}

/** Copies `length` bytes; short ones in vectors that may spill up to 15 bytes past the end of `target`'s. */
function copy(target: usize, source: usize, length: usize): void {
  if (length > 256) {
    memory.copy(target, source, length);
    return;
  }
  for (let i: usize = 0; i < length; i += 16) v128.store(target + i, v128.load(source + i));
}

/** Writes a frame header for `length` bytes of payload. Returns where the payload goes. */
function writeHeader(out: usize, first: u32, length: u32): usize {
  store<u8>(out, <u8>first);
  if (length < 126) {
    store<u8>(out, <u8>length, 1);
    return out + 2;
  }
  if (length < 65536) {
    store<u8>(out, 126, 1);
    store<u16>(out, bswap<u16>(<u16>length), 2);
    return out + 4;
  }
  store<u8>(out, 127, 1);
  store<u64>(out, bswap<u64>(<u64>length), 2);
  return out + 10;
}

/**
 * Writes one frame of `length` bytes: first what is held, then from `source`. Held bytes that the frame leaves over
 * (one at most: a fragment takes FRAGMENT_SIZE of FRAGMENT_SIZE + 1) move to the front. Returns the end of the frame.
 */
function writeFrame(state: usize, source: usize, length: u32, fin: u32, out: usize): usize {
  const held = load<u32>(state, HELD_LENGTH);
  const opcode = load<u32>(state, CONTINUED) ? 0 : load<u32>(state, OPCODE);
  out = writeHeader(out, fin | opcode, length);
  store<u32>(state, fin ? 0 : 1, CONTINUED);
  if (!held) {
    copy(out, source, length);
    return out + length;
  }
  const at = load<u32>(state, HELD);
  const fromHeld = min<u32>(held, length);
  memory.copy(out, at, fromHeld);
  memory.copy(out + fromHeld, source, length - fromHeld);
  memory.copy(at, at + fromHeld, held - fromHeld);
  store<u32>(state, held - fromHeld, HELD_LENGTH);
  return out + length;
}

/** Writes the record held + [source, source + length) as one final frame after the fragments it needs. */
function writeRecord(state: usize, source: usize, length: u32, out: usize): usize {
  const fragmentSize = load<u32>(state, FRAGMENT_SIZE);
  let total = load<u32>(state, HELD_LENGTH) + length;
  while (total > fragmentSize) {
    const held = load<u32>(state, HELD_LENGTH);
    out = writeFrame(state, source, fragmentSize, 0, out);
    source += fragmentSize - min<u32>(held, fragmentSize);
    total -= fragmentSize;
  }
  out = writeFrame(state, source, total, FIN, out);
  store<u32>(state, 0, HELD_LENGTH);
  store<u32>(state, load<u32>(state, RECORDS) + 1, RECORDS);
  return out;
}

/**
 * Encodes [begin, end) to `out`. A record is what stands before a delimiter; before LF one CR goes too. Where a
 * record falls into frames depends on its length alone, not on the chunks it came in: a frame for each FRAGMENT_SIZE
 * bytes. The begin of a record that has not ended is left at [TAIL, end) for the caller to append to what is held:
 * at most FRAGMENT_SIZE + 1 bytes then (the last may be the CR of a CR LF).
 * Returns the end of the output, at most 2 * (end - begin) + what was held + 32 bytes from `out`.
 */
export function enframe(state: usize, begin: usize, end: usize, out: usize): usize {
  const delimiter = load<u32>(state, ENCODER_DELIMITER);
  const fragmentSize = load<u32>(state, FRAGMENT_SIZE);
  let source = begin;
  for (;;) {
    const at = find(delimiter, source, end);
    if (at == end) break;
    let length = <u32>(at - source);
    if (delimiter == LINE_FEED) {
      const held = load<u32>(state, HELD_LENGTH);
      if (length) {
        if (load<u8>(at - 1) == CARRIAGE_RETURN) length--;
      } else if (held && load<u8>(load<u32>(state, HELD) + held - 1) == CARRIAGE_RETURN) {
        store<u32>(state, held - 1, HELD_LENGTH);
      }
    }
    out = writeRecord(state, source, length, out);
    source = at + 1;
  }
  for (;;) {
    const held = load<u32>(state, HELD_LENGTH);
    if (held + <u32>(end - source) < fragmentSize + 2) break;
    out = writeFrame(state, source, fragmentSize, 0, out);
    source += fragmentSize - min<u32>(held, fragmentSize);
  }
  store<u32>(state, <u32>source, TAIL);
  return out;
}

/** Gathers a length prefix, and opens its record when it is whole. Returns where the input goes on. */
function gatherPrefix(state: usize, source: usize, end: usize): usize {
  let prefix = load<u32>(state, PREFIX);
  let length = load<u32>(state, PREFIX_LENGTH);
  while (source < end && length < PREFIX_SIZE) {
    prefix = (prefix << 8) | (<u32>load<u8>(source++));
    length++;
  }
  store<u32>(state, prefix, PREFIX);
  store<u32>(state, length, PREFIX_LENGTH);
  if (length == PREFIX_SIZE) {
    store<u32>(state, prefix & BINARY ? 2 : 1, OPCODE);
    store<u32>(state, prefix & ~BINARY, RECORD_REMAINING);
  }
  return source;
}

/**
 * Encodes [begin, end) to `out`: records with 4 bytes before each that tell its length, big-endian, and by BINARY its
 * type. Frames fall, and TAIL and the bound of the output are, as in `enframe`; at most FRAGMENT_SIZE - 1 bytes are left.
 */
export function enframeLength(state: usize, begin: usize, end: usize, out: usize): usize {
  const fragmentSize = load<u32>(state, FRAGMENT_SIZE);
  let source = begin;
  for (;;) {
    if (load<u32>(state, PREFIX_LENGTH) < PREFIX_SIZE) {
      source = gatherPrefix(state, source, end);
      if (load<u32>(state, PREFIX_LENGTH) < PREFIX_SIZE) break;
    }
    const remaining = load<u32>(state, RECORD_REMAINING);
    const here = <u32>(end - source);
    if (remaining > here) {
      store<u32>(state, remaining - here, RECORD_REMAINING);
      for (;;) {
        const held = load<u32>(state, HELD_LENGTH);
        if (held + <u32>(end - source) < fragmentSize) break;
        out = writeFrame(state, source, fragmentSize, 0, out);
        source += fragmentSize - held;
      }
      break;
    }
    out = writeRecord(state, source, remaining, out);
    source += remaining;
    store<u32>(state, 0, PREFIX_LENGTH);
  }
  store<u32>(state, <u32>source, TAIL);
  return out;
}

/** Writes the record that is held and will not end: the last line, which has no delimiter. Nothing held: nothing. */
export function enframeHeld(state: usize, out: usize): usize {
  return load<u32>(state, HELD_LENGTH) ? writeRecord(state, 0, 0, out) : out;
}

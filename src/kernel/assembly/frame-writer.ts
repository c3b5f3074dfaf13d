// RFC 6455 5.2, 5.4: writes a record, or a fragment of one, as an unmasked frame: what is held of it, then what is at hand.

import { CONTINUED, FRAGMENT_SIZE, HELD, HELD_LENGTH, OPCODE, RECORDS } from "./layout";

export const FIN: u32 = 0x80;

/** Copies `length` bytes; short ones in vectors that may spill up to 15 bytes past the end of `target`'s. */
export function copy(target: usize, source: usize, length: usize): void {
  if (length > 256) {
    memory.copy(target, source, length);
    return;
  }
  for (let i: usize = 0; i < length; i += 16) v128.store(target + i, v128.load(source + i));
}

/** Writes a frame header for `length` bytes of payload. Returns where the payload goes. */
export function writeHeader(out: usize, first: u32, length: u32): usize {
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
export function writeFrame(state: usize, source: usize, length: u32, fin: u32, out: usize): usize {
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
export function writeRecord(state: usize, source: usize, length: u32, out: usize): usize {
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

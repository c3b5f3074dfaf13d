// RFC 6455 5.2: turns a chunk of delimited records into unmasked frames, one after the other.

import { find } from "./find";
import { copy, FIN, writeFrame, writeHeader, writeRecord } from "./frame-writer";
import {
  CONTINUED,
  ENCODER_DELIMITER,
  FRAGMENT_SIZE,
  HELD,
  HELD_LENGTH,
  OPCODE,
  RECORDS,
  TAIL,
} from "./layout";

const LINE_FEED: u32 = 0x0a;
const CARRIAGE_RETURN: u32 = 0x0d;

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
    if (!(load<u32>(state, HELD_LENGTH) | load<u32>(state, CONTINUED))) {
      out = writeWhole(state, source, end, out);
      source = load<u32>(state, TAIL);
    }
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

/**
 * The fast lane: as `enframe`, while nothing is held and each record is one frame. Leaves where it stopped in TAIL; the record
 * there has not ended, or is longer than a frame.
 */
function writeWhole(state: usize, source: usize, end: usize, out: usize): usize {
  const delimiter = load<u32>(state, ENCODER_DELIMITER);
  const fragmentSize = load<u32>(state, FRAGMENT_SIZE);
  const first = FIN | load<u32>(state, OPCODE);
  let records = load<u32>(state, RECORDS);
  for (;;) {
    const at = find(delimiter, source, end);
    let length = <u32>(at - source);
    if (at == end || length > fragmentSize) break;
    if (delimiter == LINE_FEED && length && load<u8>(at - 1) == CARRIAGE_RETURN) length--;
    out = writeHeader(out, first, length);
    copy(out, source, length);
    out += length;
    records++;
    source = at + 1;
  }
  store<u32>(state, records, RECORDS);
  store<u32>(state, <u32>source, TAIL);
  return out;
}

/** Writes the record that is held and will not end: the last line, which has no delimiter. Nothing held: nothing. */
export function enframeHeld(state: usize, out: usize): usize {
  return load<u32>(state, HELD_LENGTH) ? writeRecord(state, 0, 0, out) : out;
}

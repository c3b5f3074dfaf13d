// RFC 6455 5.2: walks a chunk of masked client frames and compacts it in place to payloads with a delimiter at each message's end.

import {
  CONTROL,
  CONTROL_FRAGMENTED,
  CONTROL_FRAME,
  CONTROL_LENGTH,
  CONTROL_OPCODE,
  CONTROL_TOO_LONG,
  DELIMITER,
  EXPECTED_CONTINUATION,
  FRAGMENTS,
  FRAGMENTS_EMPTY,
  FRAGMENTS_EMPTY_MAX,
  FRAGMENTS_MAX,
  FRAME,
  HEADER,
  HEADER_LENGTH,
  INPUT,
  INVALID_UTF8,
  KEY,
  LENGTH_NOT_MINIMAL,
  LENGTH_TOP_BIT,
  MESSAGES,
  MESSAGE_OPCODE,
  MESSAGE_SIZE,
  MESSAGE_SIZE_MAX,
  MESSAGE_TOO_BIG,
  MORE,
  OUTPUT,
  REMAINING,
  RESERVED_BITS,
  RESERVED_OPCODE,
  TOO_MANY_EMPTY_FRAGMENTS,
  TOO_MANY_FRAGMENTS,
  UNEXPECTED_CONTINUATION,
  UNMASKED,
  UTF8,
} from "./layout";
import { unmask } from "./unmask";
import { utf8, UTF8_ACCEPT, UTF8_REJECT } from "./utf8";

const FIN: u32 = 0x80;
const MASK: u32 = 0x80;
const FRAME_OPEN: u32 = 0x100;
const OPCODES_LEGAL: u32 = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 8) | (1 << 9) | (1 << 10);

/** 5.2, 5.4, 5.5: what the first two bytes of a header must be, given the message that is open. */
function judgeFirstBytes(state: usize, first: u32, second: u32): u32 {
  const opcode = first & 0x0f;
  if (first & 0x70) return RESERVED_BITS;
  if (!((OPCODES_LEGAL >> opcode) & 1)) return RESERVED_OPCODE;
  if (opcode & 8) {
    if (!(first & FIN)) return CONTROL_FRAGMENTED;
    if (!(second & MASK)) return UNMASKED;
    return (second & 0x7f) > 125 ? CONTROL_TOO_LONG : MORE;
  }
  const open = load<u32>(state, MESSAGE_OPCODE);
  if (opcode == 0 && !open) return UNEXPECTED_CONTINUATION;
  if (opcode != 0 && open) return EXPECTED_CONTINUATION;
  return second & MASK ? MORE : UNMASKED;
}

/** The length of a header by its second byte: 6, 8 or 14. */
function headerLength(second: u32): u32 {
  const length = second & 0x7f;
  return length < 126 ? 6 : length == 126 ? 8 : 14;
}

/** Reads the whole, judged header at `header` into the state, and judges what its length brings. */
function openFrame(state: usize, header: usize): u32 {
  const first = <u32>load<u8>(header);
  let length = <u64>(load<u8>(header, 1) & 0x7f);
  let keyAt = header + 2;
  if (length == 126) {
    length = <u64>bswap<u16>(load<u16>(header, 2));
    if (length < 126) return LENGTH_NOT_MINIMAL;
    keyAt = header + 4;
  } else if (length == 127) {
    length = bswap<u64>(load<u64>(header, 2));
    if (length >> 63) return LENGTH_TOP_BIT;
    if (length < 65536) return LENGTH_NOT_MINIMAL;
    keyAt = header + 10;
  }
  store<u32>(state, load<u32>(keyAt), KEY);
  store<u64>(state, length, REMAINING);
  store<u32>(state, FRAME_OPEN | first, FRAME);
  if (first & 8) {
    store<u32>(state, 0, CONTROL_LENGTH);
    return MORE;
  }
  return openData(state, first, length);
}

/** Counts a data frame into its message, and judges the message's bounds. */
function openData(state: usize, first: u32, length: u64): u32 {
  const opcode = first & 0x0f;
  let size = length;
  if (opcode) {
    store<u32>(state, opcode, MESSAGE_OPCODE);
  } else {
    size += load<u64>(state, MESSAGE_SIZE); // two lengths below 2^63: no overflow in u64
  }
  const sizeMax = load<u64>(state, MESSAGE_SIZE_MAX);
  if (sizeMax && size > sizeMax) return MESSAGE_TOO_BIG;
  if (size >> 63) return MESSAGE_TOO_BIG;
  store<u64>(state, size, MESSAGE_SIZE);
  if (first == (FIN | 1) || first == (FIN | 2)) return MORE;
  const fragments = load<u32>(state, FRAGMENTS) + 1;
  if (fragments > load<u32>(state, FRAGMENTS_MAX)) return TOO_MANY_FRAGMENTS;
  store<u32>(state, fragments, FRAGMENTS);
  if (length == 0) {
    const empty = load<u32>(state, FRAGMENTS_EMPTY) + 1;
    if (empty > load<u32>(state, FRAGMENTS_EMPTY_MAX)) return TOO_MANY_EMPTY_FRAGMENTS;
    store<u32>(state, empty, FRAGMENTS_EMPTY);
  }
  return MORE;
}

/** Takes what it can of a cut header into the state. Returns MORE with HEADER_LENGTH 0 when the frame is open. */
function gatherHeader(state: usize, source: usize, end: usize): u32 {
  const header = state + HEADER;
  let have = load<u32>(state, HEADER_LENGTH);
  let outcome: u32 = MORE;
  while (source < end) {
    store<u8>(header + have, load<u8>(source++));
    have++;
    if (have == 2) {
      outcome = judgeFirstBytes(state, load<u8>(header), load<u8>(header, 1));
      if (outcome != MORE) break;
    }
    if (have >= 6 && have == headerLength(load<u8>(header, 1))) {
      outcome = openFrame(state, header);
      have = 0;
      break;
    }
  }
  store<u32>(state, have, HEADER_LENGTH);
  store<u32>(state, <u32>source, INPUT);
  return outcome;
}

/** 5.6, 8.1: ends the message: its text must be whole, its delimiter is written. Returns where the output goes on. */
function endMessage(state: usize, target: usize): usize {
  store<u32>(state, 0, MESSAGE_OPCODE);
  store<u32>(state, 0, FRAGMENTS);
  store<u32>(state, 0, FRAGMENTS_EMPTY);
  store<u32>(state, load<u32>(state, MESSAGES) + 1, MESSAGES);
  const delimiter = load<u32>(state, DELIMITER);
  if (delimiter > 0xff) return target;
  store<u8>(target, <u8>delimiter);
  return target + 1;
}

/**
 * The fast lane: decodes the run of unfragmented messages of up to 64 KiB that lie whole in [source, end), with no
 * state to read or write for each. Stops before the first frame that is anything else; the careful loop below
 * judges that one. Leaves INPUT and OUTPUT.
 * A text that is not ASCII ends the run, too: it lies unmasked at OUTPUT, and its length is returned for the caller to
 * judge it. (A call of utf8 in this loop cost every frame 4 ns, ASCII or not: bench/micro, unframe, 64 B.)
 */
function wholeMessages(state: usize, source: usize, end: usize, target: usize): usize {
  const delimiter = load<u32>(state, DELIMITER);
  const sizeMax = load<u64>(state, MESSAGE_SIZE_MAX);
  const lengthMax = sizeMax ? sizeMax : u64.MAX_VALUE;
  let messages = load<u32>(state, MESSAGES);
  let text: usize = 0;
  while (source + 6 <= end) {
    const first = <u32>load<u8>(source);
    const second = <u32>load<u8>(source, 1);
    if ((first != (FIN | 1) && first != (FIN | 2)) || !(second & MASK)) break;
    let length = <usize>(second & 0x7f);
    let payload = source + 6;
    if (length >= 126) {
      if (length == 127) break;
      length = <usize>bswap<u16>(load<u16>(source, 2));
      if (length < 126) break;
      payload = source + 8;
    }
    if (payload + length > end || <u64>length > lengthMax) break;
    const high = unmask(target, payload, length, load<u32>(payload - 4));
    if (high && first == (FIN | 1)) {
      text = length;
      source = payload + length;
      break;
    }
    target += length;
    if (delimiter <= 0xff) store<u8>(target++, <u8>delimiter);
    source = payload + length;
    messages++;
  }
  store<u32>(state, messages, MESSAGES);
  store<u32>(state, <u32>source, INPUT);
  store<u32>(state, <u32>target, OUTPUT);
  return text;
}

/**
 * Decodes [begin, end). Payload is written from OUTPUT on, which must lie at least one byte below `begin` when a
 * frame is open (its header came with an earlier chunk, its delimiter has no gap of its own), and is left at its end.
 * Returns MORE when all was read; CONTROL_FRAME when one lies whole in FRAME, CONTROL and CONTROL_LENGTH and reading
 * goes on at INPUT; a violation when the peer broke the protocol: all before it has been decoded, nothing after it will.
 */
export function unframe(state: usize, begin: usize, end: usize): u32 {
  let source = begin;
  let target = <usize>load<u32>(state, OUTPUT);
  let outcome: u32 = MORE;
  for (;;) {
    let first = load<u32>(state, FRAME);
    if (!first) {
      if (!load<u32>(state, MESSAGE_OPCODE) && !load<u32>(state, HEADER_LENGTH)) {
        const text = wholeMessages(state, source, end, target);
        source = <usize>load<u32>(state, INPUT);
        target = <usize>load<u32>(state, OUTPUT);
        if (text) {
          if (utf8(UTF8_ACCEPT, target, text) != UTF8_ACCEPT) return INVALID_UTF8;
          target = endMessage(state, target + text);
          continue;
        }
      }
      if (source == end) break;
      // A header that lies whole in the chunk is read where it lies; a cut one is gathered.
      const whole = !load<u32>(state, HEADER_LENGTH) && source + 14 <= end;
      if (whole) {
        const second = <u32>load<u8>(source, 1);
        outcome = judgeFirstBytes(state, load<u8>(source), second);
        if (outcome != MORE) break;
        outcome = openFrame(state, source);
        source += headerLength(second);
      } else {
        outcome = gatherHeader(state, source, end);
        source = <usize>load<u32>(state, INPUT);
      }
      if (outcome != MORE) break;
      first = load<u32>(state, FRAME);
      if (!first) break; // cut
    }
    const remaining = load<u64>(state, REMAINING);
    const here = <u64>(end - source);
    const length = <usize>(remaining < here ? remaining : here);
    const key = load<u32>(state, KEY);
    if (first & 8) {
      const have = load<u32>(state, CONTROL_LENGTH);
      unmask(state + CONTROL + have, source, length, key);
      store<u32>(state, have + <u32>length, CONTROL_LENGTH);
    } else {
      const high = unmask(target, source, length, key);
      if (load<u32>(state, MESSAGE_OPCODE) == 1) {
        let text = load<u32>(state, UTF8);
        if (high || text != UTF8_ACCEPT) {
          text = utf8(text, target, length);
          store<u32>(state, text, UTF8);
          if (text == UTF8_REJECT) {
            outcome = INVALID_UTF8;
            break;
          }
        }
      }
      target += length;
    }
    source += length;
    if (<u64>length < remaining) {
      store<u64>(state, remaining - <u64>length, REMAINING);
      store<u32>(state, rotr<u32>(key, ((<u32>length) & 3) << 3), KEY);
      break;
    }
    store<u32>(state, 0, FRAME);
    if (first & 8) {
      outcome = CONTROL_FRAME;
      store<u32>(state, first & 0x0f, CONTROL_OPCODE);
      break;
    }
    if (first & FIN) {
      if (load<u32>(state, UTF8) != UTF8_ACCEPT) {
        outcome = INVALID_UTF8;
        break;
      }
      target = endMessage(state, target);
    }
  }
  store<u32>(state, <u32>source, INPUT);
  store<u32>(state, <u32>target, OUTPUT);
  return outcome;
}

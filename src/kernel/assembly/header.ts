// RFC 6455 5.2: reads and judges the header of a client frame, whole or in pieces.

import {
  ALL_APART,
  APART,
  CONTROL_FRAGMENTED,
  CONTROL_LENGTH,
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
  KEY,
  LENGTH_NOT_MINIMAL,
  LENGTH_TOP_BIT,
  MESSAGE_OPCODE,
  MESSAGE_SIZE,
  MESSAGE_SIZE_MAX,
  MESSAGE_TOO_BIG,
  MORE,
  NO_DELIMITER,
  REMAINING,
  RESERVED_AGREED,
  RESERVED_BITS,
  RESERVED_OPCODE,
  TOO_MANY_EMPTY_FRAGMENTS,
  TOO_MANY_FRAGMENTS,
  UNEXPECTED_CONTINUATION,
  UNMASKED,
} from "./layout";

export const FIN: u32 = 0x80;
export const MASK: u32 = 0x80;
const FRAME_OPEN: u32 = 0x100;
/** What a length prefix can tell. */
const LENGTH_MAX: u64 = 0x7fffffff;
const OPCODES_LEGAL: u32 = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 8) | (1 << 9) | (1 << 10);

/** 5.2, 5.4, 5.5: what the first two bytes of a header must be, given the message that is open. */
export function judgeFirstBytes(state: usize, first: u32, second: u32): u32 {
  const opcode = first & 0x0f;
  const reserved = first & 0x70;
  // 7692 6.1: the bit stands on the first frame of a message, never on a control frame or a continuation.
  if (reserved && (reserved & ~load<u32>(state, RESERVED_AGREED) || opcode - 1 > 1)) {
    return RESERVED_BITS;
  }
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
export function headerLength(second: u32): u32 {
  const length = second & 0x7f;
  return length < 126 ? 6 : length == 126 ? 8 : 14;
}

/** Reads the whole, judged header at `header` into the state, and judges what its length brings. */
export function openFrame(state: usize, header: usize): u32 {
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
  const delimiter = load<u32>(state, DELIMITER);
  const isPrefixed = delimiter > NO_DELIMITER;
  if (opcode) {
    store<u32>(state, first & 0x7f, MESSAGE_OPCODE);
    // What an extension transforms, and what must have its length before it but is fragmented, the kernel cannot write.
    const isApart = isPrefixed && (!(first & FIN) || delimiter == ALL_APART);
    store<u32>(state, <u32>((first & 0x70) != 0 || isApart), APART);
  } else {
    size += load<u64>(state, MESSAGE_SIZE); // two lengths below 2^63: no overflow in u64
  }
  // What an extension makes of a message is judged by the caller: a size on the wire is not the message's.
  let sizeMax = load<u32>(state, MESSAGE_OPCODE) & 0x70 ? 0 : load<u64>(state, MESSAGE_SIZE_MAX);
  if (isPrefixed && (!sizeMax || sizeMax > LENGTH_MAX)) sizeMax = LENGTH_MAX;
  if (sizeMax && size > sizeMax) return MESSAGE_TOO_BIG;
  if (size >> 63) return MESSAGE_TOO_BIG;
  store<u64>(state, size, MESSAGE_SIZE);
  const unmarked = first & ~0x70;
  if (unmarked == (FIN | 1) || unmarked == (FIN | 2)) return MORE;
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
export function gatherHeader(state: usize, source: usize, end: usize): u32 {
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

// What stands before and behind the records that `unframe` writes, by DECODER's DELIMITER.

import {
  BINARY,
  COLON,
  COMMA,
  LENGTH_PREFIX,
  NETSTRING,
  NETSTRING_PLAIN,
  NO_DELIMITER,
  PREFIX_SIZE,
  SEMICOLON,
  ZERO,
} from "./layout";

/** The byte behind a record, or NO_DELIMITER. */
export function markBehind(delimiter: u32): u32 {
  if (delimiter < NO_DELIMITER) return delimiter;
  return delimiter == NETSTRING || delimiter == NETSTRING_PLAIN ? COMMA : NO_DELIMITER;
}

/**
 * Writes what is before a record that is whole in one frame, by byte 0 of its header. Returns where its payload goes. A
 * masked frame's header has 6, 8 or 14 bytes, and so has room for the most that may be here with the mark behind:
 * `125:,`, `65535:,`, `2147483647:,`.
 */
export function writePrefix(delimiter: u32, target: usize, first: u32, length: u32): usize {
  const isBinary = (first & 2) != 0;
  if (delimiter == LENGTH_PREFIX) {
    store<u32>(target, bswap<u32>((isBinary ? BINARY : 0) | length));
    return target + PREFIX_SIZE;
  }
  let digits: usize = 1;
  for (let rest = length / 10; rest; rest /= 10) digits++;
  for (let at = target + digits; at > target; length /= 10) {
    store<u8>(--at, <u8>(ZERO + (length % 10)));
  }
  store<u8>(target + digits, <u8>(isBinary && delimiter == NETSTRING ? SEMICOLON : COLON));
  return target + digits + 1;
}

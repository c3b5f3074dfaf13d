// RFC 6455 5.2: walks a chunk of masked client frames and compacts it in place to payloads with a delimiter at each message's end.

import { count } from "./find";
import { FIN, gatherHeader, headerLength, judgeFirstBytes, MASK, openFrame } from "./header";
import {
  ALL_APART,
  APART,
  APART_BEGIN,
  APART_END,
  CONTROL,
  CONTROL_FRAME,
  CONTROL_LENGTH,
  CONTROL_OPCODE,
  DELIMITER,
  FRAGMENTS,
  FRAGMENTS_EMPTY,
  FRAME,
  HEADER_LENGTH,
  INPUT,
  INVALID_UTF8,
  KEY,
  MESSAGE_OPCODE,
  MESSAGE_SIZE_MAX,
  MESSAGES,
  MORE,
  NO_DELIMITER,
  OUTPUT,
  REMAINING,
  SEEN,
  SPLITS,
  UTF8,
} from "./layout";
import { markBehind, writePrefix } from "./record-marks";
import { unmask, unmaskSeeing } from "./unmask";
import { utf8, UTF8_ACCEPT, UTF8_REJECT } from "./utf8";

function countMessage(state: usize): void {
  store<u32>(state, 0, MESSAGE_OPCODE);
  store<u32>(state, 0, FRAGMENTS);
  store<u32>(state, 0, FRAGMENTS_EMPTY);
  store<u32>(state, load<u32>(state, MESSAGES) + 1, MESSAGES);
}

/** 5.6, 8.1: ends the message: its text must be whole, its delimiter is written. Returns where the output goes on. */
function endMessage(state: usize, target: usize): usize {
  countMessage(state);
  const mark = markBehind(load<u32>(state, DELIMITER));
  if (mark == NO_DELIMITER) return target;
  store<u8>(target, <u8>mark);
  return target + 1;
}

/** Notes the least bytes of what was written: see `unmaskSeeing`. */
function note(state: usize, least: v128): void {
  v128.store(state, i8x16.min_s(v128.load(state, SEEN), least), SEEN);
}

/**
 * The fast lane: decodes the run of unfragmented messages of up to 64 KiB that lie whole in [source, end), with no
 * state to read or write for each. Stops before the first frame that is anything else; the careful loop below
 * judges that one. Leaves INPUT and OUTPUT.
 * A text that is not ASCII ends the run, too: it lies unmasked at OUTPUT, and its length is returned for the caller to
 * judge it; its length prefix, if one is wanted, lies before OUTPUT. (A call of utf8 in this loop cost every frame 4 ns,
 * ASCII or not: bench/micro, unframe, 64 B.)
 */
function wholeMessages(state: usize, source: usize, end: usize, target: usize): usize {
  const mark = markBehind(load<u32>(state, DELIMITER));
  const sizeMax = load<u64>(state, MESSAGE_SIZE_MAX);
  const lengthMax = sizeMax ? sizeMax : u64.MAX_VALUE;
  const isPrefixed = load<u32>(state, DELIMITER) > NO_DELIMITER;
  let seen = i8x16.splat(127);
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
    if (isPrefixed) {
      target = writePrefix(load<u32>(state, DELIMITER), target, first, <u32>length);
    }
    const bytes = unmaskSeeing(target, payload, length, load<u32>(payload - 4));
    seen = i8x16.min_s(seen, bytes);
    if (i8x16.bitmask(bytes) && first == (FIN | 1)) {
      text = length;
      source = payload + length;
      break;
    }
    target += length;
    if (mark <= 0xff) store<u8>(target++, <u8>mark);
    source = payload + length;
    messages++;
  }
  note(state, seen);
  store<u32>(state, messages, MESSAGES);
  store<u32>(state, <u32>source, INPUT);
  store<u32>(state, <u32>target, OUTPUT);
  return text;
}

/**
 * Decodes [begin, end). Payload is written from OUTPUT on, which must lie at least one byte below `begin` when a
 * frame is open (its header came with an earlier chunk, its delimiter has no gap of its own), and is left at its end.
 * Returns MORE when all was read; CONTROL_FRAME when one lies whole in FRAME, CONTROL and CONTROL_LENGTH and reading
 * goes on at INPUT; APART_BEGIN when what is written from now on is a message that the caller makes a record of (one
 * for an extension, judged neither by size nor as text; or one that wants its length before it and is fragmented, or is
 * to be something else altogether), and APART_END when all of it is written; both leave at least 16 bytes between OUTPUT and INPUT; a violation when the peer
 * broke the protocol: all before it has been decoded, nothing after it will. Counts in SPLITS.
 */
export function unframe(state: usize, begin: usize, end: usize): u32 {
  const output = <usize>load<u32>(state, OUTPUT);
  const messages = load<u32>(state, MESSAGES);
  const isApart = load<u32>(state, APART);
  v128.store(state, i8x16.splat(127), SEEN);
  const outcome = decode(state, begin, end);
  const delimiter = load<u32>(state, DELIMITER);
  if (delimiter < 0x20 && !isApart) {
    // A byte above ASCII may hide one below it that was in the same lane.
    const mayBe = i8x16.lt_s(v128.load(state, SEEN), i8x16.splat(<i8>(delimiter + 1)));
    if (v128.any_true(mayBe)) {
      // Each message has one delimiter behind it; the others were inside, and made more records of their messages.
      const written = count(delimiter, output, <usize>load<u32>(state, OUTPUT));
      const ended = load<u32>(state, MESSAGES) - messages;
      store<u32>(state, load<u32>(state, SPLITS) + written - ended, SPLITS);
    }
  }
  return outcome;
}

/** The loop of `unframe`. */
function decode(state: usize, begin: usize, end: usize): u32 {
  let source = begin;
  let target = <usize>load<u32>(state, OUTPUT);
  let outcome: u32 = MORE;
  for (;;) {
    let first = load<u32>(state, FRAME);
    if (!first) {
      const isInside = load<u32>(state, MESSAGE_OPCODE) | load<u32>(state, HEADER_LENGTH);
      if (!isInside && load<u32>(state, DELIMITER) != ALL_APART) {
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
      if (!(first & 8) && first & 0x0f) {
        if (load<u32>(state, APART)) {
          outcome = APART_BEGIN;
          break;
        }
        const delimiter = load<u32>(state, DELIMITER);
        if (delimiter > NO_DELIMITER) {
          target = writePrefix(delimiter, target, first, <u32>load<u64>(state, REMAINING));
        }
      }
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
      const bytes = unmaskSeeing(target, source, length, key);
      const high = i8x16.bitmask(bytes);
      note(state, bytes);
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
      if (load<u32>(state, APART)) {
        store<u32>(state, 0, APART);
        countMessage(state);
        outcome = APART_END;
        break;
      }
      target = endMessage(state, target);
    }
  }
  store<u32>(state, <u32>source, INPUT);
  store<u32>(state, <u32>target, OUTPUT);
  return outcome;
}

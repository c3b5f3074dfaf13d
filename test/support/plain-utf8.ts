// RFC 3629 4: judges UTF-8 byte by byte, straight from the grammar.

type Range = readonly [first: number, last: number];

const TAIL: Range = [0x80, 0xbf];
/** 4: "Syntax of UTF-8 Byte Sequences", a row for each alternative of UTF8-1 to UTF8-4. */
const SEQUENCES: readonly (readonly Range[])[] = [
  [[0x00, 0x7f]],
  [[0xc2, 0xdf], TAIL],
  [[0xe0, 0xe0], [0xa0, 0xbf], TAIL],
  [[0xe1, 0xec], TAIL, TAIL],
  [[0xed, 0xed], [0x80, 0x9f], TAIL],
  [[0xee, 0xef], TAIL, TAIL],
  [[0xf0, 0xf0], [0x90, 0xbf], TAIL, TAIL],
  [[0xf1, 0xf3], TAIL, TAIL, TAIL],
  [[0xf4, 0xf4], [0x80, 0x8f], TAIL, TAIL],
];

export class PlainUtf8 {
  /** The sequence being read, and how much of it has come; null between two code points. */
  #sequence: readonly Range[] | null = null;
  #have = 0;

  /** No code point is unfinished. */
  get whole(): boolean {
    return this.#sequence === null;
  }

  /** Takes a byte. Returns false when no UTF-8 can go on with it; nothing may follow then. */
  feed(byte: number): boolean {
    if (this.#sequence === null) {
      this.#sequence = SEQUENCES.find((ranges) => isIn(ranges[0]!, byte)) ?? null;
      if (this.#sequence === null) return false;
      this.#have = 1;
    } else {
      if (!isIn(this.#sequence[this.#have]!, byte)) return false;
      this.#have++;
    }
    if (this.#have === this.#sequence.length) this.#sequence = null;
    return true;
  }
}

function isIn([first, last]: Range, byte: number): boolean {
  return first <= byte && byte <= last;
}

/** How UTF-8 stands after `bytes`. */
export function judgeUtf8Plainly(bytes: Uint8Array): "whole" | "cut" | "invalid" {
  const utf8 = new PlainUtf8();
  for (const byte of bytes) if (!utf8.feed(byte)) return "invalid";
  return utf8.whole ? "whole" : "cut";
}

const REPLACEMENT = [0xef, 0xbf, 0xbd];

/**
 * Unicode 3.9, "U+FFFD Substitution of Maximal Subparts": one for each part that begins like a sequence and does not
 * go on like it, and for each byte that begins none.
 */
export function replacePlainly(bytes: Uint8Array): Uint8Array {
  const replaced: number[] = [];
  let utf8 = new PlainUtf8();
  let part: number[] = [];
  const spoil = () => {
    replaced.push(...REPLACEMENT);
    utf8 = new PlainUtf8();
    part = [];
  };
  for (const byte of bytes) {
    let fits = utf8.feed(byte);
    if (!fits && part.length > 0) {
      spoil();
      fits = utf8.feed(byte); // it may begin another
    }
    if (!fits) {
      spoil();
      continue;
    }
    part.push(byte);
    if (!utf8.whole) continue;
    for (const good of part) replaced.push(good);
    part = [];
  }
  if (part.length > 0) spoil();
  return Uint8Array.from(replaced);
}

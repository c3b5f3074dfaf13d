// What stands before and behind the records that the kernel does not write itself: see kernel/assembly/record-marks.ts.

import { BINARY_BIT } from "../kernel/kernel.ts";

export interface RecordPrefix {
  /** Bytes that it may have. */
  readonly sizeMax: number;
  /** Writes that of a record of `length` bytes so that it ends at `end`. Returns where it begins. */
  write(bytes: Uint8Array, end: number, record: RecordSize): number;
}

export interface RecordSize {
  readonly length: number;
  readonly isBinary: boolean;
}

export interface RecordMarks {
  /** Null: a record may be written while it comes. */
  readonly prefix: RecordPrefix | null;
  /** A byte; null: none. */
  readonly suffix: number | null;
}

const LINE_FEED = 0x0a;
const COMMA = 0x2c;
const TEXT_SEPARATOR = ":";
const BINARY_SEPARATOR = ";";

export const LENGTH_PREFIX_SIZE = 4;

export function writeLengthPrefix(bytes: Uint8Array, at: number, record: RecordSize): void {
  const prefix = record.isBinary ? record.length | BINARY_BIT : record.length;
  for (let i = 0; i < LENGTH_PREFIX_SIZE; i++) bytes[at + i] = prefix >>> (24 - 8 * i);
}

export const LENGTH_MARKS: RecordMarks = {
  prefix: {
    sizeMax: LENGTH_PREFIX_SIZE,
    write(bytes, end, record) {
      writeLengthPrefix(bytes, end - LENGTH_PREFIX_SIZE, record);
      return end - LENGTH_PREFIX_SIZE;
    },
  },
  suffix: null,
};

export const NETSTRING_MARKS = netstringMarks(BINARY_SEPARATOR);
export const PLAIN_NETSTRING_MARKS = netstringMarks(TEXT_SEPARATOR);

/** Nothing before the record, and yet it is not to be written before it is whole. */
export const WHOLE_LINE_MARKS: RecordMarks = {
  prefix: { sizeMax: 0, write: (_, end) => end },
  suffix: LINE_FEED,
};

function netstringMarks(binarySeparator: string): RecordMarks {
  return {
    prefix: {
      // What 31 bits can tell, in digits, and what stands behind them.
      sizeMax: 11,
      write(bytes, end, { length, isBinary }) {
        const prefix = `${length}${isBinary ? binarySeparator : TEXT_SEPARATOR}`;
        const begin = end - prefix.length;
        for (let i = 0; i < prefix.length; i++) bytes[begin + i] = prefix.charCodeAt(i);
        return begin;
      },
    },
    suffix: COMMA,
  };
}
